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
import { accumulatedName, pendingName, trainedArrays, velocityName, type Recipe } from './recipe.ts'
import { checkLabels, partRun, stepRuns } from './step-feeds.ts'
import { embeddingOf, feedNames, resultNames, stepPrograms, type StepPrograms } from './step.ts'
import { preluLayers, type ByLayer } from './watch.ts'

/** What one update reports. */
export interface StepReport {
  readonly metrics: StepMetrics
  /** ‖gradient‖ of each trained array, in the order of `trainedArrays`. */
  readonly gradientNorms: Float32Array
  /** False where loss, gradient or the state to be was not finite; the state is then as it was before. */
  readonly accepted: boolean
  /** The first of them that was not finite, where the update was refused. */
  readonly notFinite?: 'loss' | 'gradient' | 'update'
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

  /**
   * One update of the weights from one batch. A refused one leaves the whole state as it was, buffers included.
   * @throws DataError where a label is outside [0, classes); nothing is run then
   */
  async step(batch: Batch, learningRate: number, iteration: number): Promise<StepReport> {
    checkLabels(batch.labels, this.recipe.classes, iteration)
    const vectors: Tensor[] = []
    let norms = noNorms
    for (const { program, feeds } of stepRuns(this.recipe, batch, learningRate, iteration)) {
      const results = await this.session.run(program, feeds, { guard: resultNames.metrics })
      const metrics = result(results, resultNames.metrics)
      norms = results[resultNames.gradientNorms] ?? noNorms
      if (program === 'update') return report(vectors, norms, metrics)
      vectors.push(metrics)
      if (!finite(metrics)) break
    }
    return report(vectors, norms)
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
    const { program, feeds } = partRun(this.recipe, part, { index: 0, learningRate: 1, iteration: 0 })
    const once = async (): Promise<number> => {
      const start = performance.now()
      await this.session.run(program, feeds, { guard: resultNames.metrics })
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
    const { network, head } = this.recipe
    const transient = new Set([
      ...trainedArrays(this.recipe).map(({ name }) => accumulatedName(name)),
      ...[...network.buffers, ...head.buffers].map(({ name }) => pendingName(name)),
    ])
    return Object.keys(this.programs.state).filter((name) => !transient.has(name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]()
  }
}

const result = (results: Readonly<Record<string, Tensor>>, name: string): Tensor => {
  const found = results[name]
  if (found === undefined) throw new RangeError(`the session returned no ${name}`)
  return found
}

const finite = (vector: Tensor | undefined): boolean =>
  vector !== undefined && vector.data.every(Number.isFinite)

const noNorms: Tensor = { shape: [0], data: new Float32Array(0) }

/** From the metrics of every part that was run, and of the update where it has a run of its own. */
const report = (parts: readonly Tensor[], norms: Tensor, update?: Tensor): StepReport => {
  const metrics = readMetrics(parts, update?.data[0])
  const accepted = parts.every(finite) && (update === undefined || finite(update))
  return {
    metrics,
    gradientNorms: norms.data,
    accepted,
    ...(accepted ? {} : { notFinite: whatIsNot(metrics, update !== undefined || parts.length === 1) }),
  }
}

const whatIsNot = (
  { loss, gradientNorm }: StepMetrics,
  gradientKnown: boolean,
): 'loss' | 'gradient' | 'update' => {
  if (!Number.isFinite(loss)) return 'loss'
  return gradientKnown && !Number.isFinite(gradientNorm) ? 'gradient' : 'update'
}

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
    if (accumulate > 1) state.set(pendingName(name), zeros(shape))
  }
  return state
}
