/** @file The schema of a gallery, step by step, written once for SQLite and PostgreSQL. */
import { type Kysely, sql } from 'kysely'
import type { GalleryTables } from './tables.ts'

/** Where a schema is made. */
export type Engine = 'sqlite' | 'postgres'

/** Parts of the embeddings in PostgreSQL: divided by 1, 2, 3, 4, 6 or 12 processes without a rest. */
export const partitions = 12

/** A step from one schema to the next. Steps that were published never change. */
interface Migration {
  readonly name: string
  readonly up: (db: Kysely<GalleryTables>, engine: Engine) => Promise<void>
}

const first: Migration = {
  name: '1 tables',
  up: async (db, engine) => {
    const bytes = engine === 'sqlite' ? 'blob' : 'bytea'
    const { schema } = db
    await schema
      .createTable('clock')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addColumn('next', 'integer', (column) => column.notNull())
      .addColumn('latest', 'text', (column) => column.notNull())
      .execute()
    await db.insertInto('clock').values({ id: 1, sequence: 0, next: 1, latest: '' }).execute()
    await schema
      .createTable('setting')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('origin')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('detector', 'text', (column) => column.notNull())
      .addColumn('aligner', 'text', (column) => column.notNull())
      .addColumn('flip', 'text', (column) => column.notNull())
      .addColumn('size', 'integer', (column) => column.notNull())
      .execute()
    await schema
      .createTable('person')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('tags', 'text', (column) => column.notNull())
      .addColumn('consent', 'text')
      .addColumn('expires', 'text')
      .addColumn('created', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createIndex('person_active_name')
      .unique()
      .on('person')
      .column('name')
      .where(sql.ref('state'), '=', sql.lit('active'))
      .execute()
    await schema
      .createTable('reference')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('person', 'integer')
      .addColumn('photograph', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created', 'text', (column) => column.notNull())
      .addColumn('details', bytes, (column) => column.notNull())
      .execute()
    await schema.createIndex('reference_person').on('reference').column('person').execute()
    await schema.createIndex('reference_photograph').on('reference').column('photograph').execute()
    await schema
      .createTable('crop')
      .addColumn('reference', 'integer', (column) => column.primaryKey())
      .addColumn('image', bytes, (column) => column.notNull())
      .execute()
    const embedding = schema
      .createTable('embedding')
      .addColumn('origin', 'integer', (column) => column.notNull())
      .addColumn('person', 'integer', (column) => column.notNull())
      .addColumn('reference', 'integer', (column) => column.notNull())
      .addColumn('vector', bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('embedding_key', ['origin', 'person', 'reference'])
    if (engine === 'sqlite') await embedding.execute()
    else {
      await embedding.modifyEnd(sql`partition by hash (person)`).execute()
      for (let part = 0; part < partitions; part++) {
        await sql`create table ${sql.id(`embedding_${part}`)} partition of embedding
          for values with (modulus ${sql.lit(partitions)}, remainder ${sql.lit(part)})`.execute(db)
      }
    }
    await schema.createIndex('embedding_reference').on('embedding').column('reference').execute()
    await schema
      .createTable('link')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('first', 'integer', (column) => column.notNull())
      .addColumn('second', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('link_key', ['kind', 'first', 'second'])
      .execute()
    await schema.createIndex('link_second').on('link').column('second').execute()
    await schema
      .createTable('change')
      .addColumn('person', 'integer', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .execute()
    await schema.createIndex('change_sequence').on('change').column('sequence').execute()
    await schema
      .createTable('undo')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('subject', 'integer', (column) => column.notNull())
      .addColumn('into', 'integer')
      .addColumn('moved', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('audit')
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('who', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subjects', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute()
    // a log that only grows, whoever writes SQL by hand
    if (engine === 'sqlite') {
      for (const verb of ['update', 'delete']) {
        await sql`create trigger ${sql.id(`audit_no_${verb}`)} before ${sql.raw(verb)} on audit
          begin select raise(abort, 'the audit log only grows'); end`.execute(db)
      }
    } else {
      await sql`create function audit_only_grows() returns trigger language plpgsql as
        'begin raise exception ''the audit log only grows''; end'`.execute(db)
      await sql`create trigger audit_only_grows before update or delete or truncate on audit
        for each statement execute function audit_only_grows()`.execute(db)
    }
  },
}

const migrations: readonly Migration[] = [first]

/** The newest schema this package knows. */
export const schemaVersion: number = migrations.length

/** Takes a database from schema `from` (0 for an empty one) to the newest, in the transaction `db`. */
export async function migrate(db: Kysely<GalleryTables>, engine: Engine, from: number): Promise<void> {
  for (const { up } of migrations.slice(from)) await up(db, engine)
}
