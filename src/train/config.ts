/** @file A training run's configuration, as stored in the run folder. */
import type { Size } from '../image/image.ts'
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

export type ScheduleConfig =
  | { readonly kind: 'multi-step'; readonly milestones: readonly number[]; readonly factor: number }
  | { readonly kind: 'polynomial'; readonly power: number }
  | { readonly kind: 'cosine' }

/** Changes of the training images, each drawn anew for every sample and epoch. All off but the flip in the paper presets. */
export interface AugmentationConfig {
  readonly flip: boolean
  /** Largest shift in pixels, each direction. */
  readonly shift: number
  /** Largest change of size, as a share (0.1: 90 % … 110 %). */
  readonly zoom: number
  /** Largest rotation in degrees. */
  readonly rotate: number
  /** Largest change of brightness and contrast, as a share. */
  readonly light: number
  /** Chance of losing colour. */
  readonly grey: number
  /** Chance that a rectangle is covered. */
  readonly erase: number
  /** Chance of being blurred or made small and large again. */
  readonly blur: number
}

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
  /** A list of names to take; all where absent. */
  readonly identities?: string
  readonly minImages: number
  /** A share in (0, 1), a folder, or a list of names. */
  readonly validation: string | number
  readonly test: string | number
  /** Pairs lists that are logged and never chosen by. */
  readonly watch: readonly string[]
  /** Share of unreadable images above which the run stops. */
  readonly maxUnreadable: number
}
