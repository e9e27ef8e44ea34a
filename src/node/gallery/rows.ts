/** @file From a database's rows to a gallery's and back; a row that is none of ours is an error that names it. */
import type { Insertable, Selectable } from 'kysely'
import { z } from 'zod'
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { EmbeddingOrigin } from '../../face/embedding-origin.ts'
import type { AuditEntry } from '../../gallery/audit.ts'
import { auditActions } from '../../gallery/audit.ts'
import type { Person } from '../../gallery/person.ts'
import type { EmbeddingRow, Link, ReferenceRow, UndoRow } from '../../gallery/store.ts'
import type { Blob, GalleryTables } from './tables.ts'

/** Text that holds JSON of one form. */
const json = <T>(schema: z.ZodType<T>): z.ZodType<T, string> =>
  z.string().transform((text, context): T => {
    try {
      return schema.parse(JSON.parse(text))
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON of its form' })
      return z.NEVER
    }
  })

const orAbsent = <T, I>(schema: z.ZodType<T, I>): z.ZodType<T | undefined, I | null> =>
  schema.nullable().transform((value): T | undefined => value ?? undefined)

const blob = z.custom<Blob>((value) => value instanceof Uint8Array || value instanceof ArrayBuffer)

/** Bytes as every driver's become ours. */
export function bytesFrom(value: Blob): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

const personForm = z.object({
  id: z.number(),
  name: orAbsent(z.string()),
  state: z.enum(['active', 'merged', 'removed']),
  tags: json(z.array(z.string())),
  consent: orAbsent(json(z.object({ record: z.string(), purpose: z.string() }))),
  expires: orAbsent(z.string()),
  created: z.string(),
})

const referenceForm = z.object({
  id: z.number(),
  person: orAbsent(z.number()),
  photograph: orAbsent(z.string()),
  state: z.enum(['active', 'removed']),
  created: z.string(),
  details: blob.transform(bytesFrom),
})

const originForm = z.object({
  id: z.number(),
  model: z.string(),
  detector: z.string(),
  aligner: z.string(),
  flip: z.enum(['concat', 'sum', 'none']),
  size: z.number(),
})

const linkForm = z.object({ kind: z.enum(['cannot', 'must']), first: z.number(), second: z.number() })

const undoForm = z.object({
  id: z.number(),
  kind: z.enum(['merge', 'remove person', 'remove reference']),
  at: z.string(),
  subject: z.number(),
  into: orAbsent(z.number()),
  moved: json(z.array(z.number())),
})

const auditForm = z.object({
  number: z.number(),
  at: z.string(),
  who: z.string(),
  action: z.enum(auditActions),
  subjects: json(z.array(z.number())),
  hash: z.string(),
})

const parsed = <T, I>(table: string, form: z.ZodType<T, I>, row: unknown): T => {
  const result = form.safeParse(row)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new DataError(
    `The gallery’s database is damaged: a row of its table ${table} has a wrong ${issue?.path.join('.') ?? 'value'}; put back a backup`,
  )
}

type Row<T extends keyof GalleryTables> = Selectable<GalleryTables[T]>
type New<T extends keyof GalleryTables> = Insertable<GalleryTables[T]>

export function personFrom(row: Row<'person'>): Person {
  const { consent, expires, ...rest } = parsed('person', personForm, row)
  return { ...rest, ...given({ consent, expires }) }
}

export function personRow({ id, name, state, tags, consent, expires, created }: Person): New<'person'> {
  return {
    id,
    name: name ?? null,
    state,
    tags: JSON.stringify(tags),
    consent: consent === undefined ? null : JSON.stringify(consent),
    expires: expires ?? null,
    created,
  }
}

export function referenceFrom(row: Row<'reference'>): ReferenceRow {
  return parsed('reference', referenceForm, row)
}

export function referenceRow(row: ReferenceRow): New<'reference'> {
  return { ...row, person: row.person ?? null, photograph: row.photograph ?? null }
}

export function originFrom(row: Row<'origin'>): readonly [number, EmbeddingOrigin] {
  const { id, ...origin } = parsed('origin', originForm, row)
  return [id, origin]
}

export function embeddingFrom({ origin, person, reference, vector }: Row<'embedding'>): EmbeddingRow {
  return { origin, person, reference, vector: bytesFrom(vector) }
}

export function linkFrom(row: Row<'link'>): Link {
  return parsed('link', linkForm, row)
}

export function undoFrom(row: Row<'undo'>): UndoRow {
  const { into, moved, ...rest } = parsed('undo', undoForm, row)
  return { ...rest, references: moved, ...given({ into }) }
}

export function undoRow({ references, into, ...rest }: UndoRow): New<'undo'> {
  return { ...rest, into: into ?? null, moved: JSON.stringify(references) }
}

export function auditFrom(row: Row<'audit'>): AuditEntry {
  return parsed('audit', auditForm, row)
}

export function auditRow(entry: AuditEntry): New<'audit'> {
  return { ...entry, subjects: JSON.stringify(entry.subjects) }
}
