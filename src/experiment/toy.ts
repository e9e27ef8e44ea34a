/** @file The paper's toy experiment (Fig 4): a few identities, two-dimensional features, watched while they are learned. */
import { checkInteger, checkNumber } from '../base/check.ts'
import { random, shuffled } from '../base/random.ts'
import { buildHead, weightName } from '../loss/build.ts'
import type { LossSettings } from '../loss/head.ts'
import type { Network } from '../nn/parameter.ts'
import type { DecisionRule } from '../plot/sectors.ts'
import type { Device, OpenSession } from '../runtime/session.ts'
import type { StepMetrics } from '../train/events.ts'
import { Trainer } from '../train/trainer.ts'
import { decisionRule } from './decision-rule.ts'
import type { ToyData, ToySamples } from './toy-data.ts'
import { measureToy, type ToyMeasure, type ToyPoints } from './toy-measure.ts'
import { toyConvolution, toyPerceptron } from './toy-network.ts'

/** What is trained and how. */
export interface ToyConfig {
  readonly loss: LossSettings
  readonly seed: number
  /** @defaultValue 600 */
  readonly iterations?: number
  /** @defaultValue 64 */
  readonly batch?: number
  /** Divided by ten at three fifths and at four fifths of the way. @defaultValue 0.02 */
  readonly learningRate?: number
  /** Iterations between frames; the first frame is before any step. @defaultValue 20 */
  readonly frameEvery?: number
  /** @defaultValue 'convolution' for pictures of more than 64 pixels, else 'perceptron' */
  readonly network?: 'perceptron' | 'convolution'
}

/** Where it runs. */
export interface ToySurroundings {
  readonly openSession: OpenSession
  /** @defaultValue 'cpu' */
  readonly device?: Device
  /** @defaultValue 1 */
  readonly threads?: number
  readonly signal?: AbortSignal
}

/** The state after `iteration` steps: all that a figure shows. */
export interface ToyFrame {
  readonly iteration: number
  readonly iterations: number
  /** Of the last step; absent before the first. */
  readonly metrics?: StepMetrics
  readonly train: ToyPoints & ToyMeasure
  readonly heldOut: ToyPoints & ToyMeasure
  /** Class weights [C, 2], raw. */
  readonly weights: Float32Array
  readonly rule: DecisionRule
  /** One line each: settings that can be made but hardly work. */
  readonly warnings: readonly string[]
}

const networks: { readonly [K in NonNullable<ToyConfig['network']>]: (data: ToyData) => Network } = {
  perceptron: ({ size }) => toyPerceptron(size, 2),
  convolution: ({ size }) => toyConvolution(size, 2),
}

/** The rows of one batch: each epoch passes through all samples in a new order; equal seeds give equal batches. */
const batchRows = (count: number, batch: number, seed: number): ((iteration: number) => number[]) => {
  const orders = new Map<number, number[]>()
  const order = (epoch: number): number[] => {
    const known = orders.get(epoch)
    if (known !== undefined) return known
    orders.clear()
    const fresh = shuffled(
      Array.from({ length: count }, (_, row) => row),
      random(seed, 'toy', 'epoch', epoch),
    )
    orders.set(epoch, fresh)
    return fresh
  }
  return (iteration) =>
    Array.from({ length: batch }, (_, index) => {
      const at = iteration * batch + index
      return order(Math.floor(at / count))[at % count] ?? 0
    })
}

const gather = ({ pixels, labels }: ToySamples, rows: readonly number[], each: number): ToySamples => {
  const taken = new Float32Array(rows.length * each)
  rows.forEach((row, index) => taken.set(pixels.subarray(row * each, (row + 1) * each), index * each))
  return { pixels: taken, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
}

/**
 * Trains two-dimensional features and yields a frame now and then, the first before any step, the last after all.
 * Equal configurations give equal frames on the same machine. Two losses with equal seeds see equal batches and equal
 * first weights.
 * @throws UsageError on a loss, option or number that cannot be
 */
export async function* trainToy(
  config: ToyConfig,
  data: ToyData,
  { openSession, device = 'cpu', threads = 1, signal }: ToySurroundings,
): AsyncGenerator<ToyFrame, void> {
  const { loss, seed, iterations = 600, batch = 64, learningRate = 0.02, frameEvery = 20 } = config
  checkInteger('iterations', iterations, { min: 1, max: 1_000_000 })
  checkInteger('batch', batch, { min: 1, max: 4096 })
  checkInteger('frameEvery', frameEvery, { min: 1 })
  checkNumber('learningRate', learningRate, { above: 0, max: 100 })
  const { classes, size } = data
  const rule = decisionRule(loss)
  const head = buildHead(loss, { classes, embeddingSize: 2 })
  await using trainer = await Trainer.open(
    {
      network:
        networks[config.network ?? (size.height * size.width > 64 ? 'convolution' : 'perceptron')](data),
      head,
      size,
      classes,
      batch,
      accumulate: 1,
      momentum: 0.9,
      weightDecay: 5e-4,
      // one unlucky batch must not throw the features of a network this small far away
      clip: 5,
      embedBatch: 256,
    },
    { openSession, device, threads, seed },
  )
  const each = 3 * size.height * size.width
  const rowsOf = batchRows(data.train.labels.length, batch, seed)
  const points = async (
    { pixels, labels }: ToySamples,
    weights: Float32Array,
  ): Promise<ToyPoints & ToyMeasure> => {
    const found = { features: await trainer.embed(pixels, labels.length), labels }
    return { ...found, ...measureToy(found, weights, rule) }
  }
  const frame = async (iteration: number, metrics?: StepMetrics): Promise<ToyFrame> => {
    const weights =
      (await trainer.session.readState([weightName])).get(weightName)?.data ?? new Float32Array(0)
    return {
      iteration,
      iterations,
      ...(metrics === undefined ? {} : { metrics }),
      train: await points(data.train, weights),
      heldOut: await points(data.heldOut, weights),
      weights,
      rule,
      warnings: head.warnings,
    }
  }
  yield await frame(0)
  for (let iteration = 0; iteration < iterations; iteration++) {
    signal?.throwIfAborted()
    const drops = [0.6, 0.8].filter((share) => iteration >= share * iterations).length
    const report = await trainer.step(
      gather(data.train, rowsOf(iteration), each),
      learningRate * 0.1 ** drops,
      iteration,
    )
    const isLast = iteration === iterations - 1
    if (isLast || (iteration + 1) % frameEvery === 0) yield await frame(iteration + 1, report.metrics)
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
