/** @file Probes and distractors on disk: lists or folders, with images for a model or with features computed before. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { agreeing, counted, firstFive } from '../../base/words.ts'
import { checkInside } from '../../data/lists/listed-path.ts'
import { parseFaceList, parseNoiseList } from '../../data/lists/megaface.ts'
import { decodeText } from '../../data/lists/text.ts'
import { decodeOpenCvFeature } from '../../data/records/opencv-mat.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import { fuse, normalizeRows, templateSize } from '../../evaluate/features.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { imageFiles } from '../faces/embed.ts'
import { type FeatureFile, readRows } from './feature-file.ts'
import { scanFolder, type ScanOptions } from '../faces/folder-scan.ts'
import { findListedImages } from '../faces/listed-images.ts'
import { readImage } from '../faces/decode.ts'
import { embedRaw } from './raw-features.ts'
import { readWholeFile } from '../files/record-file.ts'

/** A list of images and, for probes, who is on each. */
export interface ListedFaces {
  readonly paths: readonly string[]
  readonly people: readonly string[]
  /** Where each lies in the folder of images, where that is not its path. */
  readonly files?: readonly string[]
  /** What was left out of the folder, in words. */
  readonly notes?: readonly string[]
}

const readText = async (path: string): Promise<string> => decodeText(await readWholeFile(path), path)

/** The images of a MegaFace list; a list that names nobody is taken by its folders. @throws FormatError, DataError */
export async function readFaceList(path: string): Promise<ListedFaces> {
  const { paths, ids } = parseFaceList(await readText(path), path)
  return ids === undefined ? listedByFolders(paths) : { paths, people: ids }
}

/** The same with the images found in `folder`. @throws FormatError, DataError where one is missing or leads out of the folder */
export async function readFaceListIn(path: string, folder: string): Promise<ListedFaces> {
  const faces = await readFaceList(path)
  const { found, missing, instead, notes } = await findListedImages(path, folder, faces.paths)
  if (missing.length > 0)
    throw new DataError(
      `${path} names ${counted(missing.length, 'image')} that ${agreeing(missing.length, 'is', 'are')} not there: ` +
        `${firstFive(missing)} (${instead})`,
    )
  return { ...faces, files: faces.paths.map((name) => found.get(name) ?? name), notes }
}

/** Images whose people are told by the folders they lie in. */
export function listedByFolders(paths: readonly string[]): ListedFaces {
  return { paths, people: paths.map((path) => basename(dirname(path))) }
}

/** Probes of a folder with one folder per person. @throws UsageError, DataError */
export async function folderProbes(folder: string, options: ScanOptions = {}): Promise<ListedFaces> {
  const { identities, notes } = await scanFolder(folder, options)
  return {
    notes,
    paths: identities.flatMap(({ images }) => images),
    people: identities.flatMap(({ name, images }) => images.map(() => name)),
  }
}

/** Distractors of a folder: all its images, at any depth. @throws UsageError, DataError */
export async function folderDistractors(folder: string): Promise<ListedFaces> {
  const { files, notes } = await imageFiles([folder])
  const paths = files.map(({ file }) => relative(folder, file))
  return { paths, people: paths.map(() => ''), notes }
}

const bare = (path: string): string => basename(path).replace(/\.[^.]*$/, '')

/**
 * Whether an image is on a list of noisy ones, which name images by path, by the end of it, or by their bare name; a line's last
 * field counts.
 */
export async function readNoise(path: string | undefined): Promise<(image: string) => boolean> {
  if (path === undefined) return () => false
  const lines = [...parseNoiseList(await readText(path))].map((line) => line.split('\t').at(-1)?.trim() ?? '')
  if (lines.length === 0) throw new DataError(`${path} names no image`)
  const named = new Set(lines)
  const bareNames = new Set(lines.filter((line) => !line.includes('/')).map(bare))
  return (image) => {
    const parts = image.split('/')
    return parts.some((_, i) => named.has(parts.slice(i).join('/'))) || bareNames.has(bare(image))
  }
}

/** Features of length 1 of listed images, a block at a time. */
export interface FeatureSource {
  readonly size: number
  /** Rows for the images at these places of the list, [places.length, D]. */
  read(places: readonly number[]): Promise<Float32Array>
}

/** Embeds the images. */
export function imageSource(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  folder: string,
  { paths, files: places = paths }: ListedFaces,
  options: {
    readonly flip: FlipRule
    readonly batch?: number
    readonly decode?: DecodeImage
    readonly signal?: AbortSignal
  },
): FeatureSource {
  const size = templateSize(model.contract.embeddingSize, options.flip)
  return {
    size,
    read: async (wanted) => {
      const files = wanted.map((place) => join(folder, places[place] ?? ''))
      const { raw, mirrored } = await embedRaw(
        model,
        files.length,
        (i) => readImage(files[i] ?? '', options.decode),
        {
          mirror: options.flip !== 'none',
          ...given({ batch: options.batch, signal: options.signal }),
        },
      )
      return fuse(raw, mirrored, model.contract.embeddingSize, options.flip, (row) => files[row] ?? '')
    },
  }
}

/** What stands after an image's path in the name of its feature file, found beside the first image. */
const guessSuffix = async (folder: string, path: string): Promise<string> => {
  const place = dirname(join(folder, path))
  const names = await readdir(place).catch((cause: unknown) => {
    throw new DataError(`There is no folder ${place} with the features of ${path}`, { cause })
  })
  const suffixes = names
    .filter((name) => name.startsWith(basename(path)) && name.endsWith('.bin'))
    .map((name) => name.slice(basename(path).length))
  const [suffix, ...more] = suffixes
  if (suffix === undefined)
    throw new DataError(`${place} has no feature file of ${path}, such as ${basename(path)}_model.bin`)
  if (more.length > 0)
    throw new DataError(
      `${place} has several feature files of ${path}; say which suffix: ${suffixes.join(', ')}`,
    )
  return suffix
}

/** Reads OpenCV matrices, one file an image: its path, then `suffix` (found out where it is not given). @throws DataError, FormatError */
export async function matSource(
  folder: string,
  { paths }: ListedFaces,
  suffix?: string,
): Promise<FeatureSource> {
  const [first = ''] = paths
  const end = suffix ?? (await guessSuffix(folder, first))
  const fileOf = (place: number): string => join(folder, checkInside(paths[place] ?? '', folder) + end)
  const read = async (place: number): Promise<Float32Array> => {
    const file = fileOf(place)
    return decodeOpenCvFeature(await readWholeFile(file), file)
  }
  const size = (await read(0)).length
  return {
    size,
    read: async (places) => {
      const data = new Float32Array(places.length * size)
      const rows = await mapBounded(places, 16, read)
      rows.forEach((row, i) => {
        if (row.length !== size)
          throw new DataError(
            `${fileOf(places[i] ?? 0)} has ${row.length} numbers, the first feature has ${size}`,
          )
        data.set(row, i * size)
      })
      return normalizeRows(data, size, (row) => fileOf(places[row] ?? 0))
    },
  }
}

/** Rows of an open file: `rows` says which belongs to each image of the list, whatever their order. */
export function arraySource(file: FeatureFile, rows: Int32Array): FeatureSource {
  const { name, size } = file
  return {
    size,
    read: async (places) => {
      const wanted = places.map((place) => rows[place] ?? NaN)
      return normalizeRows(
        await readRows(file, wanted),
        size,
        (at) => `row ${(wanted[at] ?? NaN) + 1} of ${name}`,
      )
    },
  }
}
