/** @file What every source of labelled face images offers to samplers and batches. */
import type { Image } from '../image/image.ts'

/** One image of one identity. */
export interface Sample {
  /** Unique and stable within the data set: the path relative to its folder, or the record's key. */
  readonly id: string
  /** Index into `identities`. */
  readonly identity: number
}

/** Where encoded images lie, for any thread to read: files of their own, or records within files. */
export interface ImagePlaces {
  /** Image files and record files. */
  readonly files: readonly string[]
  /** Index into `files`, per sample. */
  readonly file: Int32Array
  /** Where a sample's record begins in its file; −1 where the file itself is the image. */
  readonly offset: Float64Array
}

/** Labelled images, ordered by code point of their ids; reading is random access. */
export interface Dataset extends AsyncDisposable {
  readonly identities: readonly string[]
  readonly samples: readonly Sample[]
  /** The image file of each sample, where samples are files: lets other threads read them without asking. */
  readonly files?: readonly string[]
  /** The same for samples of which some lie in record files. */
  readonly places?: ImagePlaces
  /** The decoded image at `index`. @throws FormatError where it cannot be read. */
  image(index: number): Promise<Image>
}

/** What the network is fed: `pixels` is [N, 3, H, W], normalised; `labels` is [N]. */
export interface Batch {
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

/** A sample whose image could not be read, and why. */
export interface UnreadableImage {
  readonly id: string
  readonly reason: string
}

/** Batches of a run, by iteration; the same iteration always gives the same batch, whatever the worker count. */
export interface BatchSource extends AsyncDisposable {
  /** Batches in one pass over the samples, rounded up. */
  readonly batchesPerEpoch: number
  /** Seconds that calls of `batch` have waited so far. */
  readonly waitedSeconds: number
  /** The share of the images, as they are before augmentation, that differ from each other; absent where it is not known. */
  readonly distinctShare?: number
  /** Images found unreadable so far, ordered by id; a checkpoint stores them and a resumed run is given them. */
  readonly unreadable: readonly UnreadableImage[]
  /** The batch of `iteration`; the following ones are prepared meanwhile. */
  batch(iteration: number): Promise<Batch>
}
