/** @file The tables of a gallery in a database, as kysely sees them. Blobs come as `Buffer` or `ArrayBuffer`, by driver. */

/** What a driver returns for a column of bytes. */
export type Blob = Uint8Array | ArrayBuffer

/** One row for one gallery; it is written first in each write, and its lock puts all writers in one line. */
interface ClockTable {
  id: number
  sequence: number
  next: number
  latest: string
}

interface SettingTable {
  name: string
  value: string
}

interface OriginTable {
  id: number
  model: string
  detector: string
  aligner: string
  flip: string
  size: number
}

interface PersonTable {
  id: number
  name: string | null
  state: string
  /** JSON. */
  tags: string
  /** JSON. */
  consent: string | null
  expires: string | null
  created: string
}

interface ReferenceTable {
  id: number
  person: number | null
  photograph: string | null
  state: string
  created: string
  details: Blob
}

interface CropTable {
  reference: number
  image: Blob
}

interface EmbeddingTable {
  origin: number
  person: number
  reference: number
  vector: Blob
}

interface LinkTable {
  kind: string
  first: number
  second: number
}

/** Person → the write that last changed it; what is left of an erased person is this number. */
interface ChangeTable {
  person: number
  sequence: number
}

interface UndoTable {
  id: number
  kind: string
  at: string
  subject: number
  into: number | null
  /** JSON. */
  moved: string
}

interface AuditTable {
  number: number
  at: string
  who: string
  action: string
  /** JSON. */
  subjects: string
  hash: string
}

/** All of them. */
export interface GalleryTables {
  clock: ClockTable
  setting: SettingTable
  origin: OriginTable
  person: PersonTable
  reference: ReferenceTable
  crop: CropTable
  embedding: EmbeddingTable
  link: LinkTable
  change: ChangeTable
  undo: UndoTable
  audit: AuditTable
}
