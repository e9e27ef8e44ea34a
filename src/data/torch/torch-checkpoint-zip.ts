/** @file The directory of a zip file with stored (uncompressed) entries, as PyTorch writes its checkpoints; zip64 included. */
import { ByteReader } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { checkSpan } from '../../base/random-access.ts'

/** Where an entry's bytes lie. */
export interface ZipEntry {
  readonly name: string
  readonly offset: number
  readonly length: number
}

/** What is said of a file that holds a program beside its tensors. */
export const torchScript = 'a TorchScript archive; save `model.state_dict()` instead'

const endMark = 0x06054b50
const end64Mark = 0x06064b50
const end64LocatorMark = 0x07064b50
const directoryMark = 0x02014b50
const localMark = 0x04034b50
const endLength = 22
const commentLimit = 65_535
const directoryLimit = 2 ** 28
const unset16 = 0xffff
const unset32 = 0xffffffff

interface Directory {
  readonly offset: number
  readonly length: number
  readonly entries: number
}

const findDirectory = async (file: RandomAccessFile): Promise<Directory> => {
  const start = Math.max(0, file.size - endLength - commentLimit)
  const tail = await file.read(start, file.size - start)
  let at = tail.length - endLength
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  while (at >= 0 && view.getUint32(at, true) !== endMark) at--
  if (at < 0) throw new FormatError(file.name, 'the zip file has no directory; it may be cut off', file.size)
  const reader = new ByteReader(tail, file.name)
  reader.offset = at + 10
  const [entries, length, offset, comment] = [
    reader.uint16(),
    reader.uint32(),
    reader.uint32(),
    reader.uint16(),
  ]
  if (reader.remaining !== comment)
    throw reader.fail(`expected ${comment} bytes after the zip directory, ${reader.remaining} are left`)
  if (entries !== unset16 && length !== unset32 && offset !== unset32) return { offset, length, entries }
  if (at < 20 || view.getUint32(at - 20, true) !== end64LocatorMark)
    throw new FormatError(file.name, 'the zip file lacks its 64-bit directory', start + at)
  reader.offset = at - 12
  const end64 = reader.uint64()
  checkSpan(file, end64, 56, 'a zip directory')
  const wide = new ByteReader(await file.read(end64, 56), file.name)
  if (wide.uint32() !== end64Mark) throw new FormatError(file.name, 'expected a 64-bit zip directory', end64)
  wide.offset = 32
  return { entries: wide.uint64(), length: wide.uint64(), offset: wide.uint64() }
}

/** Sizes beyond 32 bits lie in an extra field, in this order, each only where the short one is unset. */
const wideSizes = (extra: Uint8Array, file: string, short: readonly number[]): number[] => {
  const reader = new ByteReader(extra, file)
  while (short.includes(unset32) && reader.remaining >= 4) {
    const id = reader.uint16()
    const field = new ByteReader(reader.take(reader.uint16(), 'an extra field'), file)
    if (id === 1) return short.map((value) => (value === unset32 ? field.uint64() : value))
  }
  return [...short]
}

/** The entries by name. @throws FormatError for compressed or encrypted ones, and for damage */
export async function readZipDirectory(file: RandomAccessFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const directory = await findDirectory(file)
  checkSpan(file, directory.offset, directory.length, 'a zip directory')
  if (directory.length > directoryLimit)
    throw new FormatError(file.name, 'the zip directory is too long', directory.offset)
  const reader = new ByteReader(await file.read(directory.offset, directory.length), file.name)
  const entries = new Map<string, ZipEntry>()
  for (let i = 0; i < directory.entries; i++) {
    if (reader.uint32() !== directoryMark) throw reader.fail('expected an entry of the zip directory')
    reader.take(4)
    const [flags, method] = [reader.uint16(), reader.uint16()]
    reader.take(8)
    const [packed, length] = [reader.uint32(), reader.uint32()]
    const [nameLength, extraLength, commentLength] = [reader.uint16(), reader.uint16(), reader.uint16()]
    reader.take(8)
    const local = reader.uint32()
    const name = new TextDecoder().decode(reader.take(nameLength, 'a name'))
    const extra = reader.take(extraLength, 'an extra field')
    reader.take(commentLength, 'a comment')
    if (method !== 0) {
      // a program's source is compressed, so a traced model is met here first
      const reason = name.includes('/code/')
        ? torchScript
        : `the zip entry ${name} is compressed; checkpoints store theirs`
      throw new FormatError(file.name, reason)
    }
    if ((flags & 1) !== 0) throw new FormatError(file.name, `the zip entry ${name} is encrypted`)
    const [full = 0, stored = 0, head = 0] = wideSizes(extra, file.name, [length, packed, local])
    if (full !== stored)
      throw new FormatError(file.name, `the zip entry ${name} has two lengths, ${full} and ${stored}`)
    checkSpan(file, head, 30 + full, `the zip entry ${name}`)
    entries.set(name, { name, offset: head, length: full })
  }
  return entries
}

/** An entry's bytes: how far into the file they begin, past the entry's own header. @throws FormatError */
export async function locateZipEntry(file: RandomAccessFile, entry: ZipEntry): Promise<number> {
  const reader = new ByteReader(await file.read(entry.offset, 30), file.name)
  if (reader.uint32() !== localMark)
    throw new FormatError(file.name, `expected the zip entry ${entry.name}`, entry.offset)
  reader.offset = 26
  const offset = entry.offset + 30 + reader.uint16() + reader.uint16()
  checkSpan(file, offset, entry.length, `the zip entry ${entry.name}`)
  return offset
}
