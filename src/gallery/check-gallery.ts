/** @file Whether everything in a gallery is what it should be: each sealed thing opens, each number leads somewhere. */
import { checkAudit, type AuditEntry, type AuditHead } from './audit.ts'
import { currentOrigin, type GalleryContext, openCrop, openDetails, openVector } from './context.ts'
import type { GalleryReader, GalleryStore } from './store.ts'

/** What was looked at, and what is wrong. */
export interface GalleryCheck {
  readonly people: number
  readonly references: number
  readonly embeddings: number
  readonly auditEntries: number
  /** A sentence on each thing that is wrong. */
  readonly faults: readonly string[]
}

export interface CheckOptions {
  /** The end of the audit log as it was kept outside. */
  readonly head?: AuditHead | undefined
  readonly onProgress?: (references: number) => void
  readonly signal?: AbortSignal
}

const page = 500
/** More of one kind say nothing new. */
const mostFaults = 100

/** Opens every sealed thing, follows every number, and asks the database to check itself. */
export async function checkGallery(
  context: GalleryContext,
  options: CheckOptions = {},
): Promise<GalleryCheck> {
  const { store } = context
  const faults: string[] = [...(await store.inspect())]
  const fault = (sentence: string): void => {
    if (faults.length < mostFaults) faults.push(sentence)
  }
  const current = await store.read(currentOrigin)
  for (let after = 0, done = 0; ;) {
    options.signal?.throwIfAborted()
    const next = await store.read(async (reader) => {
      const rows = await reader.references(after, page)
      for (const row of rows) {
        const { id, person, details } = row
        if (person !== undefined && (await reader.person(person)) === undefined)
          fault(`the reference ${id} is of the person ${person}, who does not exist`)
        await opens(() => openDetails(context, details, id), `the details of the reference ${id}`, fault)
        const crop = await reader.crop(id)
        if (crop !== undefined)
          await opens(() => openCrop(context, crop, id), `the crop of the reference ${id}`, fault)
        await checkVector(context, reader, id, person, current, fault)
      }
      return rows
    })
    done += next.length
    options.onProgress?.(done)
    const last = next.at(-1)
    if (last === undefined || next.length < page) break
    after = last.id
  }
  const audit = await checkAudit(auditEntries(store), options.head)
  if (audit.fault !== undefined) fault(`the audit log: ${audit.fault}`)
  const counts = await store.read((reader) => reader.counts())
  return { ...counts, auditEntries: audit.entries, faults }
}

const opens = async (open: () => unknown, what: string, fault: (sentence: string) => void): Promise<void> => {
  try {
    open()
  } catch {
    fault(`${what} cannot be opened: they were changed, or sealed with another key`)
  }
}

const checkVector = async (
  context: GalleryContext,
  reader: GalleryReader,
  id: number,
  person: number | undefined,
  current: Awaited<ReturnType<typeof currentOrigin>>,
  fault: (sentence: string) => void,
): Promise<void> => {
  if (current === undefined) return fault(`the reference ${id} is there, but no model is`)
  const row = await reader.embedding(id, current.number)
  // left behind by a change of model
  if (row === undefined) return
  if (row.person !== (person ?? 0)) fault(`the embedding of the reference ${id} is under another person`)
  let vector: Float32Array
  try {
    vector = openVector(context, row.vector, id, current.number)
  } catch {
    return fault(
      `the embedding of the reference ${id} cannot be opened: it was changed, or sealed with another key`,
    )
  }
  const square = vector.reduce((sum, value) => sum + value * value, 0)
  if (vector.length !== current.origin.size || !(Math.abs(square - 1) < 1e-3))
    fault(`the embedding of the reference ${id} is not ${current.origin.size} numbers of length 1`)
}

/** The log from its first entry on. */
export async function* auditEntries(store: GalleryStore): AsyncGenerator<AuditEntry> {
  for (let after = 0; ;) {
    const entries = await store.read((reader) => reader.audit(after, page))
    yield* entries
    const last = entries.at(-1)
    if (last === undefined || entries.length < page) return
    after = last.number
  }
}
