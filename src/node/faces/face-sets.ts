/** @file Faces to learn from wherever they lie: folders of identities, RecordIO files, lists of images, or several at once. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { counted } from '../../base/words.ts'
import type { Dataset, ImagePlaces, Sample } from '../../data/dataset.ts'
import { decodeImage } from './decode.ts'
import { openFolders } from './folder-dataset.ts'
import type { FolderOptions } from './folder-dataset.ts'
import type { ScanOptions } from './folder-scan.ts'
import { openPlaces, placesOfFiles } from './image-places.ts'
import { isListData, openListed } from './listed-faces.ts'
import { findRecordFiles, isRecordData, openRecordDataset } from './record-dataset.ts'
import { checkDifferent, nobodyLeft } from './source-checks.ts'

/** A data set whose images any thread can read. */
export interface FaceSet extends Dataset {
  readonly places: ImagePlaces
  /** What was left out or looks odd, in words. */
  readonly notes: readonly string[]
  /** The names of the identities without the prefix that tells several sources apart. */
  readonly names: readonly string[]
  /** How many identities have too few images. */
  readonly dropped: number
}

/** One source, its identities and ids without any prefix. */
interface Source extends Pick<Dataset, 'identities' | 'samples'>, AsyncDisposable {
  readonly path: string
  /** What lists of people call the identities. */
  readonly names: readonly string[]
  readonly places: ImagePlaces
  readonly notes: readonly string[]
}

const openRecords = async (path: string): Promise<Source> => {
  const set = await openRecordDataset(path, { decode: decodeImage })
  const beside = path.endsWith('.rec') ? [] : await readdir(path, { withFileTypes: true })
  const folders = beside.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).length
  const { identities, samples, places, warnings } = set
  return {
    path,
    identities,
    names: identities,
    samples,
    places,
    notes: [
      ...warnings,
      ...(folders === 0
        ? []
        : [
            `${counted(folders, 'folder')} in ${path} beside ${basename(places.files[0] ?? '')} not looked into`,
          ]),
    ],
    [Symbol.asyncDispose]: () => set[Symbol.asyncDispose](),
  }
}

const openFolder = async (path: string, options: ScanOptions): Promise<Source> => {
  const set = await openFolders([path], options)
  return { ...set, path, places: placesOfFiles(set.files) }
}

const openList = async (path: string): Promise<Source> => {
  const { identities, samples, files, notes } = await openListed(path)
  return {
    path,
    identities,
    names: identities,
    samples,
    places: placesOfFiles(files),
    notes,
    [Symbol.asyncDispose]: async () => {},
  }
}

type SourceKind = 'records' | 'list' | 'folder'

const kindOf = async (path: string): Promise<SourceKind> =>
  (await isRecordData(path)) ? 'records' : (await isListData(path)) ? 'list' : 'folder'

const openers: Readonly<Record<SourceKind, (path: string, options: ScanOptions) => Promise<Source>>> = {
  records: openRecords,
  list: openList,
  folder: openFolder,
}

/**
 * Opens sources, each a folder of identities, a `.rec` file, a folder with one in it, or a list of images with labels. With several, identities and sample ids
 * begin with the source's name, and the same name in two is two people unless `mergeNames`.
 * @throws UsageError, DataError, FormatError as `openFolders`, `openRecordDataset` and `openListed`; DataError where no identity is left
 */
export async function openFaces(
  paths: readonly string[],
  options: Omit<FolderOptions, 'decode'> = {},
): Promise<FaceSet> {
  const kinds = await Promise.all(paths.map(kindOf))
  if (kinds.every((kind) => kind === 'folder')) {
    const set = await openFolders(paths, options)
    return { ...set, places: placesOfFiles(set.files) }
  }
  await checkDifferent(paths, async (path, i) =>
    kinds[i] === 'records' ? (await findRecordFiles(path)).records : path,
  )
  const sources: Source[] = []
  try {
    for (const [i, path] of paths.entries())
      sources.push(await openers[kinds[i] ?? 'folder'](path, given({ depth: options.depth })))
    return combine(sources, options)
  } finally {
    // images are read by their places from here on
    for (const source of sources) await source[Symbol.asyncDispose]()
  }
}

/** Short names that differ: of a file the folder it lies in. */
const prefixesOf = (sources: readonly Source[]): readonly string[] => {
  if (sources.length === 1) return ['']
  const names = sources.map(({ path }) =>
    basename(resolve(/\.(rec|txt|lst)$/i.test(path) ? dirname(path) : path)),
  )
  const chosen = new Set(names).size === names.length ? names : sources.map(({ path }) => path)
  return chosen.map((name) => `${name}/`)
}

interface Kept {
  readonly identity: string
  readonly name: string
  images: number
}

/** The identities to keep, by their full names, and what each source's identity is called in full. */
const keepIdentities = (
  sources: readonly Source[],
  prefixes: readonly string[],
  options: FolderOptions,
): {
  readonly kept: readonly Kept[]
  readonly all: number
  readonly names: readonly (string | undefined)[][]
} => {
  const found = new Map<string, Kept>()
  const names = sources.map(({ path, identities, names: known, samples }, at) => {
    const counts = new Uint32Array(identities.length)
    for (const { identity } of samples) counts[identity] = (counts[identity] ?? 0) + 1
    return identities.map((own, index) => {
      const name = known[index] ?? own
      if (counts[index] === 0 || options.accept?.(name, path) === false) return undefined
      const identity = options.mergeNames === true ? name : `${prefixes[at] ?? ''}${own}`
      const held = found.get(identity) ?? { identity, name, images: 0 }
      found.set(identity, held)
      held.images += counts[index] ?? 0
      return identity
    })
  })
  const kept = [...found.values()].filter(({ images }) => images >= (options.minImages ?? 1))
  return { kept: kept.toSorted((a, b) => byCodePoint(a.identity, b.identity)), all: found.size, names }
}

const combine = (sources: readonly Source[], options: FolderOptions): FaceSet => {
  const prefixes = prefixesOf(sources)
  const { kept, all, names } = keepIdentities(sources, prefixes, options)
  if (kept.length === 0) {
    throw nobodyLeft(
      sources.map(({ path }) => path),
      all,
      options,
    )
  }
  const placeOf = new Map(kept.map(({ identity }, place) => [identity, place]))
  const samples: Sample[] = []
  const files: string[] = []
  const file: number[] = []
  const offset: number[] = []
  for (const [at, source] of sources.entries()) {
    const first = files.length
    for (const path of source.places.files) files.push(path)
    const places = names[at]?.map((identity) => placeOf.get(identity ?? ''))
    for (const [index, { id, identity }] of source.samples.entries()) {
      const place = places?.[identity]
      if (place === undefined) continue
      samples.push({ id: `${prefixes[at] ?? ''}${id}`, identity: place })
      file.push(first + (source.places.file[index] ?? 0))
      offset.push(source.places.offset[index] ?? -1)
    }
  }
  const order = Uint32Array.from(samples, (_, i) => i).sort((a, b) =>
    byCodePoint(samples[a]?.id ?? '', samples[b]?.id ?? ''),
  )
  const places: ImagePlaces = {
    files,
    file: Int32Array.from(order, (i) => file[i] ?? 0),
    offset: Float64Array.from(order, (i) => offset[i] ?? -1),
  }
  const reader = openPlaces(places)
  return {
    identities: kept.map(({ identity }) => identity),
    names: kept.map(({ name }) => name),
    samples: Array.from(order, (i) => samples[i] ?? { id: '', identity: 0 }),
    places,
    notes: sources.flatMap(({ notes }) => notes),
    dropped: all - kept.length,
    image: reader.image,
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}
