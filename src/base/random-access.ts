/** @file Files read at positions, so that formats far larger than memory need no platform and no whole-file read. */
import { FormatError } from './errors.ts'

/** A file open for reading at any position; many reads may be under way at once. */
export interface RandomAccessFile extends AsyncDisposable {
  /** Names the file in messages. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Exactly `length` bytes from `offset`. @throws FormatError where the file ends before that. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Checks that `length` bytes lie at `offset` before anything is allocated. @throws FormatError */
export function checkSpan(
  file: Pick<RandomAccessFile, 'name' | 'size'>,
  offset: number,
  length: number,
  what = 'data',
): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
  if (whole && offset + length <= file.size) return
  throw new FormatError(
    file.name,
    `expected ${length} bytes of ${what} here, the file ends at ${file.size}`,
    offset,
  )
}

/** A file that lies in memory; reads are views of `bytes`. */
export function memoryFile(bytes: Uint8Array, name: string): RandomAccessFile {
  const file = { name, size: bytes.length }
  return {
    ...file,
    read: async (offset, length) => {
      checkSpan(file, offset, length)
      return bytes.subarray(offset, offset + length)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
