/** @file Putting faces into a gallery: checked first, then all of a batch in one write. */
import { UsageError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import type { Calibration } from '../face/calibration.ts'
import type { FaceBox } from '../face/detected-face.ts'
import { type EmbeddingOrigin, originDifference } from '../face/embedding-origin.ts'
import {
  commit,
  currentOrigin,
  type GalleryContext,
  openDetails,
  openVector,
  sealCrop,
  sealDetails,
  sealVector,
  type WriteMoment,
} from './context.ts'
import { type Consent, expiryTime, type Person, personName } from './person.ts'
import type { ReferenceDetails } from './reference.ts'
import { personScore } from './scoring.ts'
import type { GalleryReader, ReferenceRow } from './store.ts'
import { thresholdForFmr } from './thresholds.ts'

/** A face to enrol. */
export interface Enrolment {
  /** The person’s name; a new person where the gallery has none of this name. */
  readonly person: string
  /** [size] of the gallery’s origin, of length 1. */
  readonly embedding: Float32Array
  /** The SHA-256 of the photograph’s bytes in hex, by which the same photograph is known again. */
  readonly photograph?: string
  readonly details?: ReferenceDetails
  /** The aligned crop, encoded; without it the face cannot be carried over to another model. */
  readonly crop?: Uint8Array
}

/** How a batch is enrolled. */
export interface EnrolOptions {
  /** What the embeddings were made with. */
  readonly origin: EmbeddingOrigin
  /** For the people of this batch who are new or have none. */
  readonly consent?: Consent
  /** A date or an ISO time, for the people of this batch. */
  readonly expires?: string
  /** Enrol a face that does not look like the person’s others. @defaultValue false */
  readonly anyway?: boolean
  /** The false-match rate of the threshold by which a face looks like another. @defaultValue 1e-3 */
  readonly fmr?: number
}

/** What became of a face. */
export type Enrolled =
  | {
      readonly outcome: 'enrolled'
      readonly person: number
      readonly reference: number
      readonly isNewPerson: boolean
    }
  | { readonly outcome: 'known'; readonly person: number; readonly reference: number }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Two boxes of one photograph overlap by more than half: the same face. */
const isSameFace = (first: FaceBox | undefined, second: FaceBox | undefined): boolean => {
  if (first === undefined || second === undefined) return true
  const width = Math.min(first.x + first.width, second.x + second.width) - Math.max(first.x, second.x)
  const height = Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y)
  const both = Math.max(0, width) * Math.max(0, height)
  return both > 0.5 * (first.width * first.height + second.width * second.height - both)
}

/** @throws UsageError naming what differs, where embeddings of another origin than the gallery’s are given */
export function checkOrigin(gallery: EmbeddingOrigin, origin: EmbeddingOrigin): void {
  const other = originDifference(gallery, origin)
  if (other === undefined) return
  throw new UsageError(
    `The gallery’s embeddings were made with the ${other.part} ${other.first}, these with ${other.second}; they cannot be compared: use the same, or carry the gallery over with cosface gallery reembed`,
  )
}

/** @throws UsageError on an embedding of another size or not of length 1 */
export function checkEmbedding(embedding: Float32Array, origin: EmbeddingOrigin): void {
  if (embedding.length !== origin.size)
    throw new UsageError(`Expected an embedding of ${origin.size} numbers, got ${embedding.length}`)
  let square = 0
  for (const value of embedding) square += value * value
  if (!(Math.abs(square - 1) < 1e-3))
    throw new UsageError(`Expected an embedding of length 1, got one of length ${Math.sqrt(square)}`)
}

/** Enrols a batch in one write: after a failure none of it is there. @throws UsageError on embeddings of another origin */
export async function enrol(
  context: GalleryContext,
  faces: readonly Enrolment[],
  options: EnrolOptions,
  calibrations: readonly Calibration[],
): Promise<readonly Enrolled[]> {
  const expires = options.expires === undefined ? undefined : expiryTime(options.expires)
  for (const { embedding } of faces) checkEmbedding(embedding, options.origin)
  const named = faces.map((face) => ({ ...face, person: personName(face.person) }))
  return commit(context, 'enrol', async (moment) => {
    const origin = await ownOrigin(moment, options.origin)
    const batch = new Batch(context, moment, origin, { ...options, ...given({ expires }) }, calibrations)
    await batch.know(named.map(({ person }) => person))
    const outcomes: Enrolled[] = []
    for (const face of named) outcomes.push(await batch.add(face))
    await batch.write()
    return {
      result: outcomes,
      subjects: outcomes.flatMap((one) => (one.outcome === 'enrolled' ? [one.person, one.reference] : [])),
    }
  })
}

/** The number of the gallery’s origin; the first enrolment sets it. */
const ownOrigin = async ({ writer }: WriteMoment, origin: EmbeddingOrigin): Promise<number> => {
  const current = await currentOrigin(writer)
  if (current !== undefined) {
    checkOrigin(current.origin, origin)
    return current.number
  }
  const number = await writer.allocate(1)
  await writer.addOrigin(number, origin)
  await writer.putSetting('origin', String(number))
  return number
}

interface Pending {
  readonly row: Omit<ReferenceRow, 'id' | 'details'>
  readonly details: ReferenceDetails
  readonly embedding: Float32Array
  readonly crop: Uint8Array | undefined
  readonly id: number
}

/** A batch while it is gathered: what it adds is compared, too, before it is written. */
class Batch {
  readonly #context: GalleryContext
  readonly #moment: WriteMoment
  readonly #origin: number
  readonly #options: EnrolOptions
  readonly #calibrations: readonly Calibration[]
  readonly #people = new Map<string, { person: Person; isNew: boolean }>()
  readonly #embeddings = new Map<number, Float32Array[]>()
  readonly #pending: Pending[] = []
  #spare: { next: number; end: number } = { next: 0, end: 0 }

  constructor(
    context: GalleryContext,
    moment: WriteMoment,
    origin: number,
    options: EnrolOptions,
    calibrations: readonly Calibration[],
  ) {
    this.#context = context
    this.#moment = moment
    this.#origin = origin
    this.#options = options
    this.#calibrations = calibrations
  }

  /** Looks up all names at once. */
  async know(names: readonly string[]): Promise<void> {
    const { consent, expires } = this.#options
    for (const known of await this.#moment.writer.peopleNamed([...new Set(names)])) {
      const person = {
        ...known,
        ...given({ consent: known.consent ?? consent, expires: expires ?? known.expires }),
      }
      this.#people.set(known.name ?? '', { person, isNew: false })
    }
  }

  async add(face: Enrolment): Promise<Enrolled> {
    const photograph =
      face.photograph === undefined ? undefined : this.#context.vault.fingerprint(face.photograph)
    const known = photograph === undefined ? undefined : await this.#seenBefore(photograph, face.details?.box)
    if (known !== undefined) {
      const owner = await this.#nameOf(known.person)
      if (owner === face.person) return { outcome: 'known', person: known.person, reference: known.id }
      return {
        outcome: 'refused',
        reason: `the photograph is enrolled as ${owner ?? 'somebody else'} already (reference ${known.id}); move it there with cosface people split, or remove it first`,
      }
    }
    const { person, isNew } = await this.#personOf(face.person)
    const others = await this.#embeddingsOf(person.id, isNew)
    const reason =
      this.#options.anyway === true ? undefined : this.#unlikeness(face.embedding, others, person)
    if (reason !== undefined) return { outcome: 'refused', reason }
    const id = await this.#number()
    others.push(face.embedding)
    this.#pending.push({
      id,
      row: { person: person.id, photograph, state: 'active', created: this.#moment.at.toISOString() },
      details: face.details ?? {},
      embedding: face.embedding,
      crop: face.crop,
    })
    const isNewPerson = isNew && others.length === 1
    return { outcome: 'enrolled', person: person.id, reference: id, isNewPerson }
  }

  async write(): Promise<void> {
    const { writer } = this.#moment
    const enrolled = new Set(this.#pending.map(({ row }) => row.person))
    const people = [...this.#people.values()].filter(({ person }) => enrolled.has(person.id))
    await writer.addPeople(people.filter(({ isNew }) => isNew).map(({ person }) => person))
    for (const { person, isNew } of people) if (!isNew) await writer.putPerson(person)
    await writer.addReferences(
      this.#pending.map(({ id, row, details }) => ({
        id,
        ...row,
        details: sealDetails(this.#context, details, id),
      })),
    )
    await writer.addEmbeddings(
      this.#pending.map(({ id, row, embedding }) => ({
        reference: id,
        person: row.person ?? 0,
        origin: this.#origin,
        vector: sealVector(this.#context, embedding, id, this.#origin),
      })),
    )
    for (const { id, crop } of this.#pending)
      if (crop !== undefined) await writer.addCrop(id, sealCrop(this.#context, crop, id))
  }

  async #number(): Promise<number> {
    if (this.#spare.next === this.#spare.end) {
      const first = await this.#moment.writer.allocate(100)
      this.#spare = { next: first, end: first + 100 }
    }
    return this.#spare.next++
  }

  /** Where the same face of the same photograph is already. */
  async #seenBefore(
    photograph: string,
    box: FaceBox | undefined,
  ): Promise<{ readonly id: number; readonly person: number } | undefined> {
    const here = this.#pending.find(
      (one) => one.row.photograph === photograph && isSameFace(one.details.box, box),
    )
    if (here?.row.person !== undefined) return { id: here.id, person: here.row.person }
    for (const row of await this.#moment.writer.referencesFrom(photograph)) {
      if (row.person === undefined || row.state !== 'active') continue
      const owner = await this.#moment.writer.person(row.person)
      if (owner?.state !== 'active') continue
      if (isSameFace(openDetails(this.#context, row.details, row.id).box, box))
        return { id: row.id, person: row.person }
    }
    return undefined
  }

  async #nameOf(id: number): Promise<string | undefined> {
    const here = [...this.#people.values()].find(({ person }) => person.id === id)
    return here === undefined ? (await this.#moment.writer.person(id))?.name : here.person.name
  }

  async #personOf(name: string): Promise<{ readonly person: Person; readonly isNew: boolean }> {
    const here = this.#people.get(name)
    if (here !== undefined) return here
    const { consent, expires } = this.#options
    const person: Person = {
      id: await this.#number(),
      name,
      state: 'active',
      tags: [],
      created: this.#moment.at.toISOString(),
      ...given({ consent, expires }),
    }
    const found = { person, isNew: true }
    this.#people.set(name, found)
    return found
  }

  async #embeddingsOf(person: number, isNew: boolean): Promise<Float32Array[]> {
    const held = this.#embeddings.get(person)
    if (held !== undefined) return held
    const found = isNew ? [] : await embeddingsOf(this.#context, this.#moment.writer, person, this.#origin)
    this.#embeddings.set(person, found)
    return found
  }

  /** Why a face does not look like the person’s others; undefined where it does, or where nothing is calibrated. */
  #unlikeness(
    embedding: Float32Array,
    others: readonly Float32Array[],
    { name }: Person,
  ): string | undefined {
    const { origin, fmr = 1e-3 } = this.#options
    const cosine = personScore(embedding, others, 'maximum')
    if (cosine === undefined) return undefined
    const chosen = thresholdForFmr({ origin, scoring: 'maximum', calibrations: this.#calibrations }, 1, fmr)
    if (chosen.threshold === undefined || cosine >= chosen.threshold) return undefined
    return `the face does not look like the other pictures of ${name}: the highest cosine is ${cosine.toFixed(3)}, the threshold ${chosen.threshold.toFixed(3)}; with --anyway it is enrolled all the same`
  }
}

/** The embeddings of a person’s active references. */
export async function embeddingsOf(
  context: GalleryContext,
  reader: GalleryReader,
  person: number,
  origin: number,
): Promise<Float32Array[]> {
  const rows = await reader.embeddingsOf(person, origin)
  return rows.map((row) => openVector(context, row.vector, row.reference, origin))
}
