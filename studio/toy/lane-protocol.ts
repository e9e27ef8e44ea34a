/** @file What the page and the worker of one experiment say to each other. */
import type { ToyData } from '../../src/experiment/toy-data.ts'
import type { Judgement } from '../../src/experiment/toy-judge.ts'
import type { ToyKnobs } from '../../src/experiment/toy-knobs.ts'
import type { ToyMeasure, ToyPoints } from '../../src/experiment/toy-measure.ts'
import type { LossSettings } from '../../src/loss/head.ts'
import type { StepMetrics } from '../../src/train/events.ts'

/** Of the samples trained on, every second is shown: enough for the eye, and half the time to look. */
export const shownEvery = 2

/** What a worker is to train. */
export interface LaneStart {
  readonly loss: LossSettings
  readonly seed: number
  readonly dimensions: number
  readonly data: ToyData
  /** Threads of the runtime; 1 where the page is not isolated. */
  readonly threads: number
}

/** What a figure shows after `iteration` updates. */
export interface LaneFrame {
  readonly iteration: number
  /** Of each update since the last frame. */
  readonly metrics: readonly StepMetrics[]
  readonly train: ToyPoints & ToyMeasure
  readonly heldOut: ToyPoints & ToyMeasure
  /** [C, D], raw. */
  readonly weights: Float32Array
  readonly warnings: readonly string[]
  /** Seconds the updates took, without the looking. */
  readonly seconds: number
}

/** Updates to make with the knobs where they stand. */
export interface LaneAdvance {
  readonly steps: number
  readonly knobs: ToyKnobs
}

/** A point to be judged. */
export interface LaneJudge {
  /** [D], raw. */
  readonly feature: readonly number[]
  readonly label: number
}

/** What the worker is asked. */
export type LaneRequest =
  | { readonly id: number; readonly kind: 'start'; readonly start: LaneStart }
  | { readonly id: number; readonly kind: 'advance'; readonly advance: LaneAdvance }
  | { readonly id: number; readonly kind: 'judge'; readonly judge: LaneJudge }

/** What it answers; `start` and `advance` with a frame. */
export type LaneReply =
  | { readonly id: number; readonly kind: 'frame'; readonly frame: LaneFrame }
  | { readonly id: number; readonly kind: 'judgement'; readonly judgement: Judgement }
  | { readonly id: number; readonly kind: 'failure'; readonly message: string }
