/** @file Verification packs on disk: `lfw.bin` and the like, read as pairs with their images, and written from pairs. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, FormatError } from '../../base/errors.ts'
import { encodeVerificationBin, readVerificationBin } from '../../data/records/verification-bin.ts'
import type { Pair, PairSet } from '../../evaluate/pair.ts'
import { contiguousFolds } from '../../evaluate/protocol/folds.ts'
import type { DecodeImage, Image } from '../../image/image.ts'
import { imageFormat, imageFormatsOr } from '../../image/header.ts'
import { writeAlone } from '../files/pack-output.ts'
import type { PackOptions } from './pack-records.ts'
import { readWholeFile } from '../files/record-file.ts'

/** A pack, its images named `0`, `1`, … by their place. */
export interface BinPairs {
  readonly set: PairSet
  /** How many of the ten runs of pairs hold one kind only; the folds are then the k-th tenths of each kind. */
  readonly oneKind: number
  readonly names: readonly string[]
  /** The encoded image at a place. */
  encoded(index: number): Uint8Array
  /** The decoded image at a place. @throws FormatError where it cannot be decoded */
  image(index: number): Promise<Image>
}

/**
 * Reads a pack. Its folds are ten runs of pairs, as its usual evaluation takes them, where each holds both kinds.
 * @throws FormatError, DataError
 */
export async function openBin(path: string, decode: DecodeImage): Promise<BinPairs> {
  const { images, same } = readVerificationBin(await readWholeFile(path), path)
  const { folds, how, oneKind } = contiguousFolds(same)
  const pairs = same.map((isSame, i): Pair => ({
    a: String(2 * i),
    b: String(2 * i + 1),
    same: isSame,
    fold: folds[i] ?? 0,
  }))
  const encoded = (index: number): Uint8Array => {
    const image = images[index]
    if (image === undefined) throw new RangeError(`Expected an index below ${images.length}, got ${index}`)
    return image
  }
  return {
    set: { pairs, folds: how, skipped: 0 },
    oneKind,
    names: images.map((_, index) => String(index)),
    encoded,
    image: (index) => decode(encoded(index), `${basename(path)} image ${index}`),
  }
}

/**
 * Packs the images of pairs into `out`, byte for byte; `out` appears only when whole. A pack has no folds: pairs go in fold by fold, so
 * that its runs are the folds of the list.
 */
export async function packBin(
  pairs: readonly Pair[],
  folder: string,
  out: string,
  options: PackOptions = {},
): Promise<{ readonly pairs: number; readonly bytes: number }> {
  if (pairs.length === 0) throw new DataError('Expected pairs to pack, got none')
  const inOrder = pairs.toSorted((a, b) => a.fold - b.fold)
  const names = inOrder.flatMap(({ a, b }) => [a, b])
  const images = async function* (): AsyncGenerator<Uint8Array> {
    for (const [done, name] of names.entries()) {
      options.signal?.throwIfAborted()
      const file = join(folder, name)
      const bytes = await readFile(file).catch((cause: unknown) => {
        throw new DataError(`Cannot read ${file}`, { cause })
      })
      if (imageFormat(bytes) === undefined)
        throw new FormatError(file, `expected a ${imageFormatsOr} image`, 0)
      yield bytes
      options.onProgress?.(done + 1, names.length)
    }
  }
  return writeAlone(out, options, async (file) => {
    const pieces = encodeVerificationBin(
      images(),
      inOrder.map(({ same }) => same),
    )
    for await (const piece of pieces) await file.write(piece)
    return { pairs: pairs.length, bytes: file.position }
  })
}
