/** @file The paper's toy experiment (Fig 4): a few identities, two-dimensional features, watched while they are learned. */
import { checkInteger, checkNumber } from '../base/check.ts'
import { adviceInLines } from '../loss/check-margin.ts'
import type { LossSettings } from '../loss/head.ts'
import type { DecisionRule } from '../plot/sectors.ts'
import type { StepMetrics } from '../train/events.ts'
import type { ToyData } from './toy-data.ts'
import { knobsOf } from './toy-knobs.ts'
import type { ToyMeasure, ToyPoints } from './toy-measure.ts'
import { type ToySetting, type ToySurroundings, ToyTrainer } from './toy-trainer.ts'

/** What is trained and how. */
export interface ToyConfig extends ToySetting {
  /** @defaultValue 600 */
  readonly iterations?: number
  /** Divided by ten at three fifths and at four fifths of the way. @defaultValue 0.02 */
  readonly learningRate?: number
  /** Iterations between frames; the first frame is before any step. @defaultValue 20 */
  readonly frameEvery?: number
}

/** The state after `iteration` steps: all that a figure shows. */
export interface ToyFrame {
  readonly iteration: number
  readonly iterations: number
  /** Of the last step; absent before the first. */
  readonly metrics?: StepMetrics
  readonly train: ToyPoints & ToyMeasure
  readonly heldOut: ToyPoints & ToyMeasure
  /** Class weights [C, D], raw. */
  readonly weights: Float32Array
  readonly rule: DecisionRule
  /** One line each: settings that can be made but hardly work. */
  readonly warnings: readonly string[]
}

/**
 * Trains features of few dimensions and yields a frame now and then, the first before any step, the last after all.
 * Equal configurations give equal frames on the same machine. Two losses with equal seeds see equal batches and equal
 * first weights.
 * @throws UsageError on a loss, option or number that cannot be
 */
export async function* trainToy(
  config: ToyConfig,
  data: ToyData,
  surroundings: ToySurroundings,
): AsyncGenerator<ToyFrame, void> {
  const { iterations = 600, learningRate = 0.02, frameEvery = 20 } = config
  checkInteger('iterations', iterations, { min: 1, max: 1_000_000 })
  checkInteger('frameEvery', frameEvery, { min: 1 })
  checkNumber('learningRate', learningRate, { above: 0, max: 100 })
  await using trainer = await ToyTrainer.open(config, data, surroundings)
  const knobs = knobsOf(config.loss)
  const frame = async (metrics?: StepMetrics): Promise<ToyFrame> => ({
    iteration: trainer.iteration,
    iterations,
    ...(metrics === undefined ? {} : { metrics }),
    train: await trainer.measure('train'),
    heldOut: await trainer.measure('heldOut'),
    weights: await trainer.weights(),
    rule: trainer.rule,
    warnings: adviceInLines(trainer.advice),
  })
  yield await frame()
  for (let iteration = 0; iteration < iterations; iteration++) {
    surroundings.signal?.throwIfAborted()
    const drops = [0.6, 0.8].filter((share) => iteration >= share * iterations).length
    const metrics = await trainer.step({ ...knobs, learningRate: learningRate * 0.1 ** drops })
    const isLast = iteration === iterations - 1
    if (isLast || (iteration + 1) % frameEvery === 0) yield await frame(metrics)
  }
}

/** A frame with the loss it belongs to. */
export interface ToyComparisonFrame {
  readonly loss: LossSettings
  /** The loss's place in the list, counted from 0. */
  readonly index: number
  readonly frame: ToyFrame
}

/** Trains one loss after another on the same data, from the same first weights and in the same order of batches. */
export async function* compareToy(
  losses: readonly LossSettings[],
  config: Omit<ToyConfig, 'loss'>,
  data: ToyData,
  surroundings: ToySurroundings,
): AsyncGenerator<ToyComparisonFrame, void> {
  for (const [index, loss] of losses.entries())
    for await (const frame of trainToy({ ...config, loss }, data, surroundings)) yield { loss, index, frame }
}
