/** @file What every part of a gallery works with: its store, its vault, its clock, and who acts. */
import { bytesOf } from '../base/bytes.ts'
import { DataError } from '../base/errors.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import { type AuditAction, type AuditEntry, nextEntry } from './audit.ts'
import type { ReferenceDetails } from './reference.ts'
import type { GalleryReader, GalleryStore, GalleryWriter } from './store.ts'
import type { GalleryScoring } from './thresholds.ts'
import type { Vault } from './vault.ts'

/** Given to a gallery by the platform and the program. */
export interface GalleryParts {
  readonly store: GalleryStore
  readonly vault: Vault
  /** The time. */
  readonly now: () => Date
  /** Who acts, for the audit log: a user’s or a service’s name. */
  readonly who: string
  /** Told each entry of the audit log after it was written, to keep the head elsewhere. */
  readonly onAudit?: (entry: AuditEntry, gallery: string) => Promise<void>
  /** Removes what this machine keeps of the gallery beside its store, such as a snapshot of its embeddings. */
  readonly forget?: () => Promise<void>
}

/** The parts, and which gallery it is. */
export interface GalleryContext extends GalleryParts {
  readonly gallery: string
}

/** What a write came to, and whom it was about. */
export interface Written<T> {
  readonly result: T
  /** Ids for the audit log; without any, nothing is logged. */
  readonly subjects: readonly number[]
}

/** A write in hand, with the time it happens at. */
export interface WriteMoment {
  readonly writer: GalleryWriter
  /** Never before the time of any write before it, whatever the clock says. */
  readonly at: Date
}

/** The time by which the gallery lives: that of the clock, or of the last write where the clock was set back. */
export async function galleryTime(reader: GalleryReader, now: Date): Promise<Date> {
  const { latest } = await reader.clock()
  return latest !== '' && Date.parse(latest) > now.getTime() ? new Date(latest) : now
}

/** A clock set back further than this is worth a word, in milliseconds. */
const tolerated = 5 * 60 * 1000

/** A sentence where this machine’s clock is behind the gallery’s last write; undefined where it is not. */
export async function clockWarning(reader: GalleryReader, now: Date): Promise<string | undefined> {
  const { latest } = await reader.clock()
  if (latest === '' || Date.parse(latest) - now.getTime() <= tolerated) return undefined
  return `This machine’s clock says ${now.toISOString()}, but the gallery was last written at ${latest}; the later time is used, set the clock right`
}

/** Writes, and logs the write in the same breath. */
export async function commit<T>(
  context: GalleryContext,
  action: AuditAction,
  work: (moment: WriteMoment) => Promise<Written<T>>,
): Promise<T> {
  const { store, now, who, onAudit, gallery } = context
  const { result, entry } = await store.write(async (writer) => {
    const at = await galleryTime(writer, now())
    const written = await work({ writer, at })
    if (written.subjects.length === 0) return { result: written.result, entry: undefined }
    await writer.stamp(at.toISOString())
    const line = nextEntry(await writer.lastAudit(), {
      at: at.toISOString(),
      who,
      action,
      subjects: written.subjects,
    })
    await writer.addAudit(line)
    return { result: written.result, entry: line }
  })
  if (entry !== undefined) await onAudit?.(entry, gallery)
  return result
}

/** The origin whose embeddings are searched, with its number; undefined before the first enrolment. */
export async function currentOrigin(
  reader: GalleryReader,
): Promise<{ readonly number: number; readonly origin: EmbeddingOrigin } | undefined> {
  const number = await reader.setting('origin')
  if (number === undefined) return undefined
  const origin = (await reader.origins()).get(Number(number))
  if (origin === undefined)
    throw new DataError('The gallery’s database is damaged: its model’s origin is missing; put back a backup')
  return { number: Number(number), origin }
}

/** How the gallery scores people. */
export async function scoringOf(reader: GalleryReader): Promise<GalleryScoring> {
  return (await reader.setting('scoring')) === 'mean' ? 'mean' : 'maximum'
}

/** Seals an embedding for its reference and origin. */
export function sealVector(
  { vault, gallery }: GalleryContext,
  vector: Float32Array,
  reference: number,
  origin: number,
): Uint8Array {
  return vault.seal(bytesOf(vector), `embedding ${gallery} ${origin} ${reference}`)
}

/** The embedding of a reference. @throws DataError where it was changed or belongs elsewhere */
export function openVector(
  { vault, gallery }: GalleryContext,
  sealed: Uint8Array,
  reference: number,
  origin: number,
): Float32Array {
  const bytes = vault.open(sealed, `embedding ${gallery} ${origin} ${reference}`)
  // a copy lies at a multiple of four; numbers are little-endian, as every machine that runs this has them
  return new Float32Array(bytes.slice().buffer)
}

export function sealDetails(
  { vault, gallery }: GalleryContext,
  details: ReferenceDetails,
  reference: number,
): Uint8Array {
  return vault.seal(new TextEncoder().encode(JSON.stringify(details)), `details ${gallery} ${reference}`)
}

export function openDetails(
  { vault, gallery }: GalleryContext,
  sealed: Uint8Array,
  reference: number,
): ReferenceDetails {
  const details: ReferenceDetails = JSON.parse(
    new TextDecoder().decode(vault.open(sealed, `details ${gallery} ${reference}`)),
  )
  return details
}

export function sealCrop(
  { vault, gallery }: GalleryContext,
  crop: Uint8Array,
  reference: number,
): Uint8Array {
  return vault.seal(crop, `crop ${gallery} ${reference}`)
}

export function openCrop(
  { vault, gallery }: GalleryContext,
  sealed: Uint8Array,
  reference: number,
): Uint8Array {
  return vault.open(sealed, `crop ${gallery} ${reference}`)
}
