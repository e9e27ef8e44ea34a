import { expect, test } from 'vitest'
import type { LossSettings } from '../loss/head.ts'
import { lossTitle, lossTitles } from './loss-title.ts'
import { lossVariant } from './variants.ts'

const titled = (text: string): string => {
  const { scale: _, ...loss }: LossSettings = lossVariant(text, { scale: 16, margin: 0.2 }).loss
  return lossTitle(loss)
}

test.each([
  ['softmax', 'softmax'],
  ['nsl', 'NSL'],
  ['lmcl', 'LMCL, m = 0.2'],
  ['cosface:margin=0', 'NSL (LMCL with m = 0)'],
  ['arcface', 'ArcFace, m = 0.5'],
  ['arcface:marginRadians=0.3', 'ArcFace, m = 0.3'],
  ['sphereface:normaliseFeatures=true', 'A-Softmax, m = 4, normaliseFeatures'],
  ['curricularface', 'CurricularFace, m = 0.5'],
  ['magface', 'MagFace'],
  ['combined:marginCosine=0.1', 'combined margin, marginCosine = 0.1'],
])('%s is called %s', (text, title) => {
  expect(titled(text)).toBe(title)
})

test('what is added is told, with its weight where that is not its paper’s', () => {
  expect(titled('nsl+center')).toBe('NSL + center')
  expect(titled('nsl:centerWeight=0.1')).toBe('NSL + center, centerWeight = 0.1')
  expect(titled('cosface+center+triplet')).toBe('LMCL, m = 0.2 + center + triplet')
})

test('losses that differ in their scale alone are told apart by it', () => {
  const losses = [
    { name: 'nsl', scale: 8 },
    { name: 'nsl', scale: 32 },
    { name: 'cosface', scale: 8, margin: 0.2 },
  ]
  expect(lossTitles(losses)).toEqual(['NSL, s = 8', 'NSL, s = 32', 'LMCL, m = 0.2'])
})
