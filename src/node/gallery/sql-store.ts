/** @file A gallery's store on a database, whichever engine; what differs comes as an `EngineParts`. */
import { type Kysely, sql } from 'kysely'
import { DataError } from '../../base/errors.ts'
import type { GalleryStore } from '../../gallery/store.ts'
import { type Engine, migrate, schemaVersion } from './migrations.ts'
import { sqlReader } from './sql-reader.ts'
import { beginWrite } from './sql-writer.ts'
import { storeError } from './store-errors.ts'
import type { GalleryTables } from './tables.ts'

/** What an engine does in its own way. */
export interface EngineParts {
  readonly engine: Engine
  readonly name: string
  /** Runs a write again where the engine gave way before anything happened. */
  readonly patiently: <T>(attempt: () => Promise<T>) => Promise<T>
  readonly hasSchema: (db: Kysely<GalleryTables>) => Promise<boolean>
  /** Waits for whoever makes the schema at the same time. */
  readonly lockSchema: (db: Kysely<GalleryTables>) => Promise<void>
  readonly watch: GalleryStore['watch']
  readonly scrub: GalleryStore['scrub']
  readonly inspect: GalleryStore['inspect']
  readonly close: () => Promise<void>
}

/** Brings the schema up to date and gives the store. @throws DataError where the schema is newer than this package */
export async function openSqlStore(db: Kysely<GalleryTables>, parts: EngineParts): Promise<GalleryStore> {
  const { engine, name, patiently } = parts
  const saying = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw storeError(name, error)
    }
  }
  try {
    await saying(() => ensureSchema(db, parts))
  } catch (error) {
    await parts.close()
    throw error
  }
  return {
    name,
    read: (work) =>
      saying(() =>
        engine === 'sqlite'
          ? patiently(() =>
              db
                .transaction()
                .setAccessMode('read only')
                .execute((within) => work(sqlReader(within, engine))),
            )
          : db
              .transaction()
              .setIsolationLevel('repeatable read')
              .execute((within) => work(sqlReader(within, engine))),
      ),
    write: (work) =>
      saying(() =>
        patiently(() =>
          db.transaction().execute(async (within) => {
            const { writer, finish } = await beginWrite(within, engine)
            const result = await work(writer)
            await finish()
            return result
          }),
        ),
      ),
    watch: parts.watch,
    scrub: () => saying(parts.scrub),
    inspect: () => saying(parts.inspect),
    [Symbol.asyncDispose]: parts.close,
  }
}

const versionOf = async (db: Kysely<GalleryTables>): Promise<number> => {
  const { rows } = await sql<{ version: number }>`select version from cosface_schema`.execute(db)
  return rows[0]?.version ?? 0
}

const ensureSchema = async (db: Kysely<GalleryTables>, parts: EngineParts): Promise<void> => {
  const checked = async (within: Kysely<GalleryTables>): Promise<number> => {
    const found = (await parts.hasSchema(within)) ? await versionOf(within) : 0
    if (found > schemaVersion)
      throw new DataError(
        `The gallery ${parts.name} was written by a newer cosface (its schema is ${found}, this one knows ${schemaVersion}); nothing was changed, update cosface`,
      )
    return found
  }
  if ((await parts.patiently(() => checked(db))) === schemaVersion) return
  await parts.patiently(() =>
    db.transaction().execute(async (within) => {
      await parts.lockSchema(within)
      const from = await checked(within)
      await migrate(within, parts.engine, from)
      await sql`create table if not exists cosface_schema (version integer not null)`.execute(within)
      await sql`delete from cosface_schema`.execute(within)
      await sql`insert into cosface_schema (version) values (${schemaVersion})`.execute(within)
    }),
  )
}
