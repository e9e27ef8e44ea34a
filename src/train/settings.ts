/** @file What can be said about a training: the values behind the options, all of them optional to the user. */
import type { Size } from '../image/image.ts'
import type { Device } from '../runtime/session.ts'

/** What can be said about a training; a config file is JSON with these keys. */
export interface TrainSettings {
  readonly backbone: string
  readonly embeddingSize: number
  readonly size: Size
  readonly loss: string
  readonly scale: number
  readonly margin: number
  /** Options that only some losses have, by name. */
  readonly lossOption: Readonly<Record<string, number | boolean>>
  readonly batch: number
  readonly accumulate: number
  readonly epochs: number
  readonly iterations: number
  readonly lr: number
  readonly schedule: 'multi-step' | 'polynomial' | 'cosine'
  readonly milestones: readonly number[]
  readonly lrFactor: number
  readonly lrPower: number
  readonly warmup: number
  readonly momentum: number
  readonly weightDecay: number
  readonly clip: number
  readonly identities: string
  readonly minImages: number
  readonly mergeNames: boolean
  readonly depth: number
  readonly validation: number | string
  readonly test: number | string
  readonly splitSeed: number
  readonly watch: readonly string[]
  readonly maxUnreadable: number
  readonly augment: 'none' | 'flip' | 'standard'
  readonly augmentFlip: boolean
  readonly augmentShift: number
  readonly augmentZoom: number
  readonly augmentRotate: number
  readonly augmentLight: number
  readonly augmentGrey: number
  readonly augmentErase: number
  readonly augmentBlur: number
  readonly seed: number
  readonly threads: number
  readonly device: Device
  readonly checkpointEvery: number
  readonly validateEvery: number
}

/** Settings that have a value whether or not anybody names them. */
export type DefaultSettings = Omit<
  TrainSettings,
  | 'epochs'
  | 'iterations'
  | 'milestones'
  | 'identities'
  | 'depth'
  | 'splitSeed'
  | 'threads'
  | 'lossOption'
  | 'augmentFlip'
  | 'augmentShift'
  | 'augmentZoom'
  | 'augmentRotate'
  | 'augmentLight'
  | 'augmentGrey'
  | 'augmentErase'
  | 'augmentBlur'
>

/** Settings after defaults and preset have filled them. */
export type MergedSettings = DefaultSettings & Partial<TrainSettings>
