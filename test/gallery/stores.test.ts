/** @file The same suite on every store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemoryStore } from '../../src/gallery/memory-store.ts'
import { openPostgresStore } from '../../src/node/gallery/postgres-store.ts'
import { openSqliteStore } from '../../src/node/gallery/sqlite-store.ts'
import { hasPostgres, postgresNote, testDatabase } from './postgres.ts'
import { storeConformance } from './store-conformance.ts'

storeConformance(
  'in memory',
  async () => ({ open: async () => openMemoryStore(), [Symbol.asyncDispose]: async () => {} }),
  { lasts: false },
)

storeConformance(
  'in a file',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cosface-gallery-'))
    return {
      open: () => openSqliteStore(join(folder, 'new', 'gallery.db')),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  },
  { lasts: true },
)

storeConformance(
  `in PostgreSQL${postgresNote}`,
  async () => {
    const database = testDatabase()
    return {
      open: () => openPostgresStore(database.url),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  },
  { lasts: true, skip: !hasPostgres },
)
