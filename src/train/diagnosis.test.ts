import { expect, test } from 'vitest'
import { diagnose } from './diagnosis.ts'
import type { DiagnosisFacts } from './signatures.ts'

/**
 * Means over 50 iterations of a training that went well: 1,331 people, LMCL with s 30 and m 0.35, 182 batches an epoch.
 * Columns: iteration, loss, cosine to the own class, to the nearest other, share of samples won by the margin.
 */
const manyPeople: readonly (readonly [number, number, number, number, number])[] = [
  [0, 18.21, 0.026, 0.177, 0],
  [300, 16.67, 0.119, 0.253, 0.001],
  [600, 14.86, 0.22, 0.308, 0.02],
  [900, 13.5, 0.291, 0.34, 0.028],
  [1200, 12.43, 0.347, 0.364, 0.043],
  [1500, 11.18, 0.405, 0.381, 0.049],
  [1800, 10.19, 0.447, 0.391, 0.056],
  [2400, 8.76, 0.5, 0.394, 0.081],
  [3000, 7.81, 0.533, 0.394, 0.106],
  [3600, 7.54, 0.541, 0.392, 0.108],
]

const facts: DiagnosisFacts = {
  expected: () => ({ first: 18.3, guessing: 17.7, floor: 0 }),
  guessed: () => 17.7,
  ramped: () => 0,
  rampsOver: 0,
  remedies: {
    gentler: { lr: 0.01 },
    faster: undefined,
    easeIn: undefined,
    lessMargin: { margin: 0.17 },
    moreScale: undefined,
    lessDecay: undefined,
    collapsed: undefined,
    isAugmented: true,
  },
  largestShare: 0.05,
  batchesPerEpoch: 182,
}

/** The row of `manyPeople` at an iteration, between two of them in proportion. */
function at(iteration: number): readonly number[] {
  const after = Math.max(
    1,
    manyPeople.findIndex(([known]) => known >= iteration),
  )
  const [low, high] = [manyPeople[after - 1] ?? [], manyPeople[after] ?? []]
  const share = (iteration - (low[0] ?? 0)) / ((high[0] ?? 1) - (low[0] ?? 0))
  return low.map((value, column) => value + share * ((high[column] ?? value) - value))
}

/** Signatures raised while the metrics follow `manyPeople` up to `until` and then stay where they are. */
function raised(until: number): string[] {
  const diagnosis = diagnose(facts, 1)
  return Array.from({ length: 3600 }, (_, iteration) => {
    const [, loss = 0, ownCosine = 0, nearestCosine = 0, winShare = 0] = at(Math.min(iteration, until))
    const metrics = { loss, ownCosine, nearestCosine, winShare, embeddingNorm: 10, gradientNorm: 8 }
    return diagnosis.step({ iteration, metrics, seconds: 0.5, waitedSeconds: 0 })
  }).flatMap((findings) => findings.map(({ signature }) => signature))
}

test('a training of many people, won rarely for a long time while its loss falls, is left in peace', () => {
  expect(raised(3600)).toEqual([])
})

test('the same training standing still where it wins one sample in twenty has too large a margin', () => {
  expect(raised(1500)).toEqual(['margin-too-large'])
})
