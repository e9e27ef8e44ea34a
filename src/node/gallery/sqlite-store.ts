/** @file A gallery in one SQLite file, through `libsql`. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import type Libsql from 'libsql'
import { DataError, MissingPartError } from '../../base/errors.ts'
import type { GalleryStore } from '../../gallery/store.ts'
import { openSqlStore } from './sql-store.ts'
import { ImmediateDialect } from './sqlite-dialect.ts'
import { isBusy, storeError } from './store-errors.ts'
import type { GalleryTables } from './tables.ts'

/** How a file is opened. */
export interface SqliteOptions {
  /** How long a write waits for another process's, in milliseconds. @defaultValue 10000 */
  readonly patience?: number
  /** How often another process's writes are looked for, in milliseconds. @defaultValue 250 */
  readonly poll?: number
}

/** SQLite itself waits so long and blocks this process meanwhile; the rest of the patience is spent asleep. */
const blockingWait = 50

const openLibsql = async (): Promise<typeof Libsql> => {
  try {
    return (await import('libsql')).default
  } catch (cause) {
    throw new MissingPartError(
      'A gallery in a file needs the package libsql, which is missing or has no binary for this machine; install it with: npm install libsql, or use PostgreSQL with --store',
      { cause },
    )
  }
}

/**
 * Opens the gallery in `file`, made where there is none, with its folder.
 * @throws MissingPartError without `libsql`
 * @throws DataError where the file is none, is damaged, is of a newer schema or may not be written
 */
export async function openSqliteStore(file: string, options: SqliteOptions = {}): Promise<GalleryStore> {
  const { patience = 10_000, poll = 250 } = options
  const Database = await openLibsql()
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new DataError(`The gallery ${file} cannot be opened: its folder cannot be made`, { cause })
  })
  if ((await stat(file).catch(() => undefined))?.isDirectory() === true)
    throw new DataError(`The gallery ${file} is no gallery: it is a folder; name a file in it`)
  const patiently = async <T>(attempt: () => Promise<T> | T): Promise<T> => {
    const deadline = performance.now() + patience
    for (let wait = 5; ; wait = Math.min(100, 2 * wait)) {
      try {
        return await attempt()
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
        await pause(wait)
      }
    }
  }
  const database = await patiently(() => {
    const opened = new Database(file, { timeout: blockingWait })
    try {
      opened.pragma(`busy_timeout = ${blockingWait}`)
      opened.pragma('journal_mode = WAL')
      opened.pragma('synchronous = FULL')
      opened.pragma('secure_delete = ON')
      opened.pragma('foreign_keys = ON')
      return opened
    } catch (error) {
      opened.close()
      throw error
    }
  }).catch((error: unknown) => {
    throw storeError(file, error)
  })
  const db = new Kysely<GalleryTables>({ dialect: new ImmediateDialect(database) })
  const watchers = new Set<AsyncDisposable>()
  return openSqlStore(db, {
    engine: 'sqlite',
    name: file,
    patiently,
    hasSchema: async (within) => {
      const { rows } = await sql<{
        name: string
      }>`select name from sqlite_schema where type = 'table'`.execute(within)
      const names = rows.map((row) => row.name)
      if (names.length === 0 || names.includes('cosface_schema')) return names.length > 0
      throw new DataError(`The gallery ${file} is no gallery: it is another program’s database`)
    },
    // the transaction has the lock already
    lockSchema: async () => {},
    watch: (wake) => {
      const watcher = watchSequence(db, wake, poll)
      watchers.add(watcher)
      return watcher
    },
    scrub: async () => {
      await patiently(() => sql`vacuum`.execute(db))
      await patiently(async () => {
        const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db)
        if (rows[0]?.busy === 1) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
      })
      return []
    },
    inspect: async () => {
      const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)
      return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
    },
    close: async () => {
      for (const watcher of watchers) await watcher[Symbol.asyncDispose]()
      await db.destroy()
    },
  })
}

/** Looks at the number of the last write again and again. */
const watchSequence = (db: Kysely<GalleryTables>, wake: () => void, every: number): AsyncDisposable => {
  let last = -1
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const { sequence } = await db.selectFrom('clock').select('sequence').executeTakeFirstOrThrow()
    if (last >= 0 && sequence !== last) wake()
    last = sequence
  }
  const timer = setInterval(() => {
    // a failure here shows at the next use of the store, which says more
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined
      })
  }, every)
  timer.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await looking
    },
  }
}
