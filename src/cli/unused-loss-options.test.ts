import { expect, test } from 'vitest'
import { unusedLossOptions } from './unused-loss-options.ts'

test('a margin or scale that a loss does not know is told, with the margin it has instead', () => {
  expect(unusedLossOptions({ name: 'cosface' }, { scale: 30, margin: 0.2 })).toEqual([])
  expect(unusedLossOptions({ name: 'arcface' }, { margin: 0.3 })).toEqual([
    'arcface has no margin of its cosine (its margin is --loss-option marginRadians); --margin 0.3 is not used',
  ])
  expect(unusedLossOptions({ name: 'softmax' }, { scale: 30, margin: 0 })).toEqual([
    'softmax has no scale; --scale 30 is not used',
    'softmax has no margin of its cosine; --margin 0 is not used',
  ])
  expect(unusedLossOptions({ name: 'triplet' }, {})).toEqual([])
  expect(unusedLossOptions({ name: 'sphereface' }, { scale: 30 })).toEqual([
    'sphereface leaves embeddings their length (--loss-option normaliseFeatures=true gives them the scale); --scale 30 is not used',
  ])
  expect(
    unusedLossOptions({ name: 'sphereface', options: { normaliseFeatures: true } }, { scale: 30 }),
  ).toEqual([])
})
