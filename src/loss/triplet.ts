/** @file Triplet loss with mining within the batch: semi-hard (FaceNet) or batch-hard. */
import {
  add,
  divide,
  greater,
  max,
  maximum,
  multiply,
  negate,
  reshape,
  select,
  subtract,
  sum,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import { indicator, pairsOf, type Pairs } from './pairs.ts'
import { halve } from './remedies.ts'

/** Stands for a distance that is not there; squared distances end at 4. */
const absent = 1e3

const least = (x: AnyValue, axis: number): AnyValue => negate(max(negate(x), [axis]))

const meanOf = (terms: AnyValue, counted: AnyValue): AnyValue =>
  divide(sum(multiply(terms, counted)), maximum(sum(counted), 1))

const hinge = (positive: AnyValue, negative: AnyValue, margin: number): AnyValue =>
  maximum(add(subtract(positive, negative), margin), 0)

/** For each anchor its farthest same and its nearest other, over the anchors that have both. */
const batchHard = ({ distance, same, different }: Pairs, margin: number): AnyValue => {
  const positive = max(select(same, distance, -absent), [1])
  const negative = least(select(different, distance, absent), 1)
  const counted = multiply(indicator(greater(positive, -1)), indicator(greater(absent / 2, negative)))
  return meanOf(hinge(positive, negative, margin), counted)
}

/**
 * For each pair (a, p) the nearest other that is farther from a than p is, or the farthest other where none is; over the
 * pairs whose anchor has an other.
 */
const semiHard = ({ distance, same, different }: Pairs, margin: number): AnyValue => {
  const n = distance.shape[0] ?? 1
  const toOther = reshape(select(different, distance, absent), [n, 1, n])
  const farther = greater(toOther, reshape(distance, [n, n, 1]))
  const nearestFarther = least(select(farther, toOther, absent), 2)
  const farthest = max(select(different, distance, -absent), [1], true)
  const negative = select(greater(absent / 2, nearestFarther), nearestFarther, farthest)
  const counted = multiply(indicator(same), indicator(greater(farthest, -1)))
  return meanOf(hinge(distance, negative, margin), counted)
}

/** [d²(a, p) − d²(a, n) + α]₊ on unit embeddings. */
export const triplet: EmbeddingLoss = {
  kind: 'embedding',
  name: 'triplet',
  aliases: [],
  title: 'triplet loss, mined within the batch',
  weight: {
    name: 'tripletWeight',
    meaning: 'adds the triplet loss with this weight; 0 is off',
    unit: 'none',
    default: 0,
    range: { min: 0 },
    paper: 'not used with another loss',
  },
  options: [
    {
      name: 'tripletMargin',
      meaning: 'α, by how much the squared distance to another person must exceed that to the same',
      unit: 'squared distance',
      default: 0.2,
      range: { above: 0, max: 4 },
      paper: '0.2 in FaceNet',
    },
    {
      name: 'batchHard',
      meaning: 'take the hardest pair of every anchor instead of semi-hard ones',
      unit: 'none',
      default: false,
      paper: 'semi-hard in FaceNet',
    },
  ],
  acrossBatch: 'triplet compares the images of a batch with each other',
  needsImagesPerIdentity: true,
  remedies: { lessMargin: halve('tripletMargin') },
  // d² = 2 − 2·cos θ between unit embeddings
  slack: ({ own, other }, options) => own - other - options.number('tripletMargin') / 2,
  evaluate: ({ features, labels, options }) => {
    const pairs = pairsOf(features, labels)
    const mine = options.flag('batchHard') ? batchHard : semiHard
    return { loss: mine(pairs, options.number('tripletMargin')), metrics: pairs.metrics, buffers: {} }
  },
}
