/** @file What a report is made of; the caller gathers it, the report draws it. */
import type { ScoredPair, VerificationResult } from '../evaluate/result.ts'
import type { Point, Size } from '../image/image.ts'
import type { TrainConfig } from '../train/config.ts'
import type { TrainEvent } from '../train/events.ts'
import type { ImageKind, SetRole } from './words.ts'

/** A verification with the pairs it was computed from. */
export interface ReportedSet {
  /** How the set is called on the page: `test identities`, `pairsDevTest`. */
  readonly name: string
  readonly role: SetRole
  readonly result: VerificationResult
  readonly pairs: readonly ScoredPair[]
  /** Whether nobody in these pairs was trained on. @defaultValue true */
  readonly unseen?: boolean
}

/** Another way of judging the very pairs of the first set: raw pixels, an untrained network. */
export interface Baseline {
  readonly name: string
  readonly result: VerificationResult
  readonly pairs: readonly ScoredPair[]
}

/** A pair with its pictures, as base64 data URIs. */
export interface PicturedPair {
  readonly pair: ScoredPair
  /** Empty where the image cannot be shown; the pair is left out then. */
  readonly pictureA: string
  readonly pictureB: string
}

/** One image exactly as the network sees it. */
export interface Crop extends Size {
  /** The pixels after all preparation, as a base64 data URI. */
  readonly picture: string
  readonly label: string
  /** Alignment points in the crop's pixels; none where they are unknown. */
  readonly points: readonly Point[]
}

/** Angles in degrees, each list a sample. */
export interface Angles {
  /** From an image to the mean direction of its own identity. */
  readonly within: readonly number[]
  /** Between the mean directions of two identities. */
  readonly between: readonly number[]
  /** From an identity's mean direction to the nearest other one's. */
  readonly nearest?: readonly number[]
  /** Whose images these are. */
  readonly name: string
}

/** Words about the machine and the versions, in the order shown. */
export type Environment = Readonly<Record<string, string>>

/** All of a training run's page. */
export interface RunReportContents {
  readonly title: string
  readonly images: ImageKind
  readonly config: TrainConfig
  readonly events: readonly TrainEvent[]
  /** The first one is the headline; `test` before `validation` before `watch`. */
  readonly sets: readonly ReportedSet[]
  readonly baselines?: readonly Baseline[]
  readonly angles?: Angles
  readonly crops?: readonly Crop[]
  /** The worst mistakes and near misses of the first set. */
  readonly hardest?: readonly PicturedPair[]
  readonly environment: Environment
  /** Sentences for the reader, shown near the top. */
  readonly notes?: readonly string[]
  /** That of random directions, drawn beside the loss. */
  readonly expectedFirstLoss?: number
}

/** All of an evaluation's page. */
export interface EvaluationReportContents {
  readonly title: string
  readonly images: ImageKind
  readonly sets: readonly ReportedSet[]
  readonly baselines?: readonly Baseline[]
  readonly angles?: Angles
  readonly crops?: readonly Crop[]
  readonly hardest?: readonly PicturedPair[]
  readonly environment: Environment
  readonly notes?: readonly string[]
}
