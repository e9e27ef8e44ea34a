/** @file A new key for a gallery; what is sealed stays as it is. */
import { UsageError } from '../../base/errors.ts'
import { defaultKeyFile, defaultStore, openStore } from './open-gallery.ts'
import { type UserKey, userKey } from './key-file.ts'
import { rotateKeyring } from './sealed-vault.ts'

/** Which gallery, from which key to which. */
export interface RotateKeyOptions {
  /** @defaultValue COSFACE_STORE, else a file in the user’s data folder */
  readonly store?: string
  /** The present key’s file. @defaultValue COSFACE_GALLERY_KEY_FILE, else one in the user’s data folder */
  readonly keyFile?: string
  /** The new key’s file; made where it is missing. */
  readonly to: string
}

/**
 * Wraps the data keys by another key, and seals from now on with a new data key. The old key opens the gallery no more.
 * @throws DataError where the present key is not the gallery’s
 */
export async function rotateGalleryKey(options: RotateKeyOptions): Promise<UserKey> {
  await using store = await openStore(options.store ?? defaultStore())
  const from = await userKey({
    text: process.env['COSFACE_GALLERY_KEY'],
    file: options.keyFile ?? defaultKeyFile(),
    make: false,
  })
  const to = await userKey({ file: options.to, make: true })
  await store.write(async (writer) => {
    const gallery = await writer.setting('gallery')
    const wrapped = await writer.setting('keyring')
    if (gallery === undefined || wrapped === undefined)
      throw new UsageError('The gallery is not encrypted; there is no key to change')
    await writer.putSetting('keyring', rotateKeyring(wrapped, from, to, gallery).wrapped)
  })
  await store.scrub()
  return to
}
