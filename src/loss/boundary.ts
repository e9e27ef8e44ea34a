/** @file Who a sample between two classes belongs to, by the losses' own definitions: the picture of Fig 2. */
import { interpret } from '../graph/interpret.ts'
import { input, multiply, reshape, scalar, sliceAxis, subtract } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import type { HeadBuffer, LossSettings } from './head.ts'
import type { MarginHead } from './margin-head.ts'
import { ownClass } from './margin-loss.ts'
import { readOptions, type LossOptions } from './options.ts'
import { marginShare } from './ramps.ts'
import { lossByName, optionsOf } from './registry.ts'

/** What two classes and a sample are like beside their angles. */
export interface TwoClasses {
  /** ‖W_1‖ and ‖W_2‖, or the centres'; they matter only where a loss leaves these lengths. @defaultValue [1, 1] */
  readonly weightNorms?: readonly [number, number]
  /** ‖x‖; it matters where the margin follows it. @defaultValue 20 */
  readonly featureNorm?: number
  /** The iteration, for losses that change while training. @defaultValue the end, when every ramp is over */
  readonly iteration?: number
}

/** Where a point lies. `both`: either label is satisfied. `neither`: none is, the margin. */
export type Region = 'first' | 'second' | 'both' | 'neither'

/** By how much each label is satisfied at each of N points, in units of cos θ; 0 on the boundary. */
export interface Decisions {
  /** Own value of class 1 minus the value of class 2, for samples labelled 1. */
  readonly first: Float64Array
  /** The same the other way round, for samples labelled 2. */
  readonly second: Float64Array
}

/** The region of a point from its two decisions. */
export function regionOf(first: number, second: number): Region {
  if (first >= 0) return second >= 0 ? 'both' : 'first'
  return second >= 0 ? 'second' : 'neither'
}

interface Setting {
  readonly head: MarginHead
  readonly options: LossOptions
}

const settingOf = (head: MarginHead, settings: LossSettings): Setting => {
  // AdaCos: the scale moves no boundary, and its search would look at all points at once
  const still =
    head.name === 'adacos' ? { ...settings, options: { ...settings.options, fixed: true } } : settings
  return { head, options: readOptions(head.name, optionsOf(head), still) }
}

/** The decisions for samples of one label: own value minus the other's. */
const decisionsOf = (
  { head, options }: Setting,
  label: 0 | 1,
  cosine: AnyValue,
  two: Required<TwoClasses>,
): AnyValue => {
  const samples = cosine.shape[0] ?? 1
  const column = (of: AnyValue, which: 0 | 1): AnyValue => sliceAxis(of, 1, which, which + 1)
  const ownCosine = column(cosine, label)
  const constants = new Map<string, AnyValue>()
  const buffers: readonly HeadBuffer[] = head.buffers?.({ classes: 2, embeddingSize: 2 }) ?? []
  for (const { name, initial } of buffers) constants.set(name, scalar(Number.isFinite(initial) ? initial : 0))
  for (const { name, valueAt } of head.scheduled?.(options) ?? [])
    constants.set(name, scalar(valueAt(two.iteration)))
  const share = marginShare(options, two.iteration)
  const adjusted = head.adjust?.({
    cosine,
    ownCosine,
    own: ownClass(input('labels', [samples], 'int32'), 2),
    norms: input('norms', [samples, 1]),
    scale: 1,
    size: { classes: 2, embeddingSize: 2 },
    options,
    option: (name) => options.number(name) * (head.ramped.includes(name) ? share : 1),
    value: (name) => constants.get(name) ?? scalar(0),
  })
  const weight = (which: 0 | 1): number => (head.normaliseWeights ? 1 : two.weightNorms[which])
  const other = label === 0 ? 1 : 0
  const rival = column(adjusted?.others ?? cosine, other)
  return reshape(
    subtract(multiply(adjusted?.own ?? ownCosine, weight(label)), multiply(rival, weight(other))),
    [samples],
  )
}

/** The decisions of a loss without class weights, whose sample lies between two people's images or centres. */
const slacksOf = (
  loss: EmbeddingLoss,
  settings: LossSettings,
  cosines: Float64Array,
  { weightNorms, featureNorm: sample }: Required<TwoClasses>,
): Decisions => {
  const options = readOptions(loss.name, optionsOf(loss), settings)
  const run = (label: 0 | 1): Float64Array => {
    const norms = { sample, own: weightNorms[label], other: weightNorms[label === 0 ? 1 : 0] }
    return Float64Array.from({ length: cosines.length / 2 }, (_, row) => {
      const [one, two] = [cosines[2 * row] ?? 0, cosines[2 * row + 1] ?? 0]
      return loss.slack({ own: label === 0 ? one : two, other: label === 0 ? two : one, norms }, options)
    })
  }
  return { first: run(0), second: run(1) }
}

/**
 * The decisions at points given by their cosines to both classes; for a loss without class weights, to an image of each
 * or to their centres.
 * @param cosines pairs cos θ_1, cos θ_2, one after another, [N, 2]
 */
export function decisions(settings: LossSettings, cosines: Float64Array, two: TwoClasses = {}): Decisions {
  const filled: Required<TwoClasses> = {
    weightNorms: two.weightNorms ?? [1, 1],
    featureNorm: two.featureNorm ?? 20,
    iteration: two.iteration ?? 1e6,
  }
  const loss = lossByName(settings.name)
  if (loss.kind === 'embedding') return slacksOf(loss, settings, cosines, filled)
  const setting = settingOf(loss, settings)
  const samples = cosines.length / 2
  const cosine = input('cosine', [samples, 2])
  const run = (label: 0 | 1): Float64Array => {
    const graph = { name: 'decision', outputs: { value: decisionsOf(setting, label, cosine, filled) } }
    const feeds = {
      cosine: cosines,
      labels: new Int32Array(samples).fill(label),
      norms: new Float64Array(samples).fill(filled.featureNorm),
    }
    return Float64Array.from(interpret(graph, feeds)['value']?.data ?? [])
  }
  return { first: run(0), second: run(1) }
}

/** What the own cosine becomes, at each of the given cosines; for a class alone. */
export function targetCurve(
  settings: LossSettings,
  cosines: readonly number[],
  two: TwoClasses = {},
): number[] {
  const pairs = Float64Array.from(cosines.flatMap((cosine) => [cosine, -1]))
  const { first } = decisions(settings, pairs, two)
  // the other class stands opposite, at cos θ = −1
  const rival = two.weightNorms?.[1] ?? 1
  return Array.from(first, (value) => value - rival)
}
