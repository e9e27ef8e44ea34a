/** @file A gallery as a sequence of records: all of it as it is stored, sealed things sealed, for a backup and for putting one back. */
import { z } from 'zod'
import { DataError } from '../base/errors.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import { auditActions, type AuditEntry } from './audit.ts'
import type { Person } from './person.ts'
import type {
  GalleryReader,
  GalleryStore,
  GalleryWriter,
  Link,
  ReferenceRow,
  SettingName,
  UndoRow,
} from './store.ts'

const bytes = z.base64().transform((text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)))
const asText = (data: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192))
  return btoa(text)
}

const settingNames = [
  'gallery',
  'incarnation',
  'origin',
  'scoring',
  'keyring',
] as const satisfies readonly SettingName[]

/** One record of a backup. */
export type BackupRecord =
  | { readonly table: 'setting'; readonly name: SettingName; readonly value: string }
  | ({ readonly table: 'origin'; readonly number: number } & EmbeddingOrigin)
  | ({ readonly table: 'person'; readonly name?: string } & Omit<Person, 'name'>)
  | ({
      readonly table: 'reference'
      readonly person?: number
      readonly photograph?: string
      readonly crop?: Uint8Array
      readonly embeddings: readonly { readonly origin: number; readonly vector: Uint8Array }[]
    } & Omit<ReferenceRow, 'person' | 'photograph'>)
  | ({ readonly table: 'link' } & Link)
  | ({ readonly table: 'undo' } & UndoRow)
  | ({ readonly table: 'audit' } & AuditEntry)
  | { readonly table: 'clock'; readonly latest: string; readonly next: number }

const recordForm: z.ZodType<BackupRecord> = z.discriminatedUnion('table', [
  z.object({ table: z.literal('setting'), name: z.enum(settingNames), value: z.string() }),
  z.object({
    table: z.literal('origin'),
    number: z.number(),
    model: z.string(),
    detector: z.string(),
    aligner: z.string(),
    flip: z.enum(['concat', 'sum', 'none']),
    size: z.number(),
  }),
  z.object({
    table: z.literal('person'),
    id: z.number(),
    name: z.string().exactOptional(),
    state: z.enum(['active', 'merged', 'removed']),
    tags: z.array(z.string()),
    consent: z.object({ record: z.string(), purpose: z.string() }).exactOptional(),
    expires: z.string().exactOptional(),
    created: z.string(),
  }),
  z.object({
    table: z.literal('reference'),
    id: z.number(),
    person: z.number().exactOptional(),
    photograph: z.string().exactOptional(),
    state: z.enum(['active', 'removed']),
    created: z.string(),
    details: bytes,
    crop: bytes.exactOptional(),
    embeddings: z.array(z.object({ origin: z.number(), vector: bytes })),
  }),
  z.object({
    table: z.literal('link'),
    kind: z.enum(['cannot', 'must']),
    first: z.number(),
    second: z.number(),
  }),
  z.object({
    table: z.literal('undo'),
    id: z.number(),
    kind: z.enum(['merge', 'remove person', 'remove reference']),
    at: z.string(),
    subject: z.number(),
    into: z.number().exactOptional(),
    references: z.array(z.number()),
  }),
  z.object({
    table: z.literal('audit'),
    number: z.number(),
    at: z.string(),
    who: z.string(),
    action: z.enum(auditActions),
    subjects: z.array(z.number()),
    hash: z.string(),
  }),
  z.object({ table: z.literal('clock'), latest: z.string(), next: z.number() }),
])

const page = 500

/** All records of a gallery, as JSON lines, in one consistent state of it. */
export async function* backupLines(store: GalleryStore): AsyncGenerator<string> {
  // a generator cannot wait inside a reader: the reader fills a small queue, and waits while it is full
  const queue = new Queue()
  const reading = store
    .read((reader) => readAll(reader, (line) => queue.push(line)))
    .then(
      () => queue.end(),
      (error: unknown) => queue.end(error),
    )
  try {
    yield* queue.lines()
  } finally {
    queue.stop()
    await reading
  }
}

const readAll = async (reader: GalleryReader, put: (line: string) => Promise<void>): Promise<void> => {
  const record = (one: object): Promise<void> => put(JSON.stringify(one))
  let highest = 0
  const seen = (id: number): number => {
    highest = Math.max(highest, id)
    return id
  }
  for (const name of settingNames) {
    const value = await reader.setting(name)
    if (value !== undefined) await record({ table: 'setting', name, value })
  }
  const origins = await reader.origins()
  for (const [number, origin] of origins) await record({ table: 'origin', number: seen(number), ...origin })
  for (const state of ['active', 'merged', 'removed'] as const) {
    for (let after = 0; ;) {
      const people = await reader.people({ state, after, limit: page })
      for (const person of people) await record({ table: 'person', ...person, id: seen(person.id) })
      const last = people.at(-1)
      if (last === undefined || people.length < page) break
      after = last.id
    }
  }
  for (let after = 0; ;) {
    const rows = await reader.references(after, page)
    for (const row of rows) await record(await referenceRecord(reader, row, [...origins.keys()], seen))
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) break
    after = last.id
  }
  for (const link of await reader.links()) await record({ table: 'link', ...link })
  for (const undo of (await reader.undos()).toReversed())
    await record({ table: 'undo', ...undo, id: seen(undo.id) })
  for (let after = 0; ;) {
    const entries = await reader.audit(after, page)
    for (const entry of entries) {
      entry.subjects.forEach(seen)
      await record({ table: 'audit', ...entry })
    }
    const last = entries.at(-1)
    if (last === undefined || entries.length < page) break
    after = last.number
  }
  // numbers are never given twice, not even after the backup is put back
  await record({ table: 'clock', latest: (await reader.clock()).latest, next: highest + 1 })
}

const referenceRecord = async (
  reader: GalleryReader,
  row: ReferenceRow,
  origins: readonly number[],
  seen: (id: number) => number,
): Promise<object> => {
  const crop = await reader.crop(row.id)
  const embeddings = []
  for (const origin of origins) {
    const embedding = await reader.embedding(row.id, origin)
    if (embedding !== undefined) embeddings.push({ origin, vector: asText(embedding.vector) })
  }
  const details = asText(row.details)
  return {
    table: 'reference',
    ...row,
    id: seen(row.id),
    details,
    ...(crop === undefined ? {} : { crop: asText(crop) }),
    embeddings,
  }
}

/** Lines handed from a reader to whoever asks for them. */
class Queue {
  readonly #lines: string[] = []
  #wake: () => void = () => undefined
  #room: () => void = () => undefined
  #ended = false
  #stopped = false
  #error: Error | undefined

  async push(line: string): Promise<void> {
    if (this.#stopped) throw new Error('nobody reads the backup any more')
    this.#lines.push(line)
    this.#wake()
    if (this.#lines.length >= 64) await new Promise<void>((resolve) => (this.#room = resolve))
  }

  end(error?: unknown): void {
    this.#ended = true
    if (error !== undefined)
      this.#error = error instanceof Error ? error : new Error('the backup ended', { cause: error })
    this.#wake()
  }

  stop(): void {
    this.#stopped = true
    this.#room()
  }

  async *lines(): AsyncGenerator<string> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) {
        if (this.#lines.length < 32) this.#room()
        yield line
      } else if (this.#ended) {
        if (this.#error !== undefined) throw this.#error
        return
      } else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** A record of a line. @throws DataError on a line that is none */
export function parseBackupLine(line: string, file: string, number: number): BackupRecord {
  try {
    return recordForm.parse(JSON.parse(line))
  } catch (cause) {
    throw new DataError(`${file} is no whole backup: line ${number} is no record of one`, { cause })
  }
}

/**
 * Puts a backup’s records into an empty store, in one write.
 * @param incarnation a text never used before: what was made of the gallery earlier is then not taken for new
 * @throws DataError where the store holds a gallery
 */
export async function restoreRecords(
  store: GalleryStore,
  records: AsyncIterable<BackupRecord>,
  incarnation: string,
): Promise<void> {
  await store.write(async (writer) => {
    if ((await writer.setting('gallery')) !== undefined)
      throw new DataError(
        `${store.name} holds a gallery; a backup is put back into an empty place only: name another with --store, or move the gallery away`,
      )
    for await (const record of records) await putBack(writer, record)
    await writer.putSetting('incarnation', incarnation)
  })
}

const putBack = async (writer: GalleryWriter, record: BackupRecord): Promise<void> => {
  switch (record.table) {
    case 'setting':
      return writer.putSetting(record.name, record.value)
    case 'origin': {
      const { table: _, number, ...origin } = record
      return writer.addOrigin(number, origin)
    }
    case 'person': {
      const { table: _, name, ...person } = record
      return writer.putPerson({ ...person, name })
    }
    case 'reference': {
      const { table: _, crop, embeddings, person, photograph, ...row } = record
      await writer.addReferences([{ ...row, person, photograph }])
      if (crop !== undefined) await writer.addCrop(row.id, crop)
      return writer.addEmbeddings(
        embeddings.map(({ origin, vector }) => ({ reference: row.id, person: person ?? 0, origin, vector })),
      )
    }
    case 'link': {
      const { table: _, ...link } = record
      return writer.putLink(link)
    }
    case 'undo': {
      const { table: _, ...undo } = record
      return writer.addUndo(undo)
    }
    case 'audit': {
      const { table: _, ...entry } = record
      return writer.addAudit(entry)
    }
    case 'clock': {
      await writer.allocate(record.next)
      return writer.stamp(record.latest)
    }
  }
}
