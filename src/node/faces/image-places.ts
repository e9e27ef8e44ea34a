/** @file Images read where they lie: in files of their own, or in record files at any offset, by as many threads as there are. */
import { open, readFile } from 'node:fs/promises'
import { FormatError } from '../../base/errors.ts'
import { reasonOf } from '../../base/system-errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import type { ImagePlaces } from '../../data/dataset.ts'
import { decodeImageRecord } from '../../data/records/record-io-image.ts'
import { readRecord } from '../../data/records/record-io.ts'
import type { DecodeImage, Image } from '../../image/image.ts'
import { decodeImage } from './decode.ts'
import { openFile } from '../files/record-file.ts'

/** Places of images that are files each. */
export function placesOfFiles(files: readonly string[]): ImagePlaces {
  return {
    files,
    file: Int32Array.from(files, (_, index) => index),
    offset: new Float64Array(files.length).fill(-1),
  }
}

/** Reads images at places; record files are opened once, when first needed. */
export interface PlaceReader extends AsyncDisposable {
  /** The encoded image at `index`, byte for byte. @throws FormatError */
  encoded(index: number): Promise<Uint8Array>
  /** Of an image with a file of its own the first bytes, otherwise all. @throws FormatError */
  start(index: number, bytes: number): Promise<Uint8Array>
  /** @throws FormatError where it cannot be read, is no image, or is damaged */
  image(index: number): Promise<Image>
  /** What a message calls the image at `index`. */
  name(index: number): string
}

/** Opens places for reading; several readers of one file do not disturb each other. */
export function openPlaces(places: ImagePlaces, decode: DecodeImage = decodeImage): PlaceReader {
  const opened = new Map<string, Promise<RandomAccessFile>>()
  const at = (index: number): { readonly path: string; readonly offset: number } => {
    const path = places.files[places.file[index] ?? -1]
    const offset = places.offset[index]
    if (path === undefined || offset === undefined)
      throw new RangeError(`Expected an image below ${places.file.length}, got ${index}`)
    return { path, offset }
  }
  const records = (path: string): Promise<RandomAccessFile> => {
    const known = opened.get(path)
    if (known !== undefined) return known
    const file = openFile(path)
    opened.set(path, file)
    return file
  }
  const name = (index: number): string => {
    const { path, offset } = at(index)
    return offset < 0 ? path : `${path} record at byte ${offset}`
  }
  const encoded = async (index: number): Promise<Uint8Array> => {
    const { path, offset } = at(index)
    if (offset < 0) {
      return readFile(path).catch((cause: unknown) => {
        throw new FormatError(path, `cannot be read: ${reasonOf(cause)}`, undefined, { cause })
      })
    }
    const { payload } = await readRecord(await records(path), offset)
    return decodeImageRecord(payload, name(index)).image
  }
  return {
    encoded,
    start: async (index, length) => {
      const { path, offset } = at(index)
      if (offset >= 0) return encoded(index)
      const bytes = new Uint8Array(length)
      await using file = await open(path)
      const { bytesRead } = await file.read(bytes, 0, length, 0)
      return bytes.subarray(0, bytesRead)
    },
    name,
    image: async (index) => decode(await encoded(index), name(index)),
    [Symbol.asyncDispose]: async () => {
      for (const file of opened.values()) await (await file.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
  }
}
