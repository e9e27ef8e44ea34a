/** @file Running a head on the float64 interpreter: the value, the metrics, the gradients. */
import { random } from '../src/base/random.ts'
import { gradients } from '../src/graph/gradient.ts'
import { interpret } from '../src/graph/interpret.ts'
import { input } from '../src/graph/ops.ts'
import type { AnyValue, Graph } from '../src/graph/value.ts'
import { buildHead } from '../src/loss/build.ts'
import type { LossSettings } from '../src/loss/head.ts'
import { sizeOf } from '../src/tensor/tensor.ts'

/** A batch for a head; weights and buffers by their names. */
export interface HeadCase {
  readonly loss: LossSettings
  readonly classes: number
  readonly embeddingSize: number
  readonly features: readonly number[]
  readonly labels: readonly number[]
  readonly values?: Readonly<Record<string, readonly number[]>>
  readonly iteration?: number
}

export interface HeadNumbers {
  readonly loss: number
  readonly metrics: Readonly<Record<'ownCosine' | 'nearestCosine' | 'winShare' | 'embeddingNorm', number>>
  readonly logits: readonly number[]
  readonly buffers: Readonly<Record<string, readonly number[]>>
  /** By name: `features` and every parameter. */
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

/** A head on one batch as a graph with what to feed it. */
export interface HeadProgram {
  readonly graph: Graph
  readonly feeds: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >
}

/** Outputs: `loss`, the metrics, `logits`, `gradient NAME`, `buffer NAME`. Values left out start as the head says. */
export function headProgram(given: HeadCase): HeadProgram {
  const { classes, embeddingSize, labels } = given
  const head = buildHead(given.loss, { classes, embeddingSize })
  const features = input('features', [labels.length, embeddingSize])
  const inputs: Record<string, AnyValue> = {}
  const feeds: Record<string, { shape: readonly number[]; data: readonly number[] }> = {
    features: { shape: features.shape, data: given.features },
    labels: { shape: [labels.length], data: labels },
  }
  for (const { name, shape } of [...head.parameters, ...head.buffers]) {
    inputs[name] = input(name, shape)
    const initial = head.buffers.find((buffer) => buffer.name === name)?.initial ?? 0
    feeds[name] = { shape, data: given.values?.[name] ?? new Array<number>(sizeOf(shape)).fill(initial) }
  }
  for (const { name, valueAt } of head.scheduled) {
    inputs[name] = input(name, [])
    feeds[name] = { shape: [], data: [valueAt(given.iteration ?? 0)] }
  }
  const result = head.build(features, input('labels', [labels.length], 'int32'), inputs)
  const wrt = ['features', ...head.parameters.map(({ name }) => name)]
  const slopes = gradients(
    result.loss,
    wrt.map((name) => (name === 'features' ? features : (inputs[name] ?? features))),
  )
  const outputs: Record<string, AnyValue> = { loss: result.loss, ...result.metrics }
  if (result.logits !== undefined) outputs['logits'] = result.logits
  wrt.forEach((name, index) => (outputs[`gradient ${name}`] = slopes[index] ?? features))
  for (const [name, value] of Object.entries(result.buffers)) outputs[`buffer ${name}`] = value
  return { graph: { name: 'head', outputs }, feeds }
}

const named = (
  got: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
  prefix: string,
): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(got)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { data }]) => [name.slice(prefix.length), Array.from(data)]),
  )

/** The outputs of a head's graph, by what they are. */
export function headNumbers(
  got: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
): HeadNumbers {
  const one = (name: string): number => got[name]?.data[0] ?? Number.NaN
  return {
    loss: one('loss'),
    metrics: {
      ownCosine: one('ownCosine'),
      nearestCosine: one('nearestCosine'),
      winShare: one('winShare'),
      embeddingNorm: one('embeddingNorm'),
    },
    logits: Array.from(got['logits']?.data ?? []),
    buffers: named(got, 'buffer '),
    gradients: named(got, 'gradient '),
  }
}

/** Everything a head gives for one batch, in float64. */
export function runHead(given: HeadCase): HeadNumbers {
  const { graph, feeds } = headProgram(given)
  const data = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.data]))
  return headNumbers(interpret(graph, data))
}

/** `count` normal deviates of a seed. */
export function deviates(seed: number, what: string, count: number): number[] {
  const stream = random(seed, what)
  return Array.from({ length: count }, () => stream.normal())
}
