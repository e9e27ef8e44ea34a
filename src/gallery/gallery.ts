/** @file A gallery: people, their references, and answers about faces. The nearest person is never an answer by being nearest. */
import { given } from '../base/given.ts'
import type { Calibration } from '../face/calibration.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import {
  Answers,
  type Identified,
  type IdentifyOptions,
  type LookAlike,
  type Probe,
  type Warmth,
} from './answers.ts'
import { type AuditCheck, type AuditHead, checkAudit } from './audit.ts'
import { auditEntries, checkGallery, type CheckOptions, type GalleryCheck } from './check-gallery.ts'
import {
  clockWarning,
  commit,
  currentOrigin,
  type GalleryContext,
  type GalleryParts,
  galleryTime,
  openCrop,
  openDetails,
  scoringOf,
} from './context.ts'
import type { Candidate, PersonVerification } from './decision.ts'
import { enrol, type Enrolled, type Enrolment, type EnrolOptions } from './enrol.ts'
import { type Erased, erasePerson, purge } from './erase.ts'
import { hygiene, type HygieneFinding } from './hygiene.ts'
import { sayDifferent, saySomebodyElse, type SomebodyElse, takeBackDifferent } from './links.ts'
import {
  findPerson,
  mergePeople,
  moveReferences,
  type PersonKey,
  recordConsent,
  removePerson,
  removeReference,
  renamePerson,
  splitPerson,
  tagPerson,
  type Undone,
  undoLast,
} from './people.ts'
import { type Consent, type Person, personName } from './person.ts'
import { reembed, type Reembedded, type ReembedOptions } from './reembed.ts'
import type { Reference } from './reference.ts'
import { plainScorer, type Scorer } from './score-blocks.ts'
import type { SnapshotPlace } from './snapshot.ts'
import type { Counts, GalleryReader, Shard } from './store.ts'
import type { GalleryScoring, StrangerScores } from './thresholds.ts'

/** How a gallery is opened, besides its parts. */
export interface GalleryOptions extends GalleryParts {
  /** The gallery’s id where it is made now. */
  readonly newId: () => string
  /** What thresholds stand for. @defaultValue none: no decision is ever made */
  readonly calibrations?: readonly Calibration[]
  /** How the scores of several references become one, where the gallery is made now. @defaultValue 'maximum' */
  readonly scoring?: GalleryScoring
  /** @defaultValue `plainScorer` */
  readonly scorer?: Scorer
  /** Search a part of the people only. */
  readonly shard?: Shard
  /** Where the templates of a large gallery are kept between runs. */
  readonly snapshots?: SnapshotPlace
}

/** Opens a gallery in a store; an empty store becomes a gallery. */
export async function openGallery(options: GalleryOptions): Promise<Gallery> {
  const {
    newId,
    scoring = 'maximum',
    calibrations = [],
    scorer = plainScorer,
    shard,
    snapshots,
    ...parts
  } = options
  const known = await parts.store.read((reader) => reader.setting('gallery'))
  const gallery = known ?? (await begin(parts, newId(), scoring))
  const context = { ...parts, gallery }
  const answers = new Answers(context, { calibrations, scorer, ...given({ shard, snapshots }) })
  return new Gallery(context, answers, calibrations)
}

const begin = (parts: GalleryParts, id: string, scoring: GalleryScoring): Promise<string> =>
  parts.store.write(async (writer) => {
    // another process may have been faster
    const known = await writer.setting('gallery')
    if (known !== undefined) return known
    await writer.putSetting('gallery', id)
    await writer.putSetting('incarnation', id)
    await writer.putSetting('scoring', scoring)
    return id
  })

/** Made by `openGallery`; ends with its store. */
export class Gallery implements AsyncDisposable {
  readonly #context: GalleryContext
  readonly #calibrations: readonly Calibration[]
  readonly #answers: Answers

  /** @internal */
  constructor(context: GalleryContext, answers: Answers, calibrations: readonly Calibration[]) {
    this.#context = context
    this.#answers = answers
    this.#calibrations = calibrations
  }

  /** Its id. */
  get id(): string {
    return this.#context.gallery
  }

  /** Where it is kept, for messages. */
  get name(): string {
    return this.#context.store.name
  }

  /** What its embeddings were made with; undefined before the first enrolment. */
  async origin(): Promise<EmbeddingOrigin | undefined> {
    return (await this.#read(currentOrigin))?.origin
  }

  /** Enrols a batch of faces in one write; acknowledged once it cannot be lost. @throws UsageError on another origin */
  enrol(faces: readonly Enrolment[], options: EnrolOptions): Promise<readonly Enrolled[]> {
    return enrol(this.#context, faces, options, this.#calibrations)
  }

  /** Whether a face is a person of the gallery. @param fmr the false-match rate allowed */
  verify(probe: Probe, key: PersonKey, fmr: number): Promise<PersonVerification> {
    return this.#answers.verify(probe, key, fmr)
  }

  /** Who each face is. @param fpir the share of strangers who may get an answer */
  identify(
    probes: readonly Probe[],
    fpir: number,
    options: IdentifyOptions = {},
  ): Promise<readonly Identified[]> {
    return this.#answers.identify(probes, fpir, options)
  }

  /** The `k` most similar people for each face, whatever their scores mean. */
  search(probes: readonly Probe[], k: number): Promise<readonly (readonly Candidate[])[]> {
    return this.#answers.search(probes, k)
  }

  /** Searches for faces of strangers, so that the rate of answers to them is measured and not computed. */
  strangerScores(probes: readonly Probe[]): Promise<StrangerScores | undefined> {
    return this.#answers.strangerScores(probes)
  }

  /** Active people in the order of their numbers, a page at a time. */
  people(after = 0, limit = 1000): Promise<readonly Person[]> {
    return this.#read((reader) => reader.people({ state: 'active', after, limit }))
  }

  /** A person with their references. @throws UsageError where there is none */
  person(key: PersonKey): Promise<{ readonly person: Person; readonly references: readonly Reference[] }> {
    return this.#read(async (reader) => {
      const person = await findPerson(reader, key)
      const rows = await reader.referencesOf(person.id)
      const references = rows.map(({ id, person: of, state, created, details }) => ({
        id,
        person: of,
        state,
        created,
        details: openDetails(this.#context, details, id),
      }))
      return { person, references }
    })
  }

  /** The active person of a name; undefined where there is none. */
  personNamed(name: string): Promise<Person | undefined> {
    return this.#read((reader) => reader.personNamed(personName(name)))
  }

  /** Others than `person` who look like a face by the calibration, at a false-match rate of 1 in 1,000 a comparison. */
  lookAlikes(probe: Probe, person: number): Promise<readonly LookAlike[]> {
    return this.#answers.lookAlikes(probe, person)
  }

  /** The stored crop of a reference, encoded; undefined where none was kept. */
  async crop(reference: number): Promise<Uint8Array | undefined> {
    const sealed = await this.#read((reader) => reader.crop(reference))
    return sealed === undefined ? undefined : openCrop(this.#context, sealed, reference)
  }

  rename(key: PersonKey, name: string): Promise<Person> {
    return renamePerson(this.#context, key, name)
  }
  tag(key: PersonKey, add: readonly string[], remove?: readonly string[]): Promise<Person> {
    return tagPerson(this.#context, key, add, remove)
  }
  consent(key: PersonKey, consent: Consent, expires?: string): Promise<Person> {
    return recordConsent(this.#context, key, consent, expires)
  }
  /** Joins the first into the second. @throws UsageError where they were told apart by hand */
  merge(from: PersonKey, into: PersonKey): Promise<Person> {
    return mergePeople(this.#context, from, into)
  }
  /** Takes references out into a new person. */
  split(key: PersonKey, references: readonly number[], name: string): Promise<Person> {
    return splitPerson(this.#context, key, references, name)
  }
  move(references: readonly number[], from: PersonKey, to: PersonKey): Promise<Person> {
    return moveReferences(this.#context, references, from, to)
  }
  /** Can be undone until it is purged. */
  remove(key: PersonKey): Promise<Person> {
    return removePerson(this.#context, key)
  }
  /** Can be undone until it is purged. */
  removeReference(reference: number): Promise<void> {
    return removeReference(this.#context, reference)
  }
  /** Undoes the last merge or removal, or the last of one person. */
  undo(key?: PersonKey): Promise<Undone> {
    return undoLast(this.#context, key)
  }
  /** Erases what was removed, merged away or has expired, for good. */
  purge(): Promise<Erased> {
    return purge(this.#context)
  }
  /** Erases a person at once, for good. */
  erase(key: PersonKey): Promise<Erased> {
    return erasePerson(this.#context, key)
  }
  /** These two are never the same. */
  different(one: PersonKey, other: PersonKey): Promise<void> {
    return sayDifferent(this.#context, one, other)
  }
  /** Takes that back. */
  notDifferent(one: PersonKey, other: PersonKey): Promise<void> {
    return takeBackDifferent(this.#context, one, other)
  }
  /** A face that was taken for a person and is somebody else. */
  somebodyElse(face: SomebodyElse, key: PersonKey): Promise<number> {
    return saySomebodyElse(this.#context, face, key)
  }

  /** What looks wrong. @param threshold the cosine from which two faces look like one person */
  async *hygiene(threshold: number, signal?: AbortSignal): AsyncGenerator<HygieneFinding> {
    const index = await this.#answers.index()
    if (index === undefined) return
    const now = await this.#read((reader) => galleryTime(reader, this.#context.now()))
    yield* hygiene(this.#context, index, { threshold, now, ...given({ signal }) })
  }

  /** Carries the gallery over to another model; until that is done the old one answers. */
  reembed(options: ReembedOptions): Promise<Reembedded> {
    return reembed(this.#context, options)
  }

  /** How the scores of several references become one. */
  scoring(): Promise<GalleryScoring> {
    return this.#read(scoringOf)
  }

  /** Changes how scores of several references become one. */
  async changeScoring(scoring: GalleryScoring): Promise<void> {
    await commit(this.#context, 'change scoring', async ({ writer }) => {
      await writer.putSetting('scoring', scoring)
      return { result: undefined, subjects: [0] }
    })
  }

  /** Opens and follows everything. */
  check(options: CheckOptions = {}): Promise<GalleryCheck> {
    return checkGallery(this.#context, options)
  }

  /** Follows the audit log to its end, and to the head that was kept outside it. */
  checkAudit(head?: AuditHead): Promise<AuditCheck> {
    return checkAudit(auditEntries(this.#context.store), head)
  }

  counts(): Promise<Counts> {
    return this.#read((reader) => reader.counts())
  }

  /** A sentence where this machine’s clock is behind the gallery’s last write. */
  clockWarning(): Promise<string | undefined> {
    return this.#read((reader) => clockWarning(reader, this.#context.now()))
  }

  /** Reads the templates now, so that the first search need not. */
  warm(): Promise<Warmth> {
    return this.#answers.warm()
  }

  /** Keeps the templates up to date with other processes’ writes while nobody searches. */
  follow(): AsyncDisposable {
    let refreshing = Promise.resolve()
    const watcher = this.#context.store.watch(() => {
      // a failure shows at the next search, which looks again
      refreshing = refreshing
        .then(() => this.warm())
        .then(
          () => undefined,
          () => undefined,
        )
    })
    return {
      [Symbol.asyncDispose]: async () => {
        await watcher[Symbol.asyncDispose]()
        await refreshing
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#answers[Symbol.asyncDispose]()
    await this.#context.store[Symbol.asyncDispose]()
  }

  #read<T>(work: (reader: GalleryReader) => Promise<T>): Promise<T> {
    return this.#context.store.read(work)
  }
}
