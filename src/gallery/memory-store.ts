/** @file A gallery in memory: for a page, for trying things, and the yardstick of the stores that last. */
import { DataError } from '../base/errors.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import type { AuditEntry } from './audit.ts'
import type { Person } from './person.ts'
import type {
  Clock,
  EmbeddingRow,
  GalleryReader,
  GalleryStore,
  GalleryWriter,
  Link,
  ReferenceRow,
  SettingName,
  UndoRow,
} from './store.ts'

interface Rows {
  clock: Clock
  next: number
  readonly settings: Map<SettingName, string>
  readonly origins: Map<number, EmbeddingOrigin>
  readonly people: Map<number, Person>
  readonly references: Map<number, ReferenceRow>
  readonly crops: Map<number, Uint8Array>
  /** By `origin:reference`. */
  readonly embeddings: Map<string, EmbeddingRow>
  readonly links: Map<string, Link>
  readonly undos: Map<number, UndoRow>
  readonly audit: AuditEntry[]
  /** Person → the write that last changed it. */
  readonly changed: Map<number, number>
}

const emptyRows = (): Rows => ({
  clock: { sequence: 0, latest: '' },
  next: 1,
  settings: new Map(),
  origins: new Map(),
  people: new Map(),
  references: new Map(),
  crops: new Map(),
  embeddings: new Map(),
  links: new Map(),
  undos: new Map(),
  audit: [],
  changed: new Map(),
})

// rows themselves are never changed in place
const copyOf = (rows: Rows): Rows => ({
  clock: rows.clock,
  next: rows.next,
  settings: new Map(rows.settings),
  origins: new Map(rows.origins),
  people: new Map(rows.people),
  references: new Map(rows.references),
  crops: new Map(rows.crops),
  embeddings: new Map(rows.embeddings),
  links: new Map(rows.links),
  undos: new Map(rows.undos),
  audit: rows.audit.slice(),
  changed: new Map(rows.changed),
})

const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id
const linkKey = ({ kind, first, second }: Link): string => `${kind}:${first}:${second}`
const embeddingKey = (reference: number, origin: number): string => `${origin}:${reference}`

const readerOf = (rows: Rows): GalleryReader => {
  const references = (keep: (row: ReferenceRow) => boolean): readonly ReferenceRow[] =>
    [...rows.references.values()].filter(keep).sort(byId)
  const isActive = (reference: number): boolean => rows.references.get(reference)?.state === 'active'
  return {
    clock: async () => rows.clock,
    setting: async (name) => rows.settings.get(name),
    origins: async () => new Map(rows.origins),
    person: async (id) => rows.people.get(id),
    personNamed: async (name) =>
      [...rows.people.values()].find((person) => person.state === 'active' && person.name === name),
    peopleNamed: async (names) => {
      const wanted = new Set(names)
      return [...rows.people.values()].filter(
        ({ state, name }) => state === 'active' && name !== undefined && wanted.has(name),
      )
    },
    people: async ({ state, after = 0, limit }) =>
      [...rows.people.values()]
        .filter((person) => person.state === state && person.id > after)
        .sort(byId)
        .slice(0, limit),
    reference: async (id) => rows.references.get(id),
    referencesOf: async (person) => references((row) => (row.person ?? 0) === person),
    referencesFrom: async (photograph) => references((row) => row.photograph === photograph),
    references: async (after, limit) => references((row) => row.id > after).slice(0, limit),
    crop: async (reference) => rows.crops.get(reference),
    embeddings: async ({ origin, after = { person: 0, reference: 0 }, limit, shard = { part: 0, of: 1 } }) =>
      [...rows.embeddings.values()]
        .filter((row) => {
          const person = rows.people.get(row.person)
          const isNext =
            row.person > after.person || (row.person === after.person && row.reference > after.reference)
          const isHere = row.origin === origin && row.person % shard.of === shard.part
          const isPerson = person?.state === 'active' && person.name !== undefined
          return isNext && isHere && isPerson && isActive(row.reference)
        })
        .sort((a, b) => a.person - b.person || a.reference - b.reference)
        .slice(0, limit),
    embeddingsOf: async (person, origin, shard = { part: 0, of: 1 }) =>
      [...rows.embeddings.values()]
        .filter((row) => row.person === person && row.origin === origin && isActive(row.reference))
        .filter((row) => row.person % shard.of === shard.part)
        .sort((a, b) => a.reference - b.reference),
    embedding: async (reference, origin) => rows.embeddings.get(embeddingKey(reference, origin)),
    withoutEmbedding: async (origin, after, limit) =>
      references(({ id }) => id > after && !rows.embeddings.has(embeddingKey(id, origin))).slice(0, limit),
    links: async (of) =>
      [...rows.links.values()]
        .filter(({ first, second }) => of === undefined || first === of || second === of)
        .sort((a, b) => a.first - b.first || a.second - b.second),
    audit: async (after, limit) => rows.audit.slice(after, after + limit),
    lastAudit: async () => rows.audit.at(-1),
    undos: async () => [...rows.undos.values()].sort(byId).reverse(),
    counts: async () => ({
      people: rows.people.size,
      references: rows.references.size,
      embeddings: rows.embeddings.size,
    }),
    changes: async (since) => ({
      sequence: rows.clock.sequence,
      people: [...rows.changed]
        .filter(([, sequence]) => sequence > since)
        .map(([person]) => person)
        .sort((a, b) => a - b),
    }),
  }
}

const writerOf = (rows: Rows): GalleryWriter => {
  const { sequence } = rows.clock
  const touch = (person: number | undefined): void => {
    if (person !== undefined && person !== 0) rows.changed.set(person, sequence)
  }
  const dropLinks = (of: number): void => {
    for (const [key, { first, second }] of rows.links)
      if (first === of || second === of) rows.links.delete(key)
  }
  const reader = readerOf(rows)
  const putPerson = async (person: Person): Promise<void> => {
    const namesake = await reader.personNamed(person.name ?? '')
    if (person.state === 'active' && namesake !== undefined && namesake.id !== person.id)
      throw new DataError(`There is an active person of the name ${person.name} already`)
    rows.people.set(person.id, person)
    touch(person.id)
  }
  return {
    ...reader,
    sequence,
    allocate: async (count) => {
      const first = rows.next
      rows.next += count
      return first
    },
    stamp: async (latest) => {
      rows.clock = { sequence, latest }
    },
    putSetting: async (name, value) => void rows.settings.set(name, value),
    addOrigin: async (number, origin) => void rows.origins.set(number, origin),
    dropOrigin: async (number) => {
      rows.origins.delete(number)
      for (const [key, { origin }] of rows.embeddings) if (origin === number) rows.embeddings.delete(key)
    },
    putPerson,
    addPeople: async (people) => {
      for (const person of people) await putPerson(person)
    },
    addReferences: async (added) => {
      for (const row of added) {
        rows.references.set(row.id, row)
        touch(row.person)
      }
    },
    addCrop: async (reference, sealed) => void rows.crops.set(reference, sealed),
    addEmbeddings: async (added) => {
      for (const row of added) {
        rows.embeddings.set(embeddingKey(row.reference, row.origin), row)
        touch(row.person)
      }
    },
    moveReferences: async (moved, person) => {
      for (const id of moved) {
        const row = rows.references.get(id)
        if (row === undefined) continue
        touch(row.person)
        rows.references.set(id, { ...row, person })
        for (const [key, embedding] of rows.embeddings)
          if (embedding.reference === id) rows.embeddings.set(key, { ...embedding, person: person ?? 0 })
      }
      touch(person)
    },
    setReferenceState: async (id, state) => {
      const row = rows.references.get(id)
      if (row === undefined) return
      rows.references.set(id, { ...row, state })
      touch(row.person)
    },
    putLink: async (link) => void rows.links.set(linkKey(link), link),
    dropLink: async (link) => void rows.links.delete(linkKey(link)),
    eraseReferences: async (erased) => {
      for (const id of erased) {
        touch(rows.references.get(id)?.person)
        rows.references.delete(id)
        rows.crops.delete(id)
        for (const [key, { reference }] of rows.embeddings) if (reference === id) rows.embeddings.delete(key)
        dropLinks(id)
      }
    },
    erasePerson: async (id) => {
      rows.people.delete(id)
      touch(id)
      dropLinks(id)
    },
    addAudit: async (entry) => void rows.audit.push(entry),
    addUndo: async (row) => void rows.undos.set(row.id, row),
    dropUndo: async (id) => void rows.undos.delete(id),
  }
}

/** Opens an empty store in memory. */
export function openMemoryStore(): GalleryStore {
  let rows = emptyRows()
  let last: Promise<unknown> = Promise.resolve()
  const watchers = new Set<() => void>()
  return {
    name: 'memory',
    read: (work) => work(readerOf(rows)),
    write: (work) => {
      const attempt = last.then(async () => {
        const next = copyOf(rows)
        next.clock = { ...next.clock, sequence: next.clock.sequence + 1 }
        const result = await work(writerOf(next))
        rows = next
        for (const wake of watchers) wake()
        return result
      })
      // one write's failure is its own; the next goes on from the rows as they were
      last = attempt.catch(() => undefined)
      return attempt
    },
    watch: (wake) => {
      watchers.add(wake)
      return { [Symbol.asyncDispose]: async () => void watchers.delete(wake) }
    },
    scrub: async () => [],
    inspect: async () => [],
    [Symbol.asyncDispose]: async () => watchers.clear(),
  }
}
