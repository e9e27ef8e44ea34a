/** @file Running a head on the float64 interpreter: the value, the metrics, the gradients. */
import { random } from '../src/base/random.ts'
import { gradients } from '../src/graph/gradient.ts'
import { interpret } from '../src/graph/interpret.ts'
import { input } from '../src/graph/ops.ts'
import type { AnyValue } from '../src/graph/value.ts'
import { buildHead } from '../src/loss/build.ts'
import type { LossSettings } from '../src/loss/head.ts'

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

const numbers = (value: { readonly data: ArrayLike<number> } | undefined): number[] => {
  if (value === undefined) throw new Error('the interpreter gave no such output')
  return Array.from(value.data)
}

/** Everything a head gives for one batch, in float64. Values left out start as the head says (xavier: zeros). */
export function runHead(given: HeadCase): HeadNumbers {
  const { classes, embeddingSize, labels } = given
  const head = buildHead(given.loss, { classes, embeddingSize })
  const features = input('features', [labels.length, embeddingSize])
  const inputs: Record<string, AnyValue> = {}
  const feeds: Record<string, readonly number[]> = { features: given.features, labels }
  for (const { name, shape } of [...head.parameters, ...head.buffers]) {
    inputs[name] = input(name, shape)
    const size = shape.reduce((product, length) => product * length, 1)
    const initial = head.buffers.find((buffer) => buffer.name === name)?.initial ?? 0
    feeds[name] = given.values?.[name] ?? new Array<number>(size).fill(initial)
  }
  for (const { name, valueAt } of head.scheduled) {
    inputs[name] = input(name, [])
    feeds[name] = [valueAt(given.iteration ?? 0)]
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
  const got = interpret({ name: 'head', outputs }, feeds)
  const one = (name: string): number => numbers(got[name])[0] ?? Number.NaN
  return {
    loss: one('loss'),
    metrics: {
      ownCosine: one('ownCosine'),
      nearestCosine: one('nearestCosine'),
      winShare: one('winShare'),
      embeddingNorm: one('embeddingNorm'),
    },
    logits: result.logits === undefined ? [] : numbers(got['logits']),
    buffers: Object.fromEntries(
      Object.keys(result.buffers).map((name) => [name, numbers(got[`buffer ${name}`])]),
    ),
    gradients: Object.fromEntries(wrt.map((name) => [name, numbers(got[`gradient ${name}`])])),
  }
}

/** `count` normal deviates of a seed. */
export function deviates(seed: number, what: string, count: number): number[] {
  const stream = random(seed, what)
  return Array.from({ length: count }, () => stream.normal())
}
