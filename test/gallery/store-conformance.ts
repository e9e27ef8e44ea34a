/** @file What every store of galleries does. */
import { beforeEach, describe, expect, it, afterEach } from 'vitest'
import type { EmbeddingOrigin } from '../../src/face/embedding-origin.ts'
import { nextEntry } from '../../src/gallery/audit.ts'
import type { Person } from '../../src/gallery/person.ts'
import type { EmbeddingRow, GalleryStore, ReferenceRow } from '../../src/gallery/store.ts'

/** Opens stores on one place; each test has a place of its own. */
export interface StorePlace extends AsyncDisposable {
  open(): Promise<GalleryStore>
}

const person = (id: number, more: Partial<Person> = {}): Person => ({
  id,
  name: `person ${id}`,
  state: 'active',
  tags: [],
  created: '2030-01-01T00:00:00.000Z',
  ...more,
})

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

const reference = (id: number, of: number | undefined, more: Partial<ReferenceRow> = {}): ReferenceRow => ({
  id,
  person: of,
  photograph: `photo ${id}`,
  state: 'active',
  created: '2030-01-01T00:00:00.000Z',
  details: bytes(id),
  ...more,
})

const embedding = (id: number, of: number, origin = 1): EmbeddingRow => ({
  reference: id,
  person: of,
  origin,
  vector: bytes(id, of, origin, 255, 0),
})

const origin: EmbeddingOrigin = { model: 'm', detector: 'd', aligner: 'a/1', flip: 'sum', size: 4 }

/** Whether the place outlives a store: not so in memory. */
interface StoreFacts {
  readonly lasts: boolean
  readonly skip?: boolean
}

/** Two people with two references each, 1–4, of the first origin; and a face that is nobody’s. */
const fill = (store: GalleryStore): Promise<void> =>
  store.write(async (writer) => {
    await writer.allocate(10)
    await writer.addOrigin(1, origin)
    await writer.putPerson(person(1))
    await writer.putPerson(
      person(2, {
        tags: ['a', 'b'],
        consent: { record: 'r', purpose: 'p' },
        expires: '2031-01-01T00:00:00.000Z',
      }),
    )
    await writer.addReferences([
      reference(3, 1),
      reference(4, 2),
      reference(5, 1),
      reference(6, 2),
      reference(7, undefined),
    ])
    await writer.addEmbeddings([
      embedding(3, 1),
      embedding(4, 2),
      embedding(5, 1),
      embedding(6, 2),
      embedding(7, 0),
    ])
    await writer.addCrop(3, bytes(9, 9))
    await writer.putLink({ kind: 'cannot', first: 2, second: 7 })
  })

const keysOf = (rows: readonly EmbeddingRow[]): string[] =>
  rows.map((row) => `${row.person}/${row.reference}`)

/** The suite; `makePlace` gives each test an empty place. */
export function storeConformance(
  name: string,
  makePlace: () => Promise<StorePlace>,
  facts: StoreFacts,
): void {
  describe.skipIf(facts.skip === true)(`a gallery’s store ${name}`, () => {
    let place: StorePlace
    let store: GalleryStore
    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterEach(async () => {
      await store[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    })

    it('is empty at first', async () => {
      await store.read(async (reader) => {
        expect(await reader.clock()).toEqual({ sequence: 0, latest: '' })
        expect(await reader.counts()).toEqual({ people: 0, references: 0, embeddings: 0 })
        expect(await reader.setting('gallery')).toBeUndefined()
        expect(await reader.lastAudit()).toBeUndefined()
        expect((await reader.origins()).size).toBe(0)
      })
    })

    it('gives back what was put in', async () => {
      await fill(store)
      await store.read(async (reader) => {
        expect(await reader.person(1)).toEqual(person(1))
        expect(await reader.personNamed('person 2')).toEqual(
          person(2, {
            tags: ['a', 'b'],
            consent: { record: 'r', purpose: 'p' },
            expires: '2031-01-01T00:00:00.000Z',
          }),
        )
        expect(await reader.reference(4)).toEqual(reference(4, 2))
        expect((await reader.referencesOf(1)).map(({ id }) => id)).toEqual([3, 5])
        expect((await reader.referencesOf(0)).map(({ id }) => id)).toEqual([7])
        expect((await reader.referencesFrom('photo 6')).map(({ id }) => id)).toEqual([6])
        expect((await reader.references(4, 2)).map(({ id }) => id)).toEqual([5, 6])
        expect(await reader.crop(3)).toEqual(bytes(9, 9))
        expect(await reader.crop(4)).toBeUndefined()
        expect(await reader.embedding(3, 1)).toEqual(embedding(3, 1))
        expect(await reader.links()).toEqual([{ kind: 'cannot', first: 2, second: 7 }])
        expect(await reader.links(7)).toHaveLength(1)
        expect(await reader.links(1)).toHaveLength(0)
        expect([...(await reader.origins())]).toEqual([[1, origin]])
        expect(await reader.counts()).toEqual({ people: 2, references: 5, embeddings: 5 })
      })
    })

    it('lists embeddings by person, page by page, of those alone who may be an answer', async () => {
      await fill(store)
      await store.read(async (reader) => {
        const all = await reader.embeddings({ origin: 1, limit: 100 })
        expect(keysOf(all)).toEqual(['1/3', '1/5', '2/4', '2/6'])
        expect(all[1]?.vector).toEqual(bytes(5, 1, 1, 255, 0))
        const rest = await reader.embeddings({ origin: 1, after: { person: 1, reference: 3 }, limit: 2 })
        expect(keysOf(rest)).toEqual(['1/5', '2/4'])
        expect(await reader.embeddings({ origin: 2, limit: 100 })).toEqual([])
        expect(keysOf(await reader.embeddingsOf(0, 1))).toEqual(['0/7'])
      })
      await store.write(async (writer) => {
        await writer.setReferenceState(3, 'removed')
        await writer.putPerson(person(2, { state: 'removed' }))
        await writer.putPerson(person(8, { name: undefined }))
        await writer.addReferences([reference(9, 8)])
        await writer.addEmbeddings([embedding(9, 8)])
      })
      await store.read(async (reader) => {
        expect(keysOf(await reader.embeddings({ origin: 1, limit: 100 }))).toEqual(['1/5'])
        expect(keysOf(await reader.embeddingsOf(1, 1))).toEqual(['1/5'])
      })
    })

    it('divides the people among parts, each in exactly one', async () => {
      await store.write(async (writer) => {
        await writer.allocate(100)
        await writer.addOrigin(1, origin)
        for (let id = 1; id <= 40; id++) {
          await writer.putPerson(person(id))
          await writer.addReferences([reference(100 + id, id)])
          await writer.addEmbeddings([embedding(100 + id, id)])
        }
      })
      const parts = await store.read((reader) =>
        Promise.all(
          [0, 1, 2].map((part) => reader.embeddings({ origin: 1, limit: 100, shard: { part, of: 3 } })),
        ),
      )
      const found = parts.flat().map((row) => row.person)
      expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
      for (const [part, rows] of parts.entries()) {
        expect(rows.length).toBeGreaterThan(3)
        const [own] = rows
        if (own === undefined) continue
        await store.read(async (reader) => {
          for (const other of [0, 1, 2]) {
            const here = await reader.embeddingsOf(own.person, 1, { part: other, of: 3 })
            expect(here).toHaveLength(other === part ? 1 : 0)
          }
        })
      }
    })

    it('moves references with their embeddings, and erases without a rest', async () => {
      await fill(store)
      await store.write((writer) => writer.moveReferences([3], 2))
      await store.read(async (reader) => {
        expect(keysOf(await reader.embeddings({ origin: 1, limit: 9 }))).toEqual(['1/5', '2/3', '2/4', '2/6'])
        expect((await reader.reference(3))?.person).toBe(2)
      })
      await store.write(async (writer) => {
        await writer.eraseReferences([3, 4, 6])
        await writer.erasePerson(2)
      })
      await store.read(async (reader) => {
        expect(await reader.person(2)).toBeUndefined()
        expect(await reader.crop(3)).toBeUndefined()
        expect(await reader.links()).toEqual([])
        expect(await reader.counts()).toEqual({ people: 1, references: 2, embeddings: 2 })
      })
      expect(Array.isArray(await store.scrub())).toBe(true)
      expect(await store.inspect()).toEqual([])
    })

    it('holds embeddings of two origins beside each other', async () => {
      await fill(store)
      await store.write(async (writer) => {
        await writer.addOrigin(2, { ...origin, model: 'n' })
        await writer.addEmbeddings([embedding(3, 1, 2)])
      })
      await store.read(async (reader) => {
        expect((await reader.withoutEmbedding(2, 0, 2)).map(({ id }) => id)).toEqual([4, 5])
        expect((await reader.withoutEmbedding(2, 5, 9)).map(({ id }) => id)).toEqual([6, 7])
        expect((await reader.embeddingsOf(1, 2)).map((row) => row.origin)).toEqual([2])
      })
      await store.write((writer) => writer.dropOrigin(1))
      await store.read(async (reader) => {
        expect([...(await reader.origins()).keys()]).toEqual([2])
        expect((await reader.counts()).embeddings).toBe(1)
      })
    })

    it('writes all or nothing', async () => {
      await fill(store)
      await expect(
        store.write(async (writer) => {
          await writer.putPerson(person(3))
          await writer.erasePerson(1)
          throw new Error('changed my mind')
        }),
      ).rejects.toThrow('changed my mind')
      await store.read(async (reader) => {
        expect(await reader.person(3)).toBeUndefined()
        expect(await reader.person(1)).toBeDefined()
        expect((await reader.clock()).sequence).toBe(1)
      })
    })

    it('numbers its writes and says what each changed', async () => {
      await fill(store)
      await store.write((writer) => writer.putPerson(person(1, { name: 'other' })))
      await store.write((writer) => writer.setReferenceState(4, 'removed'))
      await store.write(async (writer) => {
        await writer.eraseReferences([5, 3])
        await writer.erasePerson(1)
        await writer.stamp('2030-05-05T00:00:00.000Z')
      })
      await store.read(async (reader) => {
        expect(await reader.clock()).toEqual({ sequence: 4, latest: '2030-05-05T00:00:00.000Z' })
        expect(await reader.changes(0)).toEqual({ sequence: 4, people: [1, 2] })
        expect(await reader.changes(2)).toEqual({ sequence: 4, people: [1, 2] })
        expect(await reader.changes(3)).toEqual({ sequence: 4, people: [1] })
        expect(await reader.changes(4)).toEqual({ sequence: 4, people: [] })
      })
    })

    it('never gives a number twice', async () => {
      const first = await store.write((writer) => writer.allocate(3))
      const second = await store.write((writer) => writer.allocate(1))
      expect(second).toBe(first + 3)
    })

    it('keeps log, settings and what can be undone', async () => {
      const entry = nextEntry(undefined, {
        at: '2030-01-01T00:00:00.000Z',
        who: 'w',
        action: 'enrol',
        subjects: [1, 2],
      })
      const later = nextEntry(entry, {
        at: '2030-01-01T00:00:01.000Z',
        who: 'w',
        action: 'split',
        subjects: [],
      })
      await store.write(async (writer) => {
        await writer.addAudit(entry)
        await writer.addAudit(later)
        await writer.putSetting('gallery', 'x')
        await writer.putSetting('gallery', 'y')
        await writer.addUndo({ id: 5, kind: 'merge', at: 't', subject: 1, into: 2, references: [3] })
        await writer.addUndo({ id: 6, kind: 'remove person', at: 't', subject: 1, references: [] })
      })
      await store.write((writer) => writer.dropUndo(6))
      await store.read(async (reader) => {
        expect(await reader.audit(0, 10)).toEqual([entry, later])
        expect(await reader.audit(1, 10)).toEqual([later])
        expect(await reader.lastAudit()).toEqual(later)
        expect(await reader.setting('gallery')).toBe('y')
        expect(await reader.undos()).toEqual([
          { id: 5, kind: 'merge', at: 't', subject: 1, into: 2, references: [3] },
        ])
      })
    })

    it('refuses two active people of one name, and takes the name of one who went', async () => {
      await fill(store)
      await expect(
        store.write((writer) => writer.putPerson(person(9, { name: 'person 1' }))),
      ).rejects.toThrow()
      await store.write(async (writer) => {
        await writer.putPerson(person(1, { state: 'removed' }))
        await writer.putPerson(person(9, { name: 'person 1' }))
      })
      expect((await store.read((reader) => reader.personNamed('person 1')))?.id).toBe(9)
    })

    it('puts writers in one line', async () => {
      const other = facts.lasts ? await place.open() : store
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? store : other).write(async (writer) => {
            const last = Number((await writer.setting('gallery')) ?? 0)
            await writer.putSetting('gallery', String(last + 1))
          }),
        ),
      )
      expect(await store.read((reader) => reader.setting('gallery'))).toBe('20')
      expect((await store.read((reader) => reader.clock())).sequence).toBe(20)
      if (other !== store) await other[Symbol.asyncDispose]()
    })

    it('wakes who watches, whoever wrote', async () => {
      const other = facts.lasts ? await place.open() : store
      let wake: () => void = () => undefined
      await using _watcher = store.watch(() => wake())
      // the ear is there once a first write was heard
      let write = 0
      const heard = (): Promise<void> =>
        new Promise((resolve) => {
          const again = setInterval(
            () => void other.write((writer) => writer.putSetting('gallery', String(write++))),
            300,
          )
          wake = () => {
            clearInterval(again)
            resolve()
          }
        })
      await heard()
      await heard()
      if (other !== store) await other[Symbol.asyncDispose]()
    })

    it.skipIf(!facts.lasts)('is there when opened again', async () => {
      await fill(store)
      const again = await place.open()
      expect((await again.read((reader) => reader.counts())).references).toBe(5)
      await again[Symbol.asyncDispose]()
    })
  })
}
