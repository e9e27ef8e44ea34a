/** @file Tar headers (ustar, with GNU's and POSIX's long names): which file, how many bytes. Nothing but files and folders is taken. */
import { textUntilZero } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'

/** Tar is made of blocks of so many bytes. */
export const tarBlock = 512

/** One header, as far as unpacking needs it. */
export interface TarHeader {
  readonly kind: 'file' | 'folder' | 'long name' | 'attributes' | 'other attributes'
  /** With `/`, as the header has it. */
  readonly path: string
  /** Bytes that follow, padded to whole blocks. */
  readonly size: number
}

/** What a type byte stands for; links, devices and pipes are not here and refused. */
const kinds: Readonly<Record<string, TarHeader['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
  L: 'long name',
  x: 'attributes',
  g: 'other attributes',
}

const refused: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
}

const octal = (bytes: Uint8Array): number => {
  const text = textUntilZero(bytes).trim()
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN
}

const checksumAt = 148

/** Reads a header block; undefined for the empty block that ends the archive. @throws FormatError at `offset` */
export function readTarHeader(block: Uint8Array, file: string, offset: number): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const fail = (reason: string): FormatError => new FormatError(file, reason, offset)
  const sum = block.reduce((all, byte, at) => all + (at >= checksumAt && at < checksumAt + 8 ? 32 : byte), 0)
  if (sum !== octal(block.subarray(checksumAt, checksumAt + 8))) throw fail('expected a tar header')
  const name = textUntilZero(block.subarray(0, 100))
  // GNU puts times where ustar has a prefix, and says so by a space after its mark
  const isPosix = textUntilZero(block.subarray(257, 263)) === 'ustar'
  const prefix = isPosix ? textUntilZero(block.subarray(345, 500)) : ''
  const path = prefix === '' ? name : `${prefix}/${name}`
  const type = String.fromCharCode(block[156] ?? 0)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined)
    throw fail(
      `${JSON.stringify(path)} is ${refused[type] ?? 'of an unknown kind'}; only files and folders are unpacked`,
    )
  const size = octal(block.subarray(124, 136))
  if (!Number.isSafeInteger(size)) throw fail(`${JSON.stringify(path)} has no valid length`)
  return { kind, path, size }
}

/** The records `length key=value` of an attributes entry. @throws FormatError */
export function readTarAttributes(bytes: Uint8Array, file: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? NaN : Number(new TextDecoder().decode(bytes.subarray(at, space)))
    const end = at + length
    if (!Number.isSafeInteger(length) || end <= space || end > bytes.length)
      throw new FormatError(file, 'the attributes of an entry are damaged')
    const [key = '', ...value] = new TextDecoder().decode(bytes.subarray(space + 1, end - 1)).split('=')
    attributes.set(key, value.join('='))
    at = end
  }
  return attributes
}

/**
 * The parts of an entry's path, `.` left out.
 * @throws FormatError for what leads elsewhere: absolute paths, `..`, backslashes, drive letters, empty names
 */
export function safeTarPath(path: string, file: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '.' && part !== '')
  const isSafe =
    parts.length > 0 && !path.startsWith('/') && !parts.includes('..') && !/[\\\0]|^[A-Za-z]:/.test(path)
  if (isSafe) return parts
  throw new FormatError(file, `the path ${JSON.stringify(path)} leads out of the folder`)
}
