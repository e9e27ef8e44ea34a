/** @file A training step as pure graphs: (state, batch, learning rate) → (state', metrics). */
import { gradients } from '../graph/gradient.ts'
import * as ops from '../graph/ops.ts'
import { simplify } from '../graph/simplify.ts'
import type { AnyValue, Graph } from '../graph/value.ts'
import type { HeadResult } from '../loss/head.ts'
import { clipFactor, squaredNorms } from '../optim/clip.ts'
import { sgdUpdate } from '../optim/sgd.ts'
import {
  accumulatedName,
  pendingName,
  trainedArrays,
  velocityName,
  type Recipe,
  type TrainedArray,
} from './recipe.ts'
import { watchGraph } from './watch.ts'

/** Names of what is fed and returned; none of them is a state's. */
export const feedNames = {
  pixels: 'pixels',
  labels: 'labels',
  learningRate: 'learningRate',
  keep: 'keep',
} as const
export const resultNames = {
  metrics: 'metrics',
  gradientNorms: 'gradientNorms',
  embedding: 'embedding',
  deadPrelus: 'deadPrelus',
} as const

/** The programs of a session that trains this recipe, and the state they share. */
export interface StepPrograms {
  readonly state: Readonly<Record<string, readonly number[]>>
  /** `step`, or `accumulate` and `update` where the batch comes in parts; always `embed`; `watch` where it is asked for. */
  readonly programs: Readonly<Record<string, Graph>>
}

interface Forward {
  readonly trained: readonly TrainedArray[]
  readonly values: Readonly<Record<string, AnyValue>>
  readonly gradients: readonly AnyValue[]
  readonly head: HeadResult
  readonly buffers: Readonly<Record<string, AnyValue>>
}

const inputsFor = (arrays: readonly { name: string; shape: readonly number[] }[]): Record<string, AnyValue> =>
  Object.fromEntries(arrays.map(({ name, shape }) => [name, ops.input(name, shape)]))

interface Buffer {
  readonly name: string
  readonly shape: readonly number[]
}

const buffersOf = ({ network, head }: Recipe): readonly Buffer[] => [...network.buffers, ...head.buffers]

const asFed = ({ name, shape }: Buffer): AnyValue => ops.input(name, shape)

const forward = (recipe: Recipe, bufferBefore: (buffer: Buffer) => AnyValue = asFed): Forward => {
  const { network, head, size, batch, accumulate } = recipe
  const trained = trainedArrays(recipe)
  const images = batch / accumulate
  const values = {
    ...inputsFor(trained),
    ...Object.fromEntries(buffersOf(recipe).map((buffer) => [buffer.name, bufferBefore(buffer)])),
    ...inputsFor(head.scheduled.map(({ name }) => ({ name, shape: [] }))),
  }
  const pixels = ops.input(feedNames.pixels, [images, 3, size.height, size.width])
  const labels = ops.input(feedNames.labels, [images], 'int32')
  const features = network.build(pixels, values, 'train')
  const result = head.build(features.output, labels, values)
  return {
    trained,
    values,
    gradients: gradients(
      result.loss,
      trained.map(({ name }) => valueAt(values, name)),
    ),
    head: result,
    buffers: { ...features.buffers, ...result.buffers },
  }
}

const valueAt = (values: Readonly<Record<string, AnyValue>>, name: string): AnyValue => {
  const value = values[name]
  if (value === undefined) throw new RangeError(`the step has no value named ${name}`)
  return value
}

const vector = (scalars: readonly AnyValue[]): AnyValue =>
  ops.concat(
    scalars.map((value) => ops.reshape(value, [1])),
    0,
  )

const headMetrics = ({ loss, metrics }: HeadResult): AnyValue[] => [
  loss,
  metrics.ownCosine,
  metrics.nearestCosine,
  metrics.winShare,
  metrics.embeddingNorm,
]

/**
 * Finite only where every element of every value is: one more number for the guard, so that no state is taken over that
 * is not finite. An infinity or NaN stays one in a sum.
 */
const sumOf = (values: readonly AnyValue[]): AnyValue =>
  values.length === 0 ? ops.scalar(0) : ops.sum(vector(values.map((value) => ops.sum(value))))

/** The optimizer's outputs for gradients that are already whole. */
const updates = (
  { momentum, weightDecay, clip }: Recipe,
  trained: readonly TrainedArray[],
  values: Readonly<Record<string, AnyValue>>,
  whole: readonly AnyValue[],
): {
  readonly state: Record<string, AnyValue>
  readonly norm: AnyValue
  readonly norms: AnyValue
  readonly stateSum: AnyValue
} => {
  const squares = squaredNorms(whole)
  const norm = ops.sqrt(ops.sum(vector(squares)))
  const learningRate = ops.input(feedNames.learningRate, [])
  const factor = clip > 0 ? clipFactor(norm, clip) : undefined
  const state: Record<string, AnyValue> = {}
  trained.forEach(({ name, shape, decay }, index) => {
    const gradient = whole[index] ?? ops.scalar(0)
    const next = sgdUpdate(
      {
        parameter: valueAt(values, name),
        velocity: ops.input(velocityName(name), shape),
        gradient: factor === undefined ? gradient : ops.multiply(gradient, factor),
      },
      learningRate,
      { momentum, weightDecay: decay ? weightDecay : 0 },
    )
    state[name] = next.parameter
    state[velocityName(name)] = next.velocity
  })
  // w − lr·v is finite only where v is, so the velocities need no look of their own
  const stateSum = sumOf(trained.map(({ name }) => valueAt(state, name)))
  return { state, norm, norms: ops.sqrt(vector(squares)), stateSum }
}

const wholeStep = (recipe: Recipe): Graph => {
  const { trained, values, gradients: whole, head, buffers } = forward(recipe)
  const { state, norm, norms, stateSum } = updates(recipe, trained, values, whole)
  const buffersSum = sumOf(Object.values(buffers))
  return {
    name: 'step',
    outputs: {
      ...state,
      ...buffers,
      [resultNames.metrics]: vector([...headMetrics(head), norm, ops.add(stateSum, buffersSum)]),
      [resultNames.gradientNorms]: norms,
    },
  }
}

/**
 * Adds a part's gradient, divided by the number of parts; `keep` 0 begins anew, 1 goes on. What the parts do to the
 * buffers is kept apart until the update: a batch that is refused has moved none.
 */
const accumulateStep = (recipe: Recipe): Graph => {
  const goesOn = ops.greater(ops.input(feedNames.keep, []), 0.5)
  const {
    trained,
    gradients: part,
    head,
    buffers,
  } = forward(recipe, ({ name, shape }) =>
    ops.select(goesOn, ops.input(pendingName(name), shape), ops.input(name, shape)),
  )
  const sums = trained.map(({ name, shape }, index) => {
    // chosen, not multiplied by 0: what a refused batch left may not be finite
    const kept = ops.select(goesOn, ops.input(accumulatedName(name), shape), 0)
    return [
      accumulatedName(name),
      ops.add(kept, ops.multiply(part[index] ?? 0, 1 / recipe.accumulate)),
    ] as const
  })
  return {
    name: 'accumulate',
    outputs: {
      ...Object.fromEntries(sums),
      ...Object.fromEntries(Object.entries(buffers).map(([name, value]) => [pendingName(name), value])),
      [resultNames.metrics]: vector([...headMetrics(head), sumOf(Object.values(buffers))]),
    },
  }
}

const updateStep = (recipe: Recipe): Graph => {
  const trained = trainedArrays(recipe)
  const values = inputsFor(trained)
  const whole = trained.map(({ name, shape }) => ops.input(accumulatedName(name), shape))
  const { state, norm, norms, stateSum } = updates(recipe, trained, values, whole)
  return {
    name: 'update',
    outputs: {
      ...state,
      ...Object.fromEntries(
        buffersOf(recipe).map(({ name, shape }) => [name, ops.input(pendingName(name), shape)]),
      ),
      [resultNames.metrics]: vector([norm, stateSum]),
      [resultNames.gradientNorms]: norms,
    },
  }
}

/** The embedding [N, D], raw, of the fed pixels. */
export function embeddingOf({ network, size }: Pick<Recipe, 'network' | 'size'>, images: number): AnyValue {
  const values = inputsFor([...network.parameters, ...network.buffers])
  const pixels = ops.input(feedNames.pixels, [images, 3, size.height, size.width])
  return network.build(pixels, values, 'infer').output
}

/** pixels [N, 3, H, W] → embedding [N, D], raw. */
export function embedGraph(recipe: Pick<Recipe, 'network' | 'size'>, images: number): Graph {
  return { name: 'embed', outputs: { [resultNames.embedding]: embeddingOf(recipe, images) } }
}

/** pixels [N, 3, H, W] → the share of dead channels of each PReLU [L]; nothing where there is none. */
const watchPrograms = (recipe: Recipe): readonly Graph[] => {
  if (recipe.watched !== true) return []
  const graph = watchGraph(embeddingOf(recipe, recipe.embedBatch), resultNames.deadPrelus)
  return graph === undefined ? [] : [graph]
}

/** The programs and the state of a recipe. @throws RangeError where `accumulate` does not divide `batch`. */
export function stepPrograms(recipe: Recipe): StepPrograms {
  const { batch, accumulate, embedBatch } = recipe
  if (batch % accumulate !== 0)
    throw new RangeError(`a batch of ${batch} cannot be split into ${accumulate} equal parts`)
  const trained = trainedArrays(recipe)
  const shapes = (
    entries: readonly { name: string; shape: readonly number[] }[],
    rename = (name: string): string => name,
  ) => Object.fromEntries(entries.map(({ name, shape }) => [rename(name), shape]))
  const training = accumulate === 1 ? [wholeStep(recipe)] : [accumulateStep(recipe), updateStep(recipe)]
  return {
    state: {
      ...shapes(trained),
      ...shapes(trained, velocityName),
      ...(accumulate === 1 ? {} : shapes(trained, accumulatedName)),
      ...shapes(buffersOf(recipe)),
      ...(accumulate === 1 ? {} : shapes(buffersOf(recipe), pendingName)),
    },
    programs: Object.fromEntries(
      [...training, embedGraph(recipe, embedBatch), ...watchPrograms(recipe)].map((graph) => [
        graph.name,
        simplify(graph),
      ]),
    ),
  }
}
