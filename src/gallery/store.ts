/**
 * @file What a gallery needs of a database. A store keeps rows and knows nothing of faces: what is sealed was sealed
 * before. Any store passes the same conformance suite.
 */
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import type { AuditEntry } from './audit.ts'
import type { Person, PersonState } from './person.ts'
import type { ReferenceState } from './reference.ts'

/** The settings of a gallery, by name. */
export type SettingName =
  /** The gallery’s id, given when it is made. */
  | 'gallery'
  /** Changes when a backup is put back, so that nothing made before is taken for new. */
  | 'incarnation'
  /** The number of the origin whose embeddings are searched. */
  | 'origin'
  | 'scoring'
  /** The data keys, wrapped by the user’s. */
  | 'keyring'

/** A reference as it is stored. */
export interface ReferenceRow {
  readonly id: number
  readonly person: number | undefined
  /** A keyed name of the photograph’s bytes. */
  readonly photograph: string | undefined
  readonly state: ReferenceState
  readonly created: string
  /** Sealed. */
  readonly details: Uint8Array
}

/** A sealed embedding; `person` is that of its reference, 0 for nobody. */
export interface EmbeddingRow {
  readonly reference: number
  readonly person: number
  readonly origin: number
  readonly vector: Uint8Array
}

/** What was said by hand of two people or references. Their numbers never collide; `first` is the smaller. */
export interface Link {
  readonly kind: 'cannot' | 'must'
  readonly first: number
  readonly second: number
}

/** What undoes a merge or a removal. */
export interface UndoRow {
  readonly id: number
  readonly kind: 'merge' | 'remove person' | 'remove reference'
  readonly at: string
  /** The person or reference that went. */
  readonly subject: number
  /** Of a merge: the person it went to. */
  readonly into?: number
  /** Of a merge: what moved. */
  readonly references: readonly number[]
}

/** Where a gallery stands. */
export interface Clock {
  /** The number of the last write. */
  readonly sequence: number
  /** The latest time that a write carried, an ISO time; empty before the first. */
  readonly latest: string
}

/** What changed since a write. */
export interface Changes {
  readonly sequence: number
  /** People whose own record or references changed, removed ones included. */
  readonly people: readonly number[]
}

/** A part of a gallery: the people whose place among `of` equal parts is `part`. */
export interface Shard {
  readonly part: number
  readonly of: number
}

/** Embeddings of one origin, ordered by person, then reference: active references of active people who have a name. */
export interface EmbeddingRange {
  readonly origin: number
  readonly after?: { readonly person: number; readonly reference: number }
  readonly limit: number
  readonly shard?: Shard
}

export interface Counts {
  readonly people: number
  readonly references: number
  readonly embeddings: number
}

/** Reads in one consistent state. */
export interface GalleryReader {
  clock(): Promise<Clock>
  setting(name: SettingName): Promise<string | undefined>
  origins(): Promise<ReadonlyMap<number, EmbeddingOrigin>>
  person(id: number): Promise<Person | undefined>
  /** An active one. */
  personNamed(name: string): Promise<Person | undefined>
  /** Active ones, in any order; who is not there is left out. */
  peopleNamed(names: readonly string[]): Promise<readonly Person[]>
  /** In the order of their ids, of one state. */
  people(range: {
    readonly state: PersonState
    readonly after?: number
    readonly limit: number
  }): Promise<readonly Person[]>
  reference(id: number): Promise<ReferenceRow | undefined>
  /** All of a person, removed ones included, in the order of their ids; 0 for nobody’s. */
  referencesOf(person: number): Promise<readonly ReferenceRow[]>
  referencesFrom(photograph: string): Promise<readonly ReferenceRow[]>
  /** In the order of their ids. */
  references(after: number, limit: number): Promise<readonly ReferenceRow[]>
  crop(reference: number): Promise<Uint8Array | undefined>
  embeddings(range: EmbeddingRange): Promise<readonly EmbeddingRow[]>
  /** Of all a person’s active references, of one origin, and of one part; 0 for nobody’s. */
  embeddingsOf(person: number, origin: number, shard?: Shard): Promise<readonly EmbeddingRow[]>
  /** Whatever its reference’s and person’s state. */
  embedding(reference: number, origin: number): Promise<EmbeddingRow | undefined>
  /** References from `after` on without an embedding of an origin, in the order of their ids. */
  withoutEmbedding(origin: number, after: number, limit: number): Promise<readonly ReferenceRow[]>
  /** All, or those of one person or reference. */
  links(of?: number): Promise<readonly Link[]>
  audit(after: number, limit: number): Promise<readonly AuditEntry[]>
  lastAudit(): Promise<AuditEntry | undefined>
  /** The newest first. */
  undos(): Promise<readonly UndoRow[]>
  counts(): Promise<Counts>
  changes(since: number): Promise<Changes>
}

/** One write: all of it happens or nothing. Writes of all processes come one after the other. */
export interface GalleryWriter extends GalleryReader {
  /** The number of this write. */
  readonly sequence: number
  /** The first of `count` numbers that nothing ever had. */
  allocate(count: number): Promise<number>
  stamp(latest: string): Promise<void>
  putSetting(name: SettingName, value: string): Promise<void>
  addOrigin(number: number, origin: EmbeddingOrigin): Promise<void>
  /** Removes an origin with all its embeddings. */
  dropOrigin(number: number): Promise<void>
  /** Adds or replaces. */
  putPerson(person: Person): Promise<void>
  /** Adds people whose numbers nobody has. */
  addPeople(people: readonly Person[]): Promise<void>
  addReferences(rows: readonly ReferenceRow[]): Promise<void>
  addCrop(reference: number, sealed: Uint8Array): Promise<void>
  addEmbeddings(rows: readonly EmbeddingRow[]): Promise<void>
  /** With their embeddings. */
  moveReferences(references: readonly number[], person: number | undefined): Promise<void>
  setReferenceState(reference: number, state: ReferenceState): Promise<void>
  putLink(link: Link): Promise<void>
  dropLink(link: Link): Promise<void>
  /** With crop, embeddings and links. */
  eraseReferences(references: readonly number[]): Promise<void>
  /** With links; its references must be gone or moved. */
  erasePerson(person: number): Promise<void>
  addAudit(entry: AuditEntry): Promise<void>
  addUndo(row: UndoRow): Promise<void>
  dropUndo(id: number): Promise<void>
}

/** Keeps a gallery’s rows. */
export interface GalleryStore extends AsyncDisposable {
  /** For messages: a file, or a server and database, without a password. */
  readonly name: string
  read<T>(work: (reader: GalleryReader) => Promise<T>): Promise<T>
  /** Resolves once what was written cannot be lost. Where `work` throws, nothing was written. */
  write<T>(work: (writer: GalleryWriter) => Promise<T>): Promise<T>
  /** Calls `wake` soon after another process or this one wrote; it may be called too often. */
  watch(wake: () => void): AsyncDisposable
  /** Overwrites what erased rows left in the database’s own files; a sentence on each place it cannot reach. */
  scrub(): Promise<readonly string[]>
  /** The database’s own check of itself: a sentence on each thing found. */
  inspect(): Promise<readonly string[]>
}
