/** @file Answers of a gallery: verification, identification, and the index of templates they rest on. */
import { given } from '../base/given.ts'
import type { Calibration } from '../face/calibration.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import { currentOrigin, type GalleryContext, galleryTime, openVector, scoringOf } from './context.ts'
import {
  type Candidate,
  decideIdentification,
  decideVerification,
  type Identification,
  type PersonVerification,
} from './decision.ts'
import { checkEmbedding, checkOrigin, embeddingsOf } from './enrol.ts'
import { isToldApart } from './links.ts'
import { findPerson, type PersonKey } from './people.ts'
import { isAnswerable, type Person } from './person.ts'
import type { Scorer } from './score-blocks.ts'
import { personScore } from './scoring.ts'
import { SearchIndex } from './search-index.ts'
import type { SnapshotPlace } from './snapshot.ts'
import type { GalleryReader, Shard } from './store.ts'
import { type GalleryScoring, type StrangerScores, thresholdForFmr } from './thresholds.ts'

/** A face to ask about. */
export interface Probe {
  readonly embedding: Float32Array
  readonly origin: EmbeddingOrigin
}

/** Candidates a search gives. */
const usualCandidates = 10
/** Looked at beyond those wanted, as some may have expired. */
const spareCandidates = 10

/** Whom a face was found to be, and who else came up. */
export type Identified = Identification & { readonly candidates: readonly Candidate[] }

export interface IdentifyOptions {
  /** Candidates given with each answer. @defaultValue 10 */
  readonly candidates?: number
  /** Best scores that strangers got in this gallery; where there are enough, the threshold comes from them. */
  readonly strangers?: StrangerScores
}

/** Somebody who looks like a face. */
export interface LookAlike {
  readonly name: string
  readonly cosine: number
}

const lookAlikeFmr = 1e-3

/** Templates in memory. */
export interface Warmth {
  readonly rows: number
  readonly bytes: number
}

export interface AnswersOptions {
  readonly calibrations: readonly Calibration[]
  readonly scorer: Scorer
  readonly shard?: Shard
  /** Where templates are kept between runs. */
  readonly snapshots?: SnapshotPlace
}

/** What the gallery's scores are made with now; it may change under a running program. */
interface Current {
  readonly number: number
  readonly origin: EmbeddingOrigin
  readonly scoring: GalleryScoring
  readonly incarnation: string
}

const currentOf = async (reader: GalleryReader): Promise<Current | undefined> => {
  const origin = await currentOrigin(reader)
  if (origin === undefined) return undefined
  return {
    ...origin,
    scoring: await scoringOf(reader),
    incarnation: (await reader.setting('incarnation')) ?? '',
  }
}

/** Answers from one gallery. */
export class Answers implements AsyncDisposable {
  readonly #context: GalleryContext
  readonly #options: AnswersOptions
  #index: { readonly of: Current; readonly index: SearchIndex } | undefined

  constructor(context: GalleryContext, options: AnswersOptions) {
    this.#context = context
    this.#options = options
  }

  /** Whether a face is a person of the gallery. @param fmr the false-match rate allowed */
  async verify(probe: Probe, key: PersonKey, fmr: number): Promise<PersonVerification> {
    checkEmbedding(probe.embedding, probe.origin)
    return this.#read(async (reader) => {
      const person = await findPerson(reader, key)
      const current = await this.#originFor(reader, probe)
      const time = await galleryTime(reader, this.#context.now())
      if (!isAnswerable(person, time))
        return {
          decision: 'no decision',
          reason: `the time of ${person.name ?? person.id} is over (${person.expires})`,
        }
      if (current === undefined) return { decision: 'no decision', reason: 'the gallery is empty' }
      const embeddings = await embeddingsOf(this.#context, reader, person.id, current.number)
      const score = personScore(probe.embedding, embeddings, current.scoring)
      return decideVerification(
        score,
        { origin: current.origin, scoring: current.scoring, calibrations: this.#options.calibrations },
        embeddings.length,
        fmr,
      )
    })
  }

  /** Who each face is. @param fpir the share of strangers who may get an answer */
  async identify(
    probes: readonly Probe[],
    fpir: number,
    options: IdentifyOptions,
  ): Promise<readonly Identified[]> {
    const { candidates: wanted = usualCandidates } = options
    const found = await this.search(probes, wanted)
    const current = await this.#read(currentOf)
    if (current === undefined) {
      const empty = { decision: 'no decision' as const, reason: 'the gallery is empty', candidates: [] }
      return probes.map(() => empty)
    }
    const index = this.#indexOf(current)
    const facts = {
      origin: current.origin,
      scoring: current.scoring,
      calibrations: this.#options.calibrations,
      counts: index.counts,
      strangers: options.strangers,
    }
    return Promise.all(
      found.map(async (candidates, i) => {
        const toldApart = await this.#toldApart(probes[i]?.embedding, candidates, current.number)
        return { ...decideIdentification({ candidates, toldApart }, facts, fpir), candidates }
      }),
    )
  }

  /** The `k` most similar people for each face, whatever their scores mean. */
  async search(probes: readonly Probe[], k: number): Promise<readonly (readonly Candidate[])[]> {
    for (const probe of probes) checkEmbedding(probe.embedding, probe.origin)
    const [first] = probes
    if (first === undefined) return []
    const current = await this.#read(async (reader) => {
      for (const probe of probes) await this.#originFor(reader, probe)
      return currentOf(reader)
    })
    if (current === undefined) return probes.map(() => [])
    const { size } = current.origin
    const all = new Float32Array(new ArrayBuffer(4 * probes.length * size))
    probes.forEach(({ embedding }, i) => all.set(embedding, i * size))
    const index = this.#indexOf(current)
    const found = await index.search(all, k + spareCandidates)
    return this.#read(async (reader) => {
      const time = await galleryTime(reader, this.#context.now())
      const people = new Map<number, Person | undefined>()
      for (const { person } of found.flat())
        if (!people.has(person)) people.set(person, await reader.person(person))
      return found.map((scored) =>
        scored
          .flatMap(({ person: id, score }) => {
            const person = people.get(id)
            if (person?.name === undefined || !isAnswerable(person, time)) return []
            return [{ person: id, name: person.name, score }]
          })
          .slice(0, k),
      )
    })
  }

  /** Others than `person` who look like a face; nobody where nothing is calibrated, or where the two were told apart. */
  async lookAlikes(probe: Probe, person: number): Promise<readonly LookAlike[]> {
    const current = await this.#read(currentOf)
    if (current === undefined) return []
    const { calibrations } = this.#options
    const chosen = thresholdForFmr({ ...current, scoring: 'maximum', calibrations }, 1, lookAlikeFmr)
    if (chosen.threshold === undefined) return []
    const { threshold } = chosen
    const [found = []] = await this.search([probe], 5)
    const links = await this.#read((reader) => reader.links(person))
    const isToldApart = (id: number): boolean =>
      links.some(({ kind, first, second }) => kind === 'cannot' && (first === id || second === id))
    return found
      .filter((one) => one.person !== person && one.score >= threshold && !isToldApart(one.person))
      .map(({ name, score }) => ({ name, cosine: score }))
  }

  /** Searches for faces of strangers, so that the rate of answers to them is measured and not computed. */
  async strangerScores(probes: readonly Probe[]): Promise<StrangerScores | undefined> {
    const current = await this.#read(currentOf)
    if (current === undefined) return undefined
    const found = await this.search(probes, 1)
    const { counts } = this.#indexOf(current)
    const references = [...counts].reduce((sum, [each, people]) => sum + each * people, 0)
    return {
      origin: current.origin,
      scoring: current.scoring,
      references,
      scores: found.map(([best]) => best?.score ?? -1),
    }
  }

  /** Reads the templates now, so that the first search need not. */
  async warm(): Promise<Warmth> {
    const current = await this.#read(currentOf)
    if (current === undefined) return { rows: 0, bytes: 0 }
    const index = this.#indexOf(current)
    await index.refresh()
    return { rows: index.rows, bytes: index.bytes }
  }

  /** The index of the model in force, as it is; undefined for an empty gallery. */
  async index(): Promise<SearchIndex | undefined> {
    const current = await this.#read(currentOf)
    return current === undefined ? undefined : this.#indexOf(current)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#index?.index.save()
    await this.#options.scorer[Symbol.asyncDispose]()
  }

  #read<T>(work: (reader: GalleryReader) => Promise<T>): Promise<T> {
    return this.#context.store.read(work)
  }

  async #originFor(reader: GalleryReader, { origin }: Probe): Promise<Current | undefined> {
    const current = await currentOf(reader)
    if (current !== undefined) checkOrigin(current.origin, origin)
    return current
  }

  #indexOf(current: Current): SearchIndex {
    const held = this.#index
    // after a change of model or scoring the old templates are of no use
    if (held?.of.number === current.number && held.of.scoring === current.scoring) return held.index
    const { shard, snapshots } = this.#options
    const key = {
      gallery: this.#context.gallery,
      incarnation: current.incarnation,
      origin: current.number,
      scoring: current.scoring,
      shard: shard ?? { part: 0, of: 1 },
      size: current.origin.size,
    }
    const index = new SearchIndex({
      store: this.#context.store,
      origin: current.number,
      size: current.origin.size,
      scoring: current.scoring,
      scorer: this.#options.scorer,
      openVector: (sealed, reference, origin) => openVector(this.#context, sealed, reference, origin),
      ...given({ shard, snapshot: snapshots === undefined ? undefined : { place: snapshots, key } }),
    })
    this.#index = { of: current, index }
    return index
  }

  async #toldApart(
    probe: Float32Array | undefined,
    candidates: readonly Candidate[],
    origin: number,
  ): Promise<ReadonlySet<number>> {
    if (probe === undefined) return new Set()
    return this.#read(async (reader) => {
      const found = new Set<number>()
      for (const { person, score } of candidates)
        if (await isToldApart(this.#context, reader, probe, person, score, origin)) found.add(person)
      return found
    })
  }
}
