/** @file Opens a gallery as a program on this machine does: store, key, audit head and fast search put together. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { availableParallelism, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { Calibration } from '../../face/calibration.ts'
import type { AuditHead } from '../../gallery/audit.ts'
import { type Gallery, openGallery } from '../../gallery/gallery.ts'
import type { GalleryStore, Shard } from '../../gallery/store.ts'
import type { GalleryScoring } from '../../gallery/thresholds.ts'
import { plainVault, type Vault } from '../../gallery/vault.ts'
import { dataFolder } from '../files/user-folders.ts'
import { auditHeadKeeper, readAuditHead } from './audit-head.ts'
import { type UserKey, userKey } from './key-file.ts'
import { runtimeScorer } from './runtime-scorer.ts'
import { snapshotFile } from './snapshot-file.ts'
import { newVault, openVault } from './sealed-vault.ts'

/** Which gallery, and how it is used. */
export interface OpenGalleryOptions {
  /** A file, or an address `postgres://…`. @defaultValue COSFACE_STORE, else a file in the user’s data folder */
  readonly store?: string
  /** The file of the user’s key. @defaultValue COSFACE_GALLERY_KEY_FILE, else one in the user’s data folder */
  readonly keyFile?: string
  /** Make a gallery where there is none. @defaultValue true */
  readonly create?: boolean
  /** Encrypt what is stored, where the gallery is made now. @defaultValue true */
  readonly encrypt?: boolean
  /** How scores of several references become one, where the gallery is made now. @defaultValue 'maximum' */
  readonly scoring?: GalleryScoring
  readonly calibrations?: readonly Calibration[]
  /** Who acts, for the audit log. @defaultValue the user’s login name */
  readonly who?: string
  /** @defaultValue the machine’s cores */
  readonly threads?: number
  /** Search a part of the people only; of a gallery in PostgreSQL. */
  readonly shard?: Shard
  /** The time. @defaultValue the machine’s clock */
  readonly now?: () => Date
}

/** An open gallery, and what its user should be told of it. */
export interface OpenedGallery extends AsyncDisposable {
  readonly gallery: Gallery
  /** Made just now. */
  readonly isNew: boolean
  /** Sentences: where a new gallery lies, what to do with a new key, a clock that is wrong. */
  readonly notices: readonly string[]
  /** The end of the audit log as this machine kept it. */
  readonly auditHead: () => Promise<AuditHead | undefined>
}

/** Where a gallery is looked for when no place is given. */
export function defaultStore(): string {
  return process.env['COSFACE_STORE'] || join(dataFolder(), 'gallery.db')
}

export function defaultKeyFile(): string {
  return process.env['COSFACE_GALLERY_KEY_FILE'] || join(dataFolder(), 'gallery.key')
}

/** Where the ends of audit logs are kept. */
export function auditFolder(): string {
  return join(dataFolder(), 'audit')
}

const isAddress = (place: string): boolean => /^postgres(ql)?:\/\//.test(place)

const noGallery = (name: string): UsageError =>
  new UsageError(`There is no gallery at ${name}; cosface enrol makes one`)

/** Beside a file; in the user’s data folder for a server. */
const snapshotPlace = async (store: GalleryStore, place: string, shard?: Shard): Promise<string> => {
  if (!isAddress(place)) return `${resolve(place)}.templates`
  const id = (await store.read((reader) => reader.setting('gallery'))) ?? 'gallery'
  const part = shard === undefined ? '' : `-${shard.part}-of-${shard.of}`
  return join(dataFolder(), 'templates', `${id}${part}`)
}

/** Opens the store at a path or an address. @throws UsageError on an address of another kind */
export async function openStore(place: string): Promise<GalleryStore> {
  if (isAddress(place)) {
    const { openPostgresStore } = await import('./postgres-store.ts')
    return openPostgresStore(place)
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place))
    throw new UsageError(`--store must be a file or an address that begins with postgres://, got ${place}`)
  const { openSqliteStore } = await import('./sqlite-store.ts')
  return openSqliteStore(resolve(place))
}

/**
 * Opens a gallery, made where there is none.
 * @throws MissingPartError, DataError, UsageError as the store and the key say
 */
export async function openGalleryAt(options: OpenGalleryOptions = {}): Promise<OpenedGallery> {
  const place = options.store ?? defaultStore()
  const { scoring = 'maximum', now = (): Date => new Date(performance.timeOrigin + performance.now()) } =
    options
  if (options.create === false && !isAddress(place) && !existsSync(place)) throw noGallery(place)
  const store = await openStore(place)
  try {
    const { vault, isNew, key } = await unlock(store, options, scoring)
    const heads = auditFolder()
    const snapshots = snapshotFile(await snapshotPlace(store, place, options.shard), vault)
    const gallery = await openGallery({
      store,
      snapshots,
      forget: () => snapshots.remove(),
      vault,
      now,
      who: options.who ?? userInfo().username,
      onAudit: auditHeadKeeper(heads),
      newId: () => randomBytes(8).toString('hex'),
      scoring,
      scorer: runtimeScorer(options.threads ?? availableParallelism()),
      ...given({ calibrations: options.calibrations, shard: options.shard }),
    })
    const notices = [
      ...(isNew ? [`A new gallery is kept in ${store.name}`] : []),
      ...(key?.isNew === true
        ? [
            `It is encrypted with a key made just now, in ${key.from}: keep a copy of that file elsewhere, without it nothing in the gallery can be read`,
          ]
        : []),
      ...(vault.encrypts ? [] : ['This gallery is not encrypted']),
      ...[await gallery.clockWarning()].filter((warning) => warning !== undefined),
    ]
    return {
      gallery,
      isNew,
      notices,
      auditHead: () => readAuditHead(heads, gallery.id),
      [Symbol.asyncDispose]: () => gallery[Symbol.asyncDispose](),
    }
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
}

interface Unlocked {
  readonly vault: Vault
  readonly isNew: boolean
  readonly key?: UserKey
}

/** The vault of the gallery in a store; an empty store becomes a gallery. */
const unlock = async (
  store: GalleryStore,
  { keyFile = defaultKeyFile(), encrypt = true, create = true }: OpenGalleryOptions,
  scoring: GalleryScoring,
): Promise<Unlocked> => {
  const text = process.env['COSFACE_GALLERY_KEY']
  const known = await store.read(async (reader) => ({
    gallery: await reader.setting('gallery'),
    keyring: await reader.setting('keyring'),
  }))
  if (known.gallery !== undefined) {
    if (known.keyring === undefined) return { vault: plainVault, isNew: false }
    const key = await userKey({ text, file: keyFile, make: false })
    return { vault: openVault(known.keyring, key, known.gallery).vault, isNew: false, key }
  }
  if (!create) throw noGallery(store.name)
  const id = randomBytes(8).toString('hex')
  const key = encrypt ? await userKey({ text, file: keyFile, make: true }) : undefined
  const made = key === undefined ? undefined : newVault(key, id)
  const isMine = await store.write(async (writer) => {
    if ((await writer.setting('gallery')) !== undefined) return false
    await writer.putSetting('gallery', id)
    await writer.putSetting('incarnation', id)
    await writer.putSetting('scoring', scoring)
    if (made !== undefined) await writer.putSetting('keyring', made.wrapped)
    return true
  })
  // another process made it in the same moment
  if (!isMine) return unlock(store, { keyFile, encrypt }, scoring)
  return { vault: made?.vault ?? plainVault, isNew: true, ...given({ key }) }
}
