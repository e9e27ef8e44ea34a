/** @file The user's key: 32 bytes from the environment or from a file that only its owner may read. */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { codeOf } from './store-errors.ts'

/** A key, and where it came from. */
export interface UserKey {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** For messages: a variable or a file. */
  readonly from: string
  /** Made just now; whoever made it must keep a copy. */
  readonly isNew: boolean
}

/** Where a key is looked for. */
export interface KeyPlace {
  /** A key as 64 hex digits or in base64, as the variable COSFACE_GALLERY_KEY has it. */
  readonly text?: string | undefined
  /** A file with such a text; made where it is missing and `make` says so. */
  readonly file: string
  readonly make: boolean
}

const keyBytes = 32
/** Others may neither read nor write. */
const ownerOnly = 0o600

const parseKey = (text: string, from: string): Uint8Array => {
  const trimmed = text.trim()
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (key.length !== keyBytes || trimmed.length > 2 * keyBytes)
    throw new UsageError(`Expected ${from} to hold a key of 32 bytes, as 64 hex digits or in base64`)
  return key
}

/** A short name of a key that says nothing about it. */
export function keyName(key: Uint8Array): string {
  return createHash('sha256').update('cosface key ').update(key).digest('hex').slice(0, 8)
}

/**
 * Reads the user's key, or makes one.
 * @throws UsageError on a text that is no key
 * @throws DataError where there is none and none may be made, or where others may read the file
 */
export async function userKey({ text, file, make }: KeyPlace): Promise<UserKey> {
  if (text !== undefined)
    return { key: parseKey(text, 'COSFACE_GALLERY_KEY'), from: 'COSFACE_GALLERY_KEY', isNew: false }
  const held = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new DataError(`The key file ${file} cannot be read`, { cause })
  })
  if (held !== undefined) {
    await checkOwnerOnly(file)
    return { key: parseKey(held, `the key file ${file}`), from: file, isNew: false }
  }
  if (!make)
    throw new DataError(
      `The gallery is encrypted and its key file ${file} is missing; put the file back from your copy, or name it with --key-file`,
    )
  return makeKeyFile(file)
}

const checkOwnerOnly = async (file: string): Promise<void> => {
  // Windows keeps rights in another way
  if (process.platform === 'win32') return
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0)
    throw new DataError(
      `The key file ${file} may be read by other users (mode ${(mode & 0o777).toString(8)}); make it yours alone with: chmod 600 ${file}`,
    )
}

/** Writes a new key. @throws DataError where the file exists or cannot be written */
export async function makeKeyFile(file: string): Promise<UserKey> {
  const key = randomBytes(keyBytes)
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'wx', ownerOnly)
    try {
      await handle.writeFile(`${key.toString('hex')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await chmod(file, ownerOnly)
  } catch (cause) {
    // another process may have made it in the same moment: that one counts
    if (codeOf(cause) === 'EEXIST') return userKey({ file, make: false })
    throw new DataError(`The key file ${file} cannot be written`, { cause })
  }
  return { key, from: file, isNew: true }
}
