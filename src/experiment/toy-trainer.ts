/** @file One toy training that can be stepped, looked at and turned by hand; `trainToy` and the lab stand on it. */
import { checkInteger } from '../base/check.ts'
import { random, shuffled } from '../base/random.ts'
import { buildHead, weightName } from '../loss/build.ts'
import type { BuiltHead, LossSettings } from '../loss/head.ts'
import type { MarginAdvice } from '../loss/check-margin.ts'
import type { Network } from '../nn/parameter.ts'
import type { DecisionRule } from '../plot/sectors.ts'
import type { Device, OpenSession } from '../runtime/session.ts'
import type { Batch } from '../data/dataset.ts'
import type { StepMetrics } from '../train/events.ts'
import { Trainer } from '../train/trainer.ts'
import { decisionRule } from './decision-rule.ts'
import type { ToyData, ToySamples } from './toy-data.ts'
import { judgeSample, type Judgement } from './toy-judge.ts'
import { knobsOf, lossAt, turned, type ToyKnobs, withKnobs } from './toy-knobs.ts'
import { measureToy, type ToyMeasure, type ToyPoints } from './toy-measure.ts'
import { toyConvolution, toyPerceptron } from './toy-network.ts'

/** What is trained. */
export interface ToySetting {
  readonly loss: LossSettings
  readonly seed: number
  /** @defaultValue 64 */
  readonly batch?: number
  /** D, 2 or 3: what can be looked at. @defaultValue 2 */
  readonly dimensions?: number
  /**
   * `light` is a convolution a third as expensive, for processors without fast kernels.
   * @defaultValue 'convolution' for pictures of more than 64 pixels, else 'perceptron'
   */
  readonly network?: 'perceptron' | 'convolution' | 'light'
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

const networks: {
  readonly [K in NonNullable<ToySetting['network']>]: (data: ToyData, dimensions: number) => Network
} = {
  perceptron: ({ size }, dimensions) => toyPerceptron(size, dimensions),
  convolution: ({ size }, dimensions) => toyConvolution(size, dimensions),
  light: ({ size }, dimensions) => toyConvolution(size, dimensions, [8, 16, 32]),
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

const gather = ({ pixels, labels }: ToySamples, rows: readonly number[], each: number): Batch => {
  const taken = new Float32Array(rows.length * each)
  rows.forEach((row, index) => taken.set(pixels.subarray(row * each, (row + 1) * each), index * each))
  return { pixels: taken, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
}

/** A toy training in progress. Close with `await using`. */
export class ToyTrainer implements AsyncDisposable {
  /** Updates made so far. */
  iteration = 0
  readonly dimensions: number
  readonly #loss: LossSettings
  readonly #data: ToyData
  readonly #trainer: Trainer
  readonly #head: BuiltHead
  readonly #rowsOf: (iteration: number) => number[]
  readonly #position: { knobs: Omit<ToyKnobs, 'learningRate'> }

  private constructor(
    setting: ToySetting,
    data: ToyData,
    trainer: Trainer,
    head: BuiltHead,
    position: { knobs: Omit<ToyKnobs, 'learningRate'> },
  ) {
    const { loss, seed, batch = 64, dimensions = 2 } = setting
    this.#loss = loss
    this.#data = data
    this.#trainer = trainer
    this.#head = head
    this.#position = position
    this.#rowsOf = batchRows(data.train.labels.length, batch, seed)
    this.dimensions = dimensions
  }

  /** Draws the first weights from the seed. @throws UsageError on a loss, option or number that cannot be */
  static async open(
    setting: ToySetting,
    data: ToyData,
    { openSession, device = 'cpu', threads = 1 }: ToySurroundings,
  ): Promise<ToyTrainer> {
    const { loss, seed, batch = 64, dimensions = 2 } = setting
    checkInteger('batch', batch, { min: 1, max: 4096 })
    checkInteger('dimensions', dimensions, { min: 2, max: 3 })
    const { classes, size } = data
    const headSize = { classes, embeddingSize: dimensions }
    // checked as it was asked for; the head with knobs holds stand-ins
    decisionRule(loss)
    buildHead(loss, headSize)
    const position = { knobs: knobsOf(loss) }
    const head = turned(buildHead(withKnobs(loss), headSize), () => position.knobs)
    const kind = setting.network ?? (size.height * size.width > 64 ? 'convolution' : 'perceptron')
    const trainer = await Trainer.open(
      {
        network: networks[kind](data, dimensions),
        head,
        size,
        classes,
        batch,
        accumulate: 1,
        momentum: 0.9,
        weightDecay: 5e-4,
        // one unlucky batch must not throw the features of a network this small far away
        clip: 5,
        embedBatch: 128,
      },
      { openSession, device, threads, seed },
    )
    return new ToyTrainer(setting, data, trainer, head, position)
  }

  /** The loss as its knobs stand. */
  get loss(): LossSettings {
    return lossAt(this.#loss, this.#position.knobs)
  }

  /** How the loss decides. */
  get rule(): DecisionRule {
    return decisionRule(this.loss)
  }

  /** Settings that can be made but hardly work, and what can. */
  get advice(): MarginAdvice {
    return buildHead(this.loss, { classes: this.#data.classes, embeddingSize: this.dimensions })
  }

  /** One update. */
  async step({ learningRate, ...knobs }: ToyKnobs): Promise<StepMetrics> {
    this.#position.knobs = knobs
    const { size, train } = this.#data
    const rows = this.#rowsOf(this.iteration)
    const batch = gather(train, rows, 3 * size.height * size.width)
    const { metrics } = await this.#trainer.step(batch, learningRate, this.iteration)
    this.iteration += 1
    return metrics
  }

  /** Class weights [C, D], raw. */
  async weights(): Promise<Float32Array> {
    const state = await this.#trainer.session.readState([weightName])
    return state.get(weightName)?.data ?? new Float32Array(0)
  }

  /**
   * The features of one set, and what they come to.
   * @param every 2 looks at every second sample, and so on
   */
  async measure(set: 'train' | 'heldOut', every: number = 1): Promise<ToyPoints & ToyMeasure> {
    const { size } = this.#data
    const all = this.#data[set]
    const rows = Array.from({ length: Math.ceil(all.labels.length / every) }, (_, index) => index * every)
    const { pixels, labels } = every === 1 ? all : gather(all, rows, 3 * size.height * size.width)
    const found = { features: await this.#trainer.embed(pixels, labels.length), labels }
    return { ...found, ...measureToy(found, await this.weights(), this.rule, this.dimensions) }
  }

  /** What the loss makes of one raw feature [D] of class `label`: computed from the graph that trains. */
  async judge(feature: ArrayLike<number>, label: number): Promise<Judgement> {
    const { parameters, buffers } = this.#head
    const names = [...parameters, ...buffers].map(({ name }) => name)
    const state = await this.#trainer.session.readState(names)
    return judgeSample(this.#head, { feature, label, state, iteration: this.iteration })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#trainer[Symbol.asyncDispose]()
  }
}
