/** @file A RecordIO file as a training set, read in place: any image at any time, by as many readers as there are. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { DataError, FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import type { Dataset, ImagePlaces, Sample } from '../../data/dataset.ts'
import { namesOfFolders } from '../../data/lists/listed-names.ts'
import type { ListEntry } from '../../data/lists/labels.ts'
import { parseImageList } from '../../data/lists/labels.ts'
import { decodeText } from '../../data/lists/text.ts'
import type { RecordIndex } from '../../data/records/record-io-index.ts'
import { parseRecordIndex, scanRecords } from '../../data/records/record-io-index.ts'
import type { RecordLayout } from '../../data/records/record-io-layout.ts'
import { readImageRecord, readRecordLayout } from '../../data/records/record-io-layout.ts'
import type { RecordProperty } from '../../data/records/record-io-property.ts'
import { parseRecordProperty } from '../../data/records/record-io-property.ts'
import type { DecodeImage } from '../../image/image.ts'
import { openFile, readWholeFile } from '../files/record-file.ts'

/** A data set of encoded images in one record file. */
export interface RecordDataset extends Dataset {
  readonly places: ImagePlaces
  /** What the `property` file beside it says, where there is one. */
  readonly property?: RecordProperty
  readonly warnings: readonly string[]
  /** The encoded image at `index`, byte for byte. @throws FormatError */
  encoded(index: number): Promise<Uint8Array>
}

/** The files of a record data set. */
export interface RecordFiles {
  readonly records: string
  readonly index?: string
  readonly property?: string
  readonly list?: string
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * Whether `path` is a record file, or a folder with a `train.rec` or one `.rec` in it: what `findRecordFiles` finds, where a folder
 * of identities would be looked for otherwise.
 */
export async function isRecordData(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return extname(path) === '.rec'
  if (found?.isDirectory() !== true) return false
  return (await readdir(path)).some((name) => extname(name) === '.rec')
}

/**
 * The files that belong together: of a folder with one `.rec` in it (or a `train.rec`), or of a `.rec` file.
 * @throws DataError where there is none, or several and no `train.rec`
 */
export async function findRecordFiles(path: string): Promise<RecordFiles> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  let records = path
  if (isFolder) {
    const names = (await readdir(path)).filter((name) => extname(name) === '.rec').sort(byCodePoint)
    const name = names.includes('train.rec') ? 'train.rec' : names.length === 1 ? names[0] : undefined
    if (name === undefined)
      throw new DataError(
        names.length === 0
          ? `Expected a .rec file in the folder ${path}, found none`
          : `Expected one .rec file in ${path}, found ${names.join(', ')}; name the one that is meant`,
      )
    records = join(path, name)
  }
  const stem = join(dirname(records), basename(records, extname(records)))
  const beside = async (candidate: string): Promise<string | undefined> =>
    (await exists(candidate)) ? candidate : undefined
  const index = await beside(`${stem}.idx`)
  const list = await beside(`${stem}.lst`)
  const property = await beside(join(dirname(records), 'property'))
  return {
    records,
    ...given({ index, list, property }),
  }
}

interface Names {
  readonly ids: readonly string[]
  readonly identities: readonly string[]
}

const plainNames = (layout: RecordLayout, index: RecordIndex): Names => {
  const width = String(index.keys.at(-1) ?? 0).length
  return {
    ids: Array.from(layout.entries, (entry) => String(index.keys[entry]).padStart(width, '0')),
    identities: layout.classes.map(String),
  }
}

/** Paths as ids and each class's common folder as its name, if the list knows every image and the names all differ. */
const listedNames = (
  layout: RecordLayout,
  index: RecordIndex,
  entries: readonly ListEntry[],
): Names | undefined => {
  const paths = new Map(entries.map((entry) => [entry.index, entry.path]))
  const ids: string[] = []
  for (const entry of layout.entries) {
    const path = paths.get(index.keys[entry] ?? -1)
    if (path === undefined) return undefined
    ids.push(path)
  }
  const names = namesOfFolders(ids, layout.identities, layout.classes.length)
  return names === undefined || new Set(ids).size !== ids.length ? undefined : { ids, identities: names }
}

const nameImages = async (
  layout: RecordLayout,
  index: RecordIndex,
  list: string | undefined,
): Promise<Names & { readonly warning?: string }> => {
  if (list === undefined) return plainNames(layout, index)
  try {
    const names = listedNames(
      layout,
      index,
      parseImageList(decodeText(await readWholeFile(list), list), list),
    )
    if (names !== undefined) return names
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
  }
  return {
    ...plainNames(layout, index),
    warning: `${list} does not fit the records; images go by their keys`,
  }
}

/**
 * Opens a record file, or the folder it lies in, as a data set. Without an index the whole file is walked once.
 * @throws DataError where it is missing, FormatError where it is damaged
 */
export async function openRecordDataset(
  path: string,
  options: { readonly decode: DecodeImage; readonly signal?: AbortSignal },
): Promise<RecordDataset> {
  const files = await findRecordFiles(path)
  const file = await openFile(files.records)
  try {
    if (file.size === 0) throw new FormatError(file.name, 'the file is empty')
    const listed =
      files.index === undefined
        ? await scanRecords(file, options.signal)
        : parseRecordIndex(await readWholeFile(files.index), files.index, file.size)
    const layout = await readRecordLayout(file, listed, options.signal)
    const { index } = layout
    const property =
      files.property === undefined
        ? undefined
        : parseRecordProperty(decodeText(await readWholeFile(files.property), files.property), files.property)
    const { ids, identities, warning } = await nameImages(layout, index, files.list)
    const warnings = [...layout.warnings, ...(warning === undefined ? [] : [warning])]
    if (property !== undefined && property.classes !== identities.length)
      warnings.push(
        `${files.property} counts ${property.classes} classes, the records hold ${identities.length}`,
      )
    const images = ids
      .map((id, i) => ({ id, identity: layout.identities[i] ?? -1, entry: layout.entries[i] ?? -1 }))
      .sort((a, b) => byCodePoint(a.id, b.id))
    const samples: Sample[] = images.map(({ id, identity }) => ({ id, identity }))
    const entries = Uint32Array.from(images, ({ entry }) => entry)
    const record = async (
      position: number,
    ): Promise<{ readonly image: Uint8Array; readonly name: string }> => {
      const entry = entries[position]
      if (entry === undefined)
        throw new RangeError(`Expected an index below ${samples.length}, got ${position}`)
      const { image } = await readImageRecord(file, index, entry)
      return { image, name: `${file.name} record ${index.keys[entry]}` }
    }
    return {
      identities,
      samples,
      warnings,
      places: {
        files: [files.records],
        file: new Int32Array(samples.length),
        offset: Float64Array.from(entries, (entry) => index.offsets[entry] ?? 0),
      },
      ...given({ property }),
      encoded: async (position) => (await record(position)).image,
      image: async (position) => {
        const { image, name } = await record(position)
        return options.decode(image, name)
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    }
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}
