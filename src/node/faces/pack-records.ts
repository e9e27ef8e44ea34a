/** @file A folder of identities packed into `.rec`, `.idx`, `.lst` and `property`, and unpacked again, images byte for byte. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { formatImageList } from '../../data/lists/labels.ts'
import { encodeImageRecord } from '../../data/records/record-io-image.ts'
import { formatRecordIndex } from '../../data/records/record-io-index.ts'
import { formatRecordProperty } from '../../data/records/record-io-property.ts'
import { encodeRecord } from '../../data/records/record-io.ts'
import { imageEnding, imageFormat, imageFormatsOr, imageHeader } from '../../image/header.ts'
import type { ScanOptions } from './folder-scan.ts'
import { scanFolder } from './folder-scan.ts'
import { openDraftFolder } from '../files/draft.ts'
import { isThere, lockFolder, lockPlace } from '../files/locked-folder.ts'
import { writeTogether } from '../files/pack-output.ts'
import { openRecordDataset } from './record-dataset.ts'

/** Packing a folder of people. */
export interface PackFolderOptions extends PackOptions, ScanOptions {}

export interface PackOptions {
  readonly overwrite?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /** Told, in a sentence, what a killed command left and is taken over. */
  readonly onNote?: (text: string) => void
}

export interface PackedRecords {
  readonly records: string
  readonly images: number
  readonly identities: number
  /** Of `.rec`. */
  readonly bytes: number
  /** What was left out of the folder, in words. */
  readonly notes: readonly string[]
}

const emptyImage = new Uint8Array(0)

/**
 * Packs `folder/identity/image` into `out` (`train.rec`, or a folder, which then gets `train.rec`), with header and identity
 * records as face sets have them. Images go in as they are; nothing appears before everything is written.
 * @throws DataError without images, FormatError for a file that is no image, UsageError where the output exists
 */
export async function packRecordIO(
  folder: string,
  out: string,
  options: PackFolderOptions = {},
): Promise<PackedRecords> {
  const records = extname(out) === '.rec' ? out : join(out, 'train.rec')
  const stem = records.slice(0, -'.rec'.length)
  await using locked = await lockFolder(dirname(records))
  if (locked.note !== undefined) options.onNote?.(locked.note)
  const scan = await scanFolder(folder, given({ depth: options.depth }))
  const identities = scan.identities.map(({ name }) => name)
  const images = scan.identities.flatMap((found, identity) =>
    found.images.map((path) => ({ path, identity })),
  )
  // beyond that a float32 label no longer counts exactly
  if (images.length + identities.length >= 2 ** 24)
    throw new UsageError(
      `Expected fewer than 2^24 images and identities, got ${images.length + identities.length}`,
    )
  const paths = [records, `${stem}.idx`, `${stem}.lst`, join(dirname(records), 'property')] as const
  return await writeTogether(locked, paths, options, async (output) => {
    const [rec, idx, lst, property] = [output(paths[0]), output(paths[1]), output(paths[2]), output(paths[3])]
    const put = async (key: number, labels: readonly number[], image: Uint8Array): Promise<void> => {
      await idx.write(formatRecordIndex([[key, rec.position]]))
      await rec.write(encodeRecord(encodeImageRecord({ labels, id: key, id2: 0, image })))
    }
    const first = images.length + 1
    await put(0, [first, first + identities.length], emptyImage)
    const starts = identities.map(() => 0)
    const stops = identities.map(() => 0)
    let size: { readonly height: number; readonly width: number } | undefined
    for (const [position, { path, identity }] of images.entries()) {
      options.signal?.throwIfAborted()
      const file = join(folder, path)
      const bytes = await readFile(file)
      if (imageFormat(bytes) === undefined)
        throw new FormatError(file, `expected a ${imageFormatsOr} image`, 0)
      size ??= imageHeader(bytes)
      const key = position + 1
      await put(key, [identity], bytes)
      await lst.write(formatImageList([{ index: key, labels: [identity], path }]))
      starts[identity] ||= key
      stops[identity] = key + 1
      options.onProgress?.(key, images.length)
    }
    for (const identity of identities.keys())
      await put(first + identity, [starts[identity] ?? 0, stops[identity] ?? 0], emptyImage)
    if (size === undefined) throw new DataError(`Cannot read the size of ${images[0]?.path}`)
    await property.write(formatRecordProperty({ classes: identities.length, ...size }))
    return {
      records,
      images: images.length,
      identities: identities.length,
      bytes: rec.position,
      notes: scan.notes,
    }
  })
}

/** The path an image of a record file is unpacked to: the one its list knows, or its identity and key. */
export function unpackedName(id: string, identity: string, bytes: Uint8Array): string {
  const format = imageFormat(bytes)
  return id.includes('/') ? id : `${identity}/${id}${format === undefined ? '.bin' : imageEnding(format)}`
}

/** A path below `root`, whatever a list in the file claims. */
const below = (root: string, path: string, file: string): string => {
  const target = resolve(root, path)
  if (target.startsWith(root + sep)) return target
  throw new FormatError(file, `the path ${JSON.stringify(path)} leads out of the folder`)
}

/**
 * Unpacks a record data set into `out/identity/image`, byte for byte; `out` must not exist and appears only when whole.
 * @throws UsageError where `out` exists, FormatError, DataError
 */
export async function unpackRecordIO(path: string, out: string, options: PackOptions = {}): Promise<number> {
  await using lock = await lockPlace(out)
  if (lock.note !== undefined) options.onNote?.(lock.note)
  if (await isThere(out)) throw new UsageError(`${out} exists; unpack into a new folder`)
  const decode = (): never => {
    throw new UsageError('unpacking decodes nothing')
  }
  await using records = await openRecordDataset(path, { decode: async () => decode() })
  await using draft = await openDraftFolder(out)
  for (const [index, sample] of records.samples.entries()) {
    options.signal?.throwIfAborted()
    const bytes = await records.encoded(index)
    const relative = unpackedName(sample.id, records.identities[sample.identity] ?? '', bytes)
    const target = below(resolve(draft.path), relative, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes, { flag: 'wx' })
    options.onProgress?.(index + 1, records.samples.length)
  }
  await draft.settle()
  return records.samples.length
}
