/** @file A margin head as data: what is normalised, which options it takes, and what the own class's cosine becomes. */
import type { Operand } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { HeadBuffer, HeadSize, LossOption, ScheduledScalar, Values } from './head.ts'
import type { LossOptions } from './options.ts'
import type { LossRemedies } from './remedies.ts'

/** What a head sees of a batch; N samples, C classes. */
export interface MarginContext {
  /** cos θ_j of every class [N, C], not limited to [−1, 1] against rounding. */
  readonly cosine: AnyValue
  /** cos θ_y of the own class [N, 1]. */
  readonly ownCosine: AnyValue
  /** True at the own class, bool [N, C]. */
  readonly own: AnyValue
  /** Euclidean lengths of the raw embeddings [N, 1]. */
  readonly norms: AnyValue
  /** s, where the head takes one: a number, or a scalar that follows the iteration. */
  readonly scale: Operand
  readonly size: HeadSize
  readonly options: LossOptions
  /** A numeric option as an operand: ramped options grow from 0 with the iteration. */
  readonly option: (name: string) => Operand
  /** A buffer or a scheduled scalar of the head by its name. */
  readonly value: (name: string) => AnyValue
}

/** What a head makes of the cosines. */
export interface MarginResult {
  /** What the own cosine becomes [N, 1]. */
  readonly own: AnyValue
  /** What the other classes' cosines become [N, C]; left out, they stay. The own column is ignored. */
  readonly others?: AnyValue
  /** A scale found in the step, instead of the option. */
  readonly scale?: AnyValue
  /** A scalar added to the mean loss. */
  readonly penalty?: AnyValue
  /** Updated buffers by name. */
  readonly buffers?: Values
}

/** A loss over class weights. */
export interface MarginHead {
  readonly kind: 'margin'
  readonly name: string
  readonly aliases: readonly string[]
  /** One line for lists and help. */
  readonly title: string
  /** ‖W_j‖ = 1. */
  readonly normaliseWeights: boolean
  /** ‖x‖ = s, unless the option `normaliseFeatures` says otherwise. */
  readonly normaliseFeatures: boolean
  readonly options: readonly LossOption[]
  /** Names of the options that `marginWarmup` ramps. */
  readonly ramped: readonly string[]
  /** What may be changed where a training with it does not go well. */
  readonly remedies: LossRemedies
  /** Refuses, with a `UsageError`, what the options' own ranges cannot. */
  readonly check?: (options: LossOptions, size: HeadSize | undefined) => void
  readonly buffers?: (size: HeadSize) => readonly HeadBuffer[]
  /**
   * What the loss takes from all images of a batch together, as "the scale follows …", where it does: a batch computed in parts
   * is then another update than the whole one.
   */
  readonly acrossBatch: ((options: LossOptions) => string | undefined) | undefined
  readonly scheduled?: (options: LossOptions) => readonly ScheduledScalar[]
  /** Left out, the own cosine stays as it is. */
  readonly adjust?: (context: MarginContext) => MarginResult
}

/** Whether embeddings are given the length s, as the head does unless an option says otherwise. */
export function normalisesFeatures(head: MarginHead, options: LossOptions): boolean {
  return options.has('normaliseFeatures') ? options.flag('normaliseFeatures') : head.normaliseFeatures
}
