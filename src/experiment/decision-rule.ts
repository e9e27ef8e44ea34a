/** @file The decision function of a registered loss, read off the very graph it trains with. */
import { unexpected } from '../base/errors.ts'
import { interpret } from '../graph/interpret.ts'
import * as ops from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { HeadSize, LossSettings } from '../loss/head.ts'
import type { MarginHead } from '../loss/margin-head.ts'
import { ownClass } from '../loss/margin-loss.ts'
import { type LossOptions, readOptions } from '../loss/options.ts'
import { lossByName, optionsOf } from '../loss/registry.ts'
import type { DecisionRule } from '../plot/sectors.ts'

const samples = 2048

/** Buffers as they start; scheduled scalars (annealing, ramps) as they end. */
const settled = (head: MarginHead, options: LossOptions, size: HeadSize, name: string): AnyValue => {
  const scalar = head.scheduled?.(options).find((one) => one.name === name)
  if (scalar !== undefined) return ops.scalar(scalar.valueAt(1e12))
  const buffer = head.buffers?.(size).find((one) => one.name === name)
  if (buffer === undefined) throw new RangeError(`The loss ${head.name} has nothing named ${name}`)
  return ops.broadcast(ops.scalar(buffer.initial), buffer.shape)
}

/** What the own cosine becomes, at equal steps of the angle from 0 to π. */
const tabulate = (head: MarginHead, options: LossOptions): Float64Array => {
  const size: HeadSize = { classes: 2, embeddingSize: 2 }
  const cosines = Float32Array.from({ length: samples + 1 }, (_, i) => Math.cos((Math.PI * i) / samples))
  if (head.adjust === undefined) return Float64Array.from(cosines)
  const ownCosine = ops.input('cosine', [samples + 1, 1])
  const labels = ops.constant([samples + 1], new Int32Array(samples + 1))
  const result = head.adjust({
    cosine: ops.concat([ownCosine, ops.multiply(ownCosine, 0)], 1),
    ownCosine,
    own: ownClass(labels, 2),
    norms: ops.broadcast(ops.scalar(1), [samples + 1, 1]),
    scale: 1,
    size,
    options,
    option: (name) => options.number(name),
    value: (name) => settled(head, options, size, name),
  })
  const table = interpret({ name: 'own', outputs: { own: result.own } }, { cosine: cosines })['own']
  if (table === undefined) throw new RangeError(`The loss ${head.name} gave no own cosine`)
  return table.data
}

/**
 * How a loss decides and what it asks of the own cosine; annealed losses as they end, adaptive ones as they begin.
 * @throws UsageError on an unknown name or option, and on a loss without class weights
 */
export function decisionRule(settings: LossSettings): DecisionRule {
  const loss = lossByName(settings.name)
  if (loss.kind !== 'margin') throw unexpected('loss', 'one with class weights', settings.name)
  const options = readOptions(loss.name, optionsOf(loss), settings)
  const table = tabulate(loss, options)
  const own = (cosine: number): number => {
    const at = (Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI) * samples
    const low = Math.min(samples - 1, Math.floor(at))
    const share = at - low
    return (table[low] ?? 0) * (1 - share) + (table[low + 1] ?? 0) * share
  }
  return {
    normaliseWeights: loss.normaliseWeights,
    own: loss.adjust === undefined ? (cosine) => cosine : own,
  }
}
