/** @file Templates kept beside the database, so that a large gallery need not be read row by row when it is opened. */
import type { GalleryScoring } from './thresholds.ts'
import type { Shard } from './store.ts'

/** What a snapshot must be of to be of use. */
export interface SnapshotKey {
  readonly gallery: string
  readonly incarnation: string
  readonly origin: number
  readonly scoring: GalleryScoring
  readonly shard: Shard
  /** Numbers in a template. */
  readonly size: number
}

/** Some rows: `data` is [rows, size]. */
export interface SnapshotRows {
  /** The person of each row. */
  readonly owners: Int32Array
  /** References behind each row: 1, or under the mean all of the person’s. */
  readonly references: Int32Array
  readonly data: Float32Array
}

/** A snapshot that was opened and fits. */
export interface OpenedSnapshot {
  /** The number of the last write it knows of. */
  readonly sequence: number
  /** @throws Error on what was changed since it was written */
  readonly rows: AsyncIterable<SnapshotRows>
}

/** Where snapshots are kept. Losing one costs time and nothing else. */
export interface SnapshotPlace {
  /** Undefined where there is none of this key. */
  open(key: SnapshotKey): Promise<OpenedSnapshot | undefined>
  save(key: SnapshotKey, sequence: number, rows: Iterable<SnapshotRows>): Promise<void>
}
