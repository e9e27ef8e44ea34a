import { expect, test } from 'vitest'
import { unusedLossOptions } from './unused-loss-options.ts'

test('a margin or scale that a loss does not know is told, with the margin it has instead', () => {
  expect(unusedLossOptions('cosface', { scale: 30, margin: 0.2 })).toEqual([])
  expect(unusedLossOptions('arcface', { margin: 0.3 })).toEqual([
    'arcface has no margin of its cosine (its margin is --loss-option marginRadians); --margin 0.3 is not used',
  ])
  expect(unusedLossOptions('softmax', { scale: 30, margin: 0 })).toEqual([
    'softmax has no scale; --scale 30 is not used',
    'softmax has no margin of its cosine; --margin 0 is not used',
  ])
  expect(unusedLossOptions('triplet', {})).toEqual([])
})
