/** @file A training run's configuration, as stored in the run folder. */
import type { Augmentation } from '../data/augment.ts'
import type { Size } from '../image/image.ts'
import type { Schedule } from '../optim/schedule.ts'
import type { Device } from '../runtime/session.ts'

/** The head as data: a registered loss with its options. */
export interface LossConfig {
  readonly name: string
  /** s of Eq 4. @defaultValue 64 */
  readonly scale: number
  /** m of Eq 4, a cosine. @defaultValue 0.35 */
  readonly margin: number
  /** Options of particular losses. */
  readonly options?: Readonly<Record<string, number | boolean>>
}

/** How the learning rate falls. */
export type ScheduleConfig = Schedule

/** Changes of the training images; all off but the flip in the paper presets. */
export type AugmentationConfig = Augmentation

export interface TrainConfig {
  readonly schema: 'cosface-config/1'
  readonly preset?: string
  readonly backbone: string
  readonly embeddingSize: number
  readonly size: Size
  readonly loss: LossConfig
  /** Effective batch. */
  readonly batch: number
  /** Parts the batch is split into. */
  readonly accumulate: number
  /** Updates; 0 until the data has been read where the length is asked for in `epochs` (`forImages` fills it in). */
  readonly iterations: number
  /** Passes over the training images, where the length was asked for so. */
  readonly epochs?: number
  readonly learningRate: number
  readonly schedule: ScheduleConfig
  /** Iterations of linear warm-up. */
  readonly warmup: number
  readonly momentum: number
  readonly weightDecay: number
  /** Largest global gradient norm; 0 is no clipping. */
  readonly clip: number
  readonly augmentation: AugmentationConfig
  readonly seed: number
  readonly threads: number
  readonly device: Device
  /** Iterations between checkpoints. */
  readonly checkpointEvery: number
  /** Iterations between validations. */
  readonly validateEvery: number
  readonly data: DataConfig
}

export interface DataConfig {
  readonly folders: readonly string[]
  readonly mergeNames: boolean
  /** How many folders down the people's own lie; 1 where absent, and an error where people seem to lie deeper. */
  readonly depth?: number
  /** A list of names to take; all where absent. */
  readonly identities?: string
  readonly minImages: number
  /** A share in (0, 1), a folder, or a list of names. */
  readonly validation: string | number
  readonly test: string | number
  /** Seed of who is in which set and of the pairs drawn of them; that of the run where absent. */
  readonly splitSeed?: number
  /** Pairs lists that are logged and never chosen by. */
  readonly watch: readonly string[]
  /** Share of unreadable images above which the run stops. */
  readonly maxUnreadable: number
}
