/** @file Reads a gallery's rows through kysely, on either engine. */
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Clock, GalleryReader, Shard } from '../../gallery/store.ts'
import { type Engine, partitions } from './migrations.ts'
import { pieces } from './pieces.ts'
import {
  auditFrom,
  embeddingFrom,
  linkFrom,
  originFrom,
  personFrom,
  referenceFrom,
  undoFrom,
  bytesFrom,
} from './rows.ts'
import type { GalleryTables } from './tables.ts'

type Embedding = Selectable<GalleryTables['embedding']>

/** The embeddings of a part: whole partitions in PostgreSQL, a condition in SQLite. */
const embeddingSource = (engine: Engine, shard: Shard | undefined): RawBuilder<Embedding> => {
  if (shard === undefined) return sql`(select * from embedding)`
  if (engine === 'sqlite') return sql`(select * from embedding where person % ${shard.of} = ${shard.part})`
  const own = Array.from({ length: partitions }, (_, part) => part).filter(
    (part) => part % shard.of === shard.part,
  )
  const parts = own.map((part) => sql`select * from ${sql.id(`embedding_${part}`)}`)
  return sql`(${sql.join(parts, sql` union all `)})`
}

/** Reads within whatever `db` is: a connection or a transaction. */
export function sqlReader(db: Kysely<GalleryTables>, engine: Engine): GalleryReader {
  return {
    clock: async (): Promise<Clock> =>
      db.selectFrom('clock').select(['sequence', 'latest']).executeTakeFirstOrThrow(),
    setting: async (name) =>
      (await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst())?.value,
    origins: async () => new Map((await db.selectFrom('origin').selectAll().execute()).map(originFrom)),
    person: async (id) => {
      const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : personFrom(row)
    },
    personNamed: async (name) => {
      const row = await db
        .selectFrom('person')
        .selectAll()
        .where('name', '=', name)
        .where('state', '=', 'active')
        .executeTakeFirst()
      return row === undefined ? undefined : personFrom(row)
    },
    peopleNamed: async (names) => {
      const found = []
      for (const some of pieces(names)) {
        const rows = await db
          .selectFrom('person')
          .selectAll()
          .where('name', 'in', some)
          .where('state', '=', 'active')
          .execute()
        found.push(...rows.map(personFrom))
      }
      return found
    },
    people: async ({ state, after = 0, limit }) => {
      const rows = await db
        .selectFrom('person')
        .selectAll()
        .where('state', '=', state)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(personFrom)
    },
    reference: async (id) => {
      const row = await db.selectFrom('reference').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : referenceFrom(row)
    },
    referencesOf: async (person) => {
      const all = db.selectFrom('reference').selectAll().orderBy('id')
      const rows = await (
        person === 0 ? all.where('person', 'is', null) : all.where('person', '=', person)
      ).execute()
      return rows.map(referenceFrom)
    },
    referencesFrom: async (photograph) => {
      const rows = await db
        .selectFrom('reference')
        .selectAll()
        .where('photograph', '=', photograph)
        .orderBy('id')
        .execute()
      return rows.map(referenceFrom)
    },
    references: async (after, limit) => {
      const rows = await db
        .selectFrom('reference')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(referenceFrom)
    },
    crop: async (reference) => {
      const row = await db
        .selectFrom('crop')
        .select('image')
        .where('reference', '=', reference)
        .executeTakeFirst()
      return row === undefined ? undefined : bytesFrom(row.image)
    },
    embeddings: async ({ origin, after = { person: 0, reference: 0 }, limit, shard }) => {
      const rows = await db
        .selectFrom(embeddingSource(engine, shard).as('embedding'))
        .innerJoin('person', 'person.id', 'embedding.person')
        .innerJoin('reference', 'reference.id', 'embedding.reference')
        .select(['embedding.origin', 'embedding.person', 'embedding.reference', 'embedding.vector'])
        .where('embedding.origin', '=', origin)
        .where((is) =>
          is.or([
            is('embedding.person', '>', after.person),
            is.and([
              is('embedding.person', '=', after.person),
              is('embedding.reference', '>', after.reference),
            ]),
          ]),
        )
        .where('embedding.person', '>=', after.person)
        .where('person.state', '=', 'active')
        .where('person.name', 'is not', null)
        .where('reference.state', '=', 'active')
        .orderBy('embedding.person')
        .orderBy('embedding.reference')
        .limit(limit)
        .execute()
      return rows.map(embeddingFrom)
    },
    embeddingsOf: async (person, origin, shard) => {
      const rows = await db
        .selectFrom(embeddingSource(engine, shard).as('embedding'))
        .innerJoin('reference', 'reference.id', 'embedding.reference')
        .select(['embedding.origin', 'embedding.person', 'embedding.reference', 'embedding.vector'])
        .where('embedding.origin', '=', origin)
        .where('embedding.person', '=', person)
        .where('reference.state', '=', 'active')
        .orderBy('embedding.reference')
        .execute()
      return rows.map(embeddingFrom)
    },
    embedding: async (reference, origin) => {
      const row = await db
        .selectFrom('embedding')
        .selectAll()
        .where('reference', '=', reference)
        .where('origin', '=', origin)
        .executeTakeFirst()
      return row === undefined ? undefined : embeddingFrom(row)
    },
    withoutEmbedding: async (origin, after, limit) => {
      const rows = await db
        .selectFrom('reference')
        .selectAll()
        .where('id', '>', after)
        .where((is) =>
          is.not(
            is.exists(
              is
                .selectFrom('embedding')
                .select('embedding.reference')
                .whereRef('embedding.reference', '=', 'reference.id')
                .where('embedding.origin', '=', origin),
            ),
          ),
        )
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(referenceFrom)
    },
    links: async (of) => {
      const all = db.selectFrom('link').selectAll().orderBy('first').orderBy('second')
      const rows = await (
        of === undefined ? all : all.where((is) => is.or([is('first', '=', of), is('second', '=', of)]))
      ).execute()
      return rows.map(linkFrom)
    },
    audit: async (after, limit) => {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(auditFrom)
    },
    lastAudit: async () => {
      const row = await db
        .selectFrom('audit')
        .selectAll()
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? undefined : auditFrom(row)
    },
    undos: async () =>
      (await db.selectFrom('undo').selectAll().orderBy('id', 'desc').execute()).map(undoFrom),
    counts: async () => ({
      people: await countOf(db, 'person'),
      references: await countOf(db, 'reference'),
      embeddings: await countOf(db, 'embedding'),
    }),
    changes: async (since) => {
      const { sequence } = await db.selectFrom('clock').select('sequence').executeTakeFirstOrThrow()
      const rows = await db
        .selectFrom('change')
        .select('person')
        .where('sequence', '>', since)
        .orderBy('person')
        .execute()
      return { sequence, people: rows.map(({ person }) => person) }
    },
  }
}

// PostgreSQL counts in 64 bits, which its driver gives as text
const countOf = async (
  db: Kysely<GalleryTables>,
  table: 'person' | 'reference' | 'embedding',
): Promise<number> =>
  Number((await db.selectFrom(table).select(db.fn.countAll().as('count')).executeTakeFirstOrThrow()).count)
