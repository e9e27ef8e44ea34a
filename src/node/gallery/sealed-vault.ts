/** @file Encryption at rest: AES-256-GCM under random data keys, which are wrapped by the user's key. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { DataError } from '../../base/errors.ts'
import type { Vault } from '../../gallery/vault.ts'
import { keyName, type UserKey } from './key-file.ts'

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** Format, then the number of the data key. */
const headBytes = 2
const format = 1

/** The data keys; the last one seals, all of them open. */
interface Keyring {
  readonly keys: readonly Uint8Array[]
  /** Names photographs, so it never changes. */
  readonly names: Uint8Array
}

const wrappedForm = z.object({ schema: z.literal('cosface-keyring/1'), key: z.string(), sealed: z.string() })
const ringForm = z.object({ keys: z.array(z.string()).min(1).max(255), names: z.string() })

const seal = (key: Uint8Array, head: Uint8Array, bytes: Uint8Array, context: string): Uint8Array => {
  const nonce = randomBytes(nonceBytes)
  const made = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([head, nonce, made.update(bytes), made.final(), made.getAuthTag()])
}

const unseal = (key: Uint8Array, sealed: Uint8Array, from: number, context: string): Uint8Array => {
  const nonce = sealed.subarray(from, from + nonceBytes)
  const end = sealed.length - tagBytes
  const made = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(end))
  const body = made.update(sealed.subarray(from + nonceBytes, end))
  made.final()
  return body
}

const wrap = ({ keys, names }: Keyring, { key }: Pick<UserKey, 'key'>, gallery: string): string => {
  const text = JSON.stringify({
    keys: keys.map((one) => Buffer.from(one).toString('base64')),
    names: Buffer.from(names).toString('base64'),
  })
  const sealed = seal(key, new Uint8Array(), Buffer.from(text), `keyring ${gallery}`)
  return JSON.stringify({
    schema: 'cosface-keyring/1',
    key: keyName(key),
    sealed: Buffer.from(sealed).toString('base64'),
  })
}

const unwrap = (wrapped: string, user: UserKey, gallery: string): Keyring => {
  const damaged = (cause?: unknown): DataError =>
    new DataError('The gallery’s database is damaged: its keyring cannot be read; put back a backup', {
      cause,
    })
  let outer
  try {
    outer = wrappedForm.parse(JSON.parse(wrapped))
  } catch (error) {
    throw damaged(error)
  }
  if (outer.key !== keyName(user.key))
    throw new DataError(
      `The key from ${user.from} is not this gallery’s: the gallery wants the key ${outer.key}, this one is ${keyName(user.key)}; nothing was changed, give the right key`,
    )
  try {
    const text = Buffer.from(
      unseal(user.key, Buffer.from(outer.sealed, 'base64'), 0, `keyring ${gallery}`),
    ).toString()
    const ring = ringForm.parse(JSON.parse(text))
    return {
      keys: ring.keys.map((one) => Buffer.from(one, 'base64')),
      names: Buffer.from(ring.names, 'base64'),
    }
  } catch (error) {
    throw damaged(error)
  }
}

const vaultOf = ({ keys, names }: Keyring): Vault => {
  const current = keys.length - 1
  const head = Uint8Array.of(format, current)
  return {
    encrypts: true,
    seal: (bytes, context) => seal(keys[current] ?? new Uint8Array(), head, bytes, context),
    open: (sealed, context) => {
      const key = keys[sealed[1] ?? -1]
      if (sealed[0] === format && key === undefined)
        throw new DataError('The gallery has a newer data key than when it was opened; open it again')
      if (sealed[0] !== format || key === undefined || sealed.length < headBytes + nonceBytes + tagBytes)
        throw new DataError(`The ${context.split(' ')[0] ?? 'data'} of the gallery is not sealed by its key`)
      try {
        return unseal(key, sealed, headBytes, context)
      } catch (cause) {
        throw new DataError(
          `The ${context.split(' ')[0] ?? 'data'} of the gallery was changed or moved since it was sealed; run cosface gallery check`,
          { cause },
        )
      }
    },
    fingerprint: (text) => createHmac('sha256', names).update(text).digest('hex').slice(0, 32),
  }
}

/** A vault, and the keyring as it is to be stored. */
export interface OpenedVault {
  readonly vault: Vault
  readonly wrapped: string
}

/** New data keys under the user’s key. */
export function newVault(user: UserKey, gallery: string): OpenedVault {
  const ring = { keys: [randomBytes(32)], names: randomBytes(32) }
  return { vault: vaultOf(ring), wrapped: wrap(ring, user, gallery) }
}

/** The vault of a stored keyring. @throws DataError where the key is another one */
export function openVault(wrapped: string, user: UserKey, gallery: string): OpenedVault {
  return { vault: vaultOf(unwrap(wrapped, user, gallery)), wrapped }
}

/** The keyring under another key of the user, with a new data key for what is sealed from now on; nothing sealed is touched. */
export function rotateKeyring(wrapped: string, from: UserKey, to: UserKey, gallery: string): OpenedVault {
  const { keys, names } = unwrap(wrapped, from, gallery)
  if (keys.length >= 255)
    throw new DataError('The gallery has had 255 keys; export it and import it into a new one')
  const ring = { keys: [...keys, randomBytes(32)], names }
  return { vault: vaultOf(ring), wrapped: wrap(ring, to, gallery) }
}
