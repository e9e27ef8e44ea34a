/** @file Who is most like a face: exact, in memory, kept in step with the store by the numbers of its writes. */
import type { GalleryStore, Shard } from './store.ts'
import type { GalleryScoring, ReferenceCounts } from './thresholds.ts'
import { BestPeople, type Scored } from './best-people.ts'
import type { Scorer } from './score-blocks.ts'
import type { SnapshotKey, SnapshotPlace, SnapshotRows } from './snapshot.ts'
import { templatesOf } from './scoring.ts'
import { TemplateMatrix } from './template-matrix.ts'

/** What an index holds. */
export interface IndexOptions {
  readonly store: GalleryStore
  /** The number of the origin of the embeddings. */
  readonly origin: number
  /** Numbers in an embedding. */
  readonly size: number
  readonly scoring: GalleryScoring
  readonly scorer: Scorer
  readonly openVector: (sealed: Uint8Array, reference: number, origin: number) => Float32Array
  readonly shard?: Shard
  /** Where templates are kept between runs. */
  readonly snapshot?: { readonly place: SnapshotPlace; readonly key: SnapshotKey }
  /** Fewer rows are read faster than a snapshot is worth. @defaultValue 20000 */
  readonly snapshotFrom?: number
}

/** Rows read from the store at once. */
const page = 4096
/** Rows of a snapshot sealed at once. */
const snapshotRows = 16_384
const usualSnapshotFrom = 20_000

/** People’s templates, and searches among them. */
export class SearchIndex {
  readonly #options: IndexOptions
  #matrix: TemplateMatrix
  /** References of people with several, under the mean. */
  readonly #references = new Map<number, number>()
  /** People by how many references they have. */
  readonly #counts = new Map<number, number>()
  #sequence = -1
  /** The write that the snapshot knows of. */
  #saved = -1
  /** One thing at a time: a search must not see rows that move. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: IndexOptions) {
    this.#options = options
    this.#matrix = new TemplateMatrix(options.size)
  }

  /** The number of the last write it knows of; −1 before it was read. */
  get sequence(): number {
    return this.#sequence
  }

  get counts(): ReferenceCounts {
    return this.#counts
  }

  get rows(): number {
    return this.#matrix.count
  }

  /** Bytes of its matrix. */
  get bytes(): number {
    return this.#matrix.bytes
  }

  /** Brings it up to the store’s last write. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#refresh())
  }

  /** The `k` best people for each of `count` probes [count, D], as the store stood when it was last looked at. */
  search(probes: Float32Array, k: number): Promise<readonly (readonly Scored[])[]> {
    return this.#inTurn(async () => {
      await this.#refresh()
      return this.#search(probes, k)
    })
  }

  /** Keeps the templates for the next run, where they are many and changed since. */
  save(): Promise<void> {
    return this.#inTurn(() => this.#save())
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn
    const mine = before.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #search(probes: Float32Array, k: number): Promise<readonly (readonly Scored[])[]> {
    const { size, scorer } = this.#options
    const count = probes.length / size
    const best = Array.from({ length: count }, () => new BestPeople(k))
    const { segments } = this.#matrix
    const scoresOf = (at: number): Promise<Float32Array> | undefined => {
      const segment = segments[at]
      if (segment === undefined) return undefined
      const scores = scorer.score(probes, size, segment.data.subarray(0, segment.rows * size), segment.rows)
      // a failure shows where it is awaited; until then it must not count as unhandled
      scores.catch(() => {})
      return scores
    }
    let next = scoresOf(0)
    for (const [at, { rows, owners }] of segments.entries()) {
      const scores = await next
      // the next block is multiplied while these are looked through
      next = scoresOf(at + 1)
      if (scores === undefined) continue
      best.forEach((people, probe) => people.add(scores, probe * rows, rows, owners))
    }
    return best.map((people) => people.best)
  }

  async #refresh(): Promise<void> {
    const { store } = this.#options
    if (this.#sequence < 0 && !(await this.#loadSnapshot())) {
      await this.#load()
      await this.#save()
      return
    }
    const { sequence, people } = await store.read(async (reader) => {
      const clock = await reader.clock()
      return clock.sequence === this.#sequence
        ? { sequence: clock.sequence, people: [] }
        : reader.changes(this.#sequence)
    })
    for (let start = 0; start < people.length; start += page) {
      await store.read(async (reader) => {
        for (const id of people.slice(start, start + page)) {
          const person = await reader.person(id)
          const isHere = person?.state === 'active' && person.name !== undefined
          const rows = isHere ? await reader.embeddingsOf(id, this.#options.origin, this.#options.shard) : []
          this.#put(
            id,
            rows.map((row) => this.#options.openVector(row.vector, row.reference, row.origin)),
          )
        }
      })
    }
    this.#sequence = sequence
  }

  /** Whether a snapshot was there, and whole. */
  async #loadSnapshot(): Promise<boolean> {
    const { snapshot, size, scoring } = this.#options
    const opened = await snapshot?.place.open(snapshot.key)
    if (opened === undefined) return false
    const matrix = new TemplateMatrix(size)
    const several = new Map<number, number>()
    try {
      for await (const { owners, references, data } of opened.rows) {
        owners.forEach((owner, row) => {
          matrix.add(owner, data.subarray(row * size, (row + 1) * size))
          const count = references[row] ?? 1
          if (scoring === 'mean' && count > 1) several.set(owner, count)
        })
      }
    } catch {
      // cut off, changed, or of another key: the database has it all
      return false
    }
    this.#matrix = matrix
    for (const owner of matrix.owners()) {
      const count = several.get(owner) ?? matrix.rowsOf(owner)
      if (several.has(owner)) this.#references.set(owner, count)
      this.#count(count, 1)
    }
    this.#sequence = opened.sequence
    this.#saved = opened.sequence
    return true
  }

  async #save(): Promise<void> {
    const { snapshot, snapshotFrom = usualSnapshotFrom } = this.#options
    if (snapshot === undefined || this.rows < snapshotFrom || this.#saved === this.#sequence) return
    try {
      await snapshot.place.save(snapshot.key, this.#sequence, this.#snapshotRows())
      this.#saved = this.#sequence
    } catch {
      // a full disk, a folder that may not be written: the next start takes longer, and nothing is lost
    }
  }

  *#snapshotRows(): Generator<SnapshotRows> {
    const { size } = this.#options
    for (const { data, owners, rows } of this.#matrix.segments) {
      for (let start = 0; start < rows; start += snapshotRows) {
        const end = Math.min(rows, start + snapshotRows)
        const own = owners.subarray(start, end)
        const references = own.map((owner) => this.#references.get(owner) ?? 1)
        yield { owners: own, references, data: data.subarray(start * size, end * size) }
      }
    }
  }

  async #load(): Promise<void> {
    const { store, origin, shard, openVector } = this.#options
    // what is written while it reads comes with the next look
    const { sequence } = await store.read((reader) => reader.clock())
    let after = { person: 0, reference: 0 }
    let person = 0
    let held: Float32Array[] = []
    for (;;) {
      const rows = await store.read((reader) =>
        reader.embeddings({ origin, after, limit: page, ...(shard === undefined ? {} : { shard }) }),
      )
      for (const row of rows) {
        if (row.person !== person) {
          if (held.length > 0) this.#put(person, held)
          person = row.person
          held = []
        }
        held.push(openVector(row.vector, row.reference, row.origin))
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < page) break
      after = { person: last.person, reference: last.reference }
    }
    if (held.length > 0) this.#put(person, held)
    this.#sequence = sequence
  }

  #put(person: number, embeddings: readonly Float32Array[]): void {
    const before = this.#references.get(person) ?? this.#matrix.rowsOf(person)
    this.#count(before, -1)
    this.#count(embeddings.length, 1)
    this.#matrix.replace(person, templatesOf(embeddings, this.#options.scoring))
    if (embeddings.length > 1 && this.#options.scoring === 'mean')
      this.#references.set(person, embeddings.length)
    else this.#references.delete(person)
  }

  #count(references: number, change: number): void {
    if (references === 0) return
    const people = (this.#counts.get(references) ?? 0) + change
    if (people === 0) this.#counts.delete(references)
    else this.#counts.set(references, people)
  }
}
