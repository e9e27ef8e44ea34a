/** @file Writes a gallery's rows through kysely, within one transaction. */
import { type Kysely, sql } from 'kysely'
import type { GalleryWriter } from '../../gallery/store.ts'
import type { Engine } from './migrations.ts'
import { pieces } from './pieces.ts'
import { auditRow, personRow, referenceRow, undoRow } from './rows.ts'
import { sqlReader } from './sql-reader.ts'
import type { GalleryTables } from './tables.ts'

/** A writer, and what must be written last. */
export interface BegunWrite {
  readonly writer: GalleryWriter
  readonly finish: () => Promise<void>
}

/** Begins a write: takes its number, and with it the lock that every other writer waits for. */
export async function beginWrite(db: Kysely<GalleryTables>, engine: Engine): Promise<BegunWrite> {
  const { sequence } = await db
    .updateTable('clock')
    .set((is) => ({ sequence: is('sequence', '+', 1) }))
    .where('id', '=', 1)
    .returning('sequence')
    .executeTakeFirstOrThrow()
  const touched = new Set<number>()
  const touch = (person: number | null | undefined): void => {
    if (person !== null && person !== undefined && person !== 0) touched.add(person)
  }
  const touchOwners = async (references: readonly number[]): Promise<void> => {
    const rows = await db.selectFrom('reference').select('person').where('id', 'in', references).execute()
    for (const { person } of rows) touch(person)
  }
  const dropLinks = async (of: readonly number[]): Promise<void> => {
    await db.deleteFrom('link').where('first', 'in', of).execute()
    await db.deleteFrom('link').where('second', 'in', of).execute()
  }
  const writer: GalleryWriter = {
    ...sqlReader(db, engine),
    sequence,
    allocate: async (count) => {
      const { next } = await db
        .updateTable('clock')
        .set((is) => ({ next: is('next', '+', count) }))
        .where('id', '=', 1)
        .returning('next')
        .executeTakeFirstOrThrow()
      return next - count
    },
    stamp: async (latest) =>
      void (await db.updateTable('clock').set({ latest }).where('id', '=', 1).execute()),
    putSetting: async (name, value) =>
      void (await db
        .insertInto('setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()),
    addOrigin: async (id, { model, detector, aligner, flip, size }) =>
      void (await db.insertInto('origin').values({ id, model, detector, aligner, flip, size }).execute()),
    dropOrigin: async (number) => {
      await db.deleteFrom('embedding').where('origin', '=', number).execute()
      await db.deleteFrom('origin').where('id', '=', number).execute()
    },
    putPerson: async (person) => {
      const { id, ...row } = personRow(person)
      await db
        .insertInto('person')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
      touch(person.id)
    },
    addPeople: async (people) => {
      for (const rows of pieces(people)) await db.insertInto('person').values(rows.map(personRow)).execute()
      for (const { id } of people) touch(id)
    },
    addReferences: async (added) => {
      for (const rows of pieces(added))
        await db.insertInto('reference').values(rows.map(referenceRow)).execute()
      for (const { person } of added) touch(person)
    },
    addCrop: async (reference, image) =>
      void (await db.insertInto('crop').values({ reference, image }).execute()),
    addEmbeddings: async (added) => {
      for (const rows of pieces(added))
        await db
          .insertInto('embedding')
          .values([...rows])
          .execute()
      for (const { person } of added) touch(person)
    },
    moveReferences: async (references, person) => {
      for (const ids of pieces(references)) {
        await touchOwners(ids)
        await db
          .updateTable('reference')
          .set({ person: person ?? null })
          .where('id', 'in', ids)
          .execute()
        await db
          .updateTable('embedding')
          .set({ person: person ?? 0 })
          .where('reference', 'in', ids)
          .execute()
      }
      touch(person)
    },
    setReferenceState: async (reference, state) => {
      await touchOwners([reference])
      await db.updateTable('reference').set({ state }).where('id', '=', reference).execute()
    },
    putLink: async ({ kind, first, second }) =>
      void (await db
        .insertInto('link')
        .values({ kind, first, second })
        .onConflict((conflict) => conflict.doNothing())
        .execute()),
    dropLink: async ({ kind, first, second }) =>
      void (await db
        .deleteFrom('link')
        .where('kind', '=', kind)
        .where('first', '=', first)
        .where('second', '=', second)
        .execute()),
    eraseReferences: async (references) => {
      for (const ids of pieces(references)) {
        await touchOwners(ids)
        await dropLinks(ids)
        await db.deleteFrom('embedding').where('reference', 'in', ids).execute()
        await db.deleteFrom('crop').where('reference', 'in', ids).execute()
        await db.deleteFrom('reference').where('id', 'in', ids).execute()
      }
    },
    erasePerson: async (person) => {
      await dropLinks([person])
      await db.deleteFrom('person').where('id', '=', person).execute()
      touch(person)
    },
    addAudit: async (entry) => void (await db.insertInto('audit').values(auditRow(entry)).execute()),
    addUndo: async (row) => void (await db.insertInto('undo').values(undoRow(row)).execute()),
    dropUndo: async (id) => void (await db.deleteFrom('undo').where('id', '=', id).execute()),
  }
  return {
    writer,
    finish: async () => {
      for (const people of pieces([...touched])) {
        await db
          .insertInto('change')
          .values(people.map((person) => ({ person, sequence })))
          .onConflict((conflict) => conflict.column('person').doUpdateSet({ sequence }))
          .execute()
      }
      if (engine === 'postgres')
        await sql`select pg_notify('cosface_gallery', ${String(sequence)})`.execute(db)
    },
  }
}
