/** @file A file of the disk read at positions; reads of one handle may overlap. */
import { open } from 'node:fs/promises'
import { DataError, FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { checkSpan } from '../../base/random-access.ts'

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Opens a file for positional reads. @throws DataError where there is none, FormatError for a folder */
export async function openFile(path: string): Promise<RandomAccessFile> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw isMissing(error) ? new DataError(`No such file: ${path}`, { cause: error }) : error
  })
  const stat = await handle.stat()
  if (!stat.isFile()) {
    await handle.close()
    throw new FormatError(
      path,
      stat.isDirectory() ? 'expected a file, got a folder' : 'expected a regular file',
    )
  }
  const file = { name: path, size: stat.size }
  return {
    ...file,
    read: async (offset, length) => {
      checkSpan(file, offset, length)
      const bytes = new Uint8Array(length)
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0)
          throw new FormatError(path, 'the file became shorter while it was read', offset + filled)
        filled += bytesRead
      }
      return bytes
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

/** The whole of a file of less than 2 GiB. @throws DataError, FormatError */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  await using file = await openFile(path)
  if (file.size >= 2 ** 31)
    throw new FormatError(path, `the file has ${file.size} bytes, expected less than 2 GiB`)
  return file.read(0, file.size)
}
