/** @file A session that trains one recipe: initial state, one update, embedding, reading the state back. */
import { breather } from '../base/breather.ts'
import { initialiseResting } from '../nn/initialise.ts'
import type { Batch } from '../data/dataset.ts'
import type { OpenSession, Session } from '../runtime/session.ts'
import type { Device } from '../runtime/session.ts'
import type { Plan } from '../onnx/plan.ts'
import { zeros, type Tensor } from '../tensor/tensor.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { StepMetrics } from './events.ts'
import { readMetrics } from './metrics.ts'
import { fastest } from './pace.ts'
import { accumulatedName, trainedArrays, velocityName, type Recipe } from './recipe.ts'
import { embeddingOf, feedNames, resultNames, stepPrograms, type StepPrograms } from './step.ts'
import { preluLayers, type ByLayer } from './watch.ts'

/** What one update reports. */
export interface StepReport {
  readonly metrics: StepMetrics
  /** ‖gradient‖ of each trained array, in the order of `trainedArrays`. */
  readonly gradientNorms: Float32Array
  /** False where loss or gradient was not finite; the state is then as it was before. */
  readonly accepted: boolean
}

export interface TrainerOptions {
  readonly openSession: OpenSession
  readonly device: Device
  readonly threads: number
  readonly seed: number
  readonly plan?: Plan
}

/** Owns the session of a training. Close with `await using`. */
export class Trainer implements AsyncDisposable {
  readonly session: Session
  readonly recipe: Recipe
  readonly programs: StepPrograms

  private constructor(session: Session, recipe: Recipe, programs: StepPrograms) {
    this.session = session
    this.recipe = recipe
    this.programs = programs
  }

  /** Compiles the recipe and draws the initial state from the seed. */
  static async open(
    recipe: Recipe,
    { openSession, device, threads, seed, plan }: TrainerOptions,
  ): Promise<Trainer> {
    const programs = stepPrograms(recipe)
    const session = await openSession({
      ...programs,
      device,
      threads,
      ...(plan === undefined ? {} : { plan }),
    })
    const trainer = new Trainer(session, recipe, programs)
    try {
      await session.writeState(await initialState(recipe, seed))
    } catch (error) {
      await session[Symbol.asyncDispose]()
      throw error
    }
    return trainer
  }

  /** One update of the weights from one batch. */
  async step(batch: Batch, learningRate: number, iteration: number): Promise<StepReport> {
    const { accumulate } = this.recipe
    if (accumulate === 1) {
      const results = await this.#forwardBackward(batch, 0, learningRate, iteration)
      return report([result(results, resultNames.metrics)], result(results, resultNames.gradientNorms))
    }
    const vectors: Tensor[] = []
    for (let index = 0; index < accumulate; index++) {
      const part = partOf(batch, index, accumulate)
      vectors.push(
        result(await this.#forwardBackward(part, index, learningRate, iteration), resultNames.metrics),
      )
      if (!finite(vectors.at(-1))) return report(vectors, { shape: [0], data: new Float32Array(0) }, NaN)
    }
    const feeds = { [feedNames.learningRate]: scalarFeed(learningRate) }
    const results = await this.session.run('update', feeds, { guard: resultNames.metrics })
    return report(
      vectors,
      result(results, resultNames.gradientNorms),
      result(results, resultNames.metrics).data[0] ?? NaN,
    )
  }

  /** The whole step, or with parts the gradient of part `index` added to those before it. */
  #forwardBackward(
    { pixels, labels }: Batch,
    index: number,
    learningRate: number,
    iteration = 0,
  ): Promise<Readonly<Record<string, Tensor>>> {
    const { size, head, accumulate } = this.recipe
    const feeds = {
      [feedNames.pixels]: { shape: [labels.length, 3, size.height, size.width], data: pixels },
      [feedNames.labels]: { shape: [labels.length], data: labels },
      ...Object.fromEntries(
        head.scheduled.map(({ name, valueAt }) => [name, scalarFeed(valueAt(iteration))]),
      ),
    }
    const own =
      accumulate === 1
        ? { [feedNames.learningRate]: scalarFeed(learningRate) }
        : { [feedNames.keep]: scalarFeed(index === 0 ? 0 : 1) }
    return this.session.run(
      accumulate === 1 ? 'step' : 'accumulate',
      { ...feeds, ...own },
      { guard: resultNames.metrics },
    )
  }

  /**
   * Seconds one update takes, measured on a batch of NaN, of which the fastest of a few runs counts: the guard refuses the
   * outcome, so nothing changes.
   */
  async rehearse(): Promise<number> {
    const { batch, accumulate, size } = this.recipe
    const images = batch / accumulate
    const pixels = new Float32Array(images * 3 * size.height * size.width).fill(NaN)
    const part: Batch = { pixels, labels: new Int32Array(images) }
    const once = async (): Promise<number> => {
      const start = performance.now()
      await this.#forwardBackward(part, 0, 1)
      return (performance.now() - start) / 1000
    }
    return (await fastest(once)) * accumulate
  }

  /** Raw embeddings [N, D] of prepared pixels [N, 3, H, W] with the current weights. */
  async embed(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { size, embedBatch } = this.recipe
    const each = 3 * size.height * size.width
    const parts: Float32Array[] = []
    for (let start = 0; start < count; start += embedBatch) {
      const images = Math.min(embedBatch, count - start)
      const feed = new Float32Array(embedBatch * each)
      feed.set(pixels.subarray(start * each, (start + images) * each))
      const shape = [embedBatch, 3, size.height, size.width]
      const results = await this.session.run('embed', { [feedNames.pixels]: { shape, data: feed } })
      const { data, shape: found } = result(results, resultNames.embedding)
      parts.push(data.subarray(0, images * (found[1] ?? 1)))
    }
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  /** The share of dead channels of each PReLU over the first images of a batch; empty where none is watched. */
  async deadPrelus({ pixels, labels }: Batch): Promise<ByLayer> {
    const { size, embedBatch } = this.recipe
    if (this.programs.programs['watch'] === undefined) return {}
    const data = pixels.subarray(0, (embedBatch * pixels.length) / labels.length)
    const shape = [embedBatch, 3, size.height, size.width]
    const results = await this.session.run('watch', { [feedNames.pixels]: { shape, data } })
    const shares = result(results, resultNames.deadPrelus).data
    return Object.fromEntries(
      preluLayers(embeddingOf(this.recipe, 1)).map((layer, index) => [layer, shares[index] ?? 0]),
    )
  }

  /** Everything a checkpoint keeps, in canonical layout. */
  async state(): Promise<Map<string, Tensor>> {
    return this.session.readState(this.#savedNames())
  }

  /** Takes up a checkpoint's state. */
  async restore(state: ReadonlyMap<string, Tensor>): Promise<void> {
    await this.session.writeState(
      new Map(
        this.#savedNames().flatMap((name) => {
          const value = state.get(name)
          return value === undefined ? [] : [[name, value]]
        }),
      ),
    )
  }

  /** The names and shapes a checkpoint must have. */
  savedShapes(): Record<string, readonly number[]> {
    return Object.fromEntries(this.#savedNames().map((name) => [name, this.programs.state[name] ?? []]))
  }

  #savedNames(): string[] {
    const transient = new Set(trainedArrays(this.recipe).map(({ name }) => accumulatedName(name)))
    return Object.keys(this.programs.state).filter((name) => !transient.has(name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]()
  }
}

/** Part `index` of `parts` equal ones. */
const partOf = ({ pixels, labels }: Batch, index: number, parts: number): Batch => ({
  pixels: pixels.subarray((index * pixels.length) / parts, ((index + 1) * pixels.length) / parts),
  labels: labels.subarray((index * labels.length) / parts, ((index + 1) * labels.length) / parts),
})

const scalarFeed = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) })

const result = (results: Readonly<Record<string, Tensor>>, name: string): Tensor => {
  const found = results[name]
  if (found === undefined) throw new RangeError(`the session returned no ${name}`)
  return found
}

const finite = (vector: Tensor | undefined): boolean =>
  vector !== undefined && vector.data.every(Number.isFinite)

const report = (vectors: readonly Tensor[], norms: Tensor, gradientNorm?: number): StepReport => ({
  metrics: readMetrics(vectors, gradientNorm),
  gradientNorms: norms.data,
  accepted: vectors.every(finite) && (gradientNorm === undefined || Number.isFinite(gradientNorm)),
})

/** The state before the first update: parameters drawn from the seed, velocities 0, buffers as declared. */
export async function initialState(recipe: Recipe, seed: number): Promise<Map<string, Tensor>> {
  const { network, head, accumulate } = recipe
  const state = new Map<string, Tensor>()
  const rest = breather()
  for (const parameter of [...network.parameters, ...head.parameters]) {
    state.set(parameter.name, await initialiseResting(parameter, seed, rest))
    state.set(velocityName(parameter.name), zeros(parameter.shape))
    if (accumulate > 1) state.set(accumulatedName(parameter.name), zeros(parameter.shape))
  }
  for (const { name, shape, initial } of [...network.buffers, ...head.buffers]) {
    state.set(name, { shape, data: new Float32Array(sizeOf(shape)).fill(initial) })
  }
  return state
}
