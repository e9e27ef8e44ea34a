/** @file A gallery in PostgreSQL, version 13 or newer, through `pg`. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import type Pg from 'pg'
import type { Client, Pool } from 'pg'
import { DataError, MissingPartError, UsageError } from '../../base/errors.ts'
import type { GalleryStore } from '../../gallery/store.ts'
import { openSqlStore } from './sql-store.ts'
import { storeError } from './store-errors.ts'
import type { GalleryTables } from './tables.ts'

/** How a server is used. */
export interface PostgresOptions {
  /** Connections at once. @defaultValue 4 */
  readonly connections?: number
  /** The schema that holds the tables. @defaultValue 'cosface' */
  readonly schema?: string
}

const oldestServer = 130000

const openPg = async (): Promise<Pick<typeof Pg, 'Client' | 'Pool'>> => {
  try {
    return (await import('pg')).default
  } catch (cause) {
    throw new MissingPartError(
      'A gallery in PostgreSQL needs the package pg; install it with: npm install pg',
      {
        cause,
      },
    )
  }
}

/** Server and database of an address, for messages. */
export function postgresName(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return `postgres://${host === '' ? 'localhost' : host}${port === '' ? '' : `:${port}`}${pathname}`
}

/**
 * Opens the gallery in the database at `url`, `postgres://user:password@host/database`; `?schema=NAME` names the schema.
 * @throws MissingPartError without `pg`
 * @throws DataError where the server cannot be reached, is too old or of a newer schema
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<GalleryStore> {
  if (!URL.canParse(url))
    throw new UsageError('Expected --store with an address such as postgres://user@host/database')
  const pg = await openPg()
  const address = new URL(url)
  const schema = options.schema ?? address.searchParams.get('schema') ?? 'cosface'
  if (!/^[a-z_][a-z0-9_]*$/.test(schema))
    throw new UsageError(`Expected a schema of small letters, digits and _, got ${schema}`)
  address.searchParams.delete('schema')
  const name = postgresName(url)
  const connectionString = address.href
  const pool: Pool = new pg.Pool({
    connectionString,
    max: options.connections ?? 4,
    connectionTimeoutMillis: 10_000,
  })
  // a connection that breaks while idle is no failure: the pool opens another
  pool.on('error', () => undefined)
  const db: Kysely<GalleryTables> = new Kysely<GalleryTables>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (connection) => {
        // what is acknowledged is on the disk, whatever the server's own setting
        const settings = sql`select set_config('search_path', ${schema}, false), set_config('synchronous_commit',
          case when current_setting('synchronous_commit') in ('off', 'local') then 'on' else current_setting('synchronous_commit') end, false)`
        await connection.executeQuery(settings.compile(db))
      },
    }),
  })
  const watchers = new Set<AsyncDisposable>()
  const close = async (): Promise<void> => {
    for (const watcher of watchers) await watcher[Symbol.asyncDispose]()
    await db.destroy()
  }
  try {
    const { rows } = await sql<{ version: string; fsync: string }>`
      select current_setting('server_version_num') as version, current_setting('fsync') as fsync`.execute(db)
    if (Number(rows[0]?.version) < oldestServer)
      throw new DataError(
        `The gallery ${name} needs PostgreSQL 13 or newer, the server has ${rows[0]?.version}`,
      )
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db)
  } catch (error) {
    await close()
    throw storeError(name, error)
  }
  return openSqlStore(db, {
    engine: 'postgres',
    name,
    patiently: (attempt) => attempt(),
    hasSchema: async (within) => {
      const { rows } = await sql<{ found: boolean }>`
        select to_regclass(${`${schema}.cosface_schema`}) is not null as found`.execute(within)
      return rows[0]?.found === true
    },
    // two that begin at once: one makes the tables, the other waits
    lockSchema: async (within) =>
      void (await sql`select pg_advisory_xact_lock(20181801, hashtext(${schema}))`.execute(within)),
    watch: (wake) => {
      const watcher = listen(() => new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 }), wake)
      watchers.add(watcher)
      return watcher
    },
    scrub: async () => {
      for (const table of ['reference', 'crop', 'embedding', 'person', 'link', 'undo'])
        await sql`vacuum (full, analyze) ${sql.id(schema, table)}`.execute(db)
      return [
        'The server’s write-ahead log, its archive and standbys keep erased rows until the server recycles them; ask who runs it.',
      ]
    },
    inspect: async () => [],
    close,
  })
}

/** Listens on a connection of its own, opened again where it broke; between two of them every second is a wake. */
const listen = (open: () => Client, wake: () => void): AsyncDisposable => {
  let closed = false
  let client: Client | undefined
  const connect = async (): Promise<void> => {
    const opened = open()
    const lost = (): void => {
      if (client === opened) client = undefined
    }
    opened.on('error', lost)
    opened.on('end', lost)
    opened.on('notification', wake)
    try {
      await opened.connect()
      await opened.query('listen cosface_gallery')
      client = opened
      // what happened before the ear was there
      wake()
    } catch {
      await opened.end().catch(() => undefined)
    }
  }
  let connecting: Promise<void> | undefined = connect()
  const settle = (): void => {
    connecting = undefined
  }
  void connecting.finally(settle)
  const timer = setInterval(() => {
    if (closed || client !== undefined || connecting !== undefined) return
    wake()
    connecting = connect().finally(settle)
  }, 1000)
  timer.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      closed = true
      clearInterval(timer)
      await connecting
      await client?.end().catch(() => undefined)
    },
  }
}
