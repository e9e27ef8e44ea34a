/**
 * @file The seam between losses and the trainer: a loss is data; `buildHead` turns a configuration into parameters,
 * buffers, scheduled scalars and one pure function over graph values.
 */
import type { Range } from '../base/check.ts'
import type { AnyValue } from '../graph/value.ts'

/** Values by name. */
export type Values = Readonly<Record<string, AnyValue>>

/** A loss as the user writes it; `LossConfig` of a training run fits. */
export interface LossSettings {
  /** A registered name or alias. */
  readonly name: string
  /** s of Eq 4; ignored by losses without one. */
  readonly scale?: number
  /** m of Eq 4, a cosine; ignored by losses without one. */
  readonly margin?: number
  /** Everything else, by option name. */
  readonly options?: Readonly<Record<string, number | boolean>>
}

/** One option: what it means, in which unit, and what the paper used. */
export interface LossOption {
  readonly name: string
  readonly meaning: string
  /** `cosine`, `radians`, `iterations`, `share`, or `none`. */
  readonly unit: string
  readonly default: number | boolean
  /** Of a number; a switch has none. */
  readonly range?: Range
  /** The value or range its paper used. */
  readonly paper: string
}

/** How a parameter starts. */
export type HeadInitialiser =
  /** Uniform in ±√(3 / fanIn): Caffe's xavier filler. */
  { readonly kind: 'xavier'; readonly fanIn: number } | { readonly kind: 'constant'; readonly value: number }

/** A trained array of the head. */
export interface HeadParameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: HeadInitialiser
  /** Whether weight decay applies. */
  readonly decay: boolean
}

/** An array that the step updates and no gradient reaches; part of every checkpoint. */
export interface HeadBuffer {
  readonly name: string
  readonly shape: readonly number[]
  /** The value of every element before the first step. */
  readonly initial: number
}

/** A scalar graph input whose value follows the iteration (counted from 0). */
export interface ScheduledScalar {
  readonly name: string
  valueAt(iteration: number): number
}

/** The head's part of the step's metrics; each a scalar. Names as in `StepMetrics`. */
export interface HeadMetrics {
  /** Mean cosine to the own class. */
  readonly ownCosine: AnyValue
  /** Mean cosine to the nearest other class; −1 where there is none. */
  readonly nearestCosine: AnyValue
  /** Share of samples whose own logit, margin included, is the largest. */
  readonly winShare: AnyValue
  /** Mean Euclidean norm of the raw embeddings. */
  readonly embeddingNorm: AnyValue
}

/** What the head computes from a batch. */
export interface HeadResult {
  /** Mean over the batch, a scalar; the only output gradients flow from. */
  readonly loss: AnyValue
  readonly metrics: HeadMetrics
  /** Logits without margin [N, C]; absent where the loss has no class weights. */
  readonly logits?: AnyValue
  /** The updated buffers, by buffer name. */
  readonly buffers: Values
}

/** What the number of people and the network fix. */
export interface HeadSize {
  /** C. */
  readonly classes: number
  /** D. */
  readonly embeddingSize: number
}

/** A head ready to be placed in a step. */
export interface BuiltHead {
  /** The registered name. */
  readonly name: string
  readonly parameters: readonly HeadParameter[]
  readonly buffers: readonly HeadBuffer[]
  /** Scalars to be fed each step, float32 of shape []. */
  readonly scheduled: readonly ScheduledScalar[]
  /** Whether batches must hold several images of a person (P×K sampling). */
  readonly needsImagesPerIdentity: boolean
  /** What the losses take from all images of a batch together, one clause each; none: parts make the same update. */
  readonly acrossBatch: readonly string[]
  /** One line each: choices that can be made but hardly work. */
  readonly warnings: readonly string[]
  /** What can work instead, as options of the command line; only beside warnings that it answers. */
  readonly remedy?: string
  /**
   * The loss of a batch.
   * @param features raw embeddings [N, D]
   * @param labels int32 [N], each in [0, C)
   * @param values every parameter, buffer and scheduled scalar of this head by its name
   */
  build(features: AnyValue, labels: AnyValue, values: Values): HeadResult
}
