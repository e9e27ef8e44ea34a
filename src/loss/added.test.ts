import { expect, test } from 'vitest'
import { lossSum } from './added.ts'

test('a loss and what is added to it are read from their names, with the weights of their papers', () => {
  expect(lossSum('LMCL + center')).toEqual({
    text: 'cosface+center',
    base: 'cosface',
    weights: { centerWeight: 0.003 },
  })
  expect(lossSum('softmax+triplet+contrastive').weights).toEqual({ tripletWeight: 1, contrastiveWeight: 1 })
  expect(lossSum('nsl')).toEqual({ text: 'nsl', base: 'nsl', weights: {} })
})

test('what cannot be added is refused, the nearest name said', () => {
  expect(() => lossSum('softmax+centre')).toThrow('centre cannot be added to softmax; center, contrastive')
  expect(() => lossSum('softmax+centre')).toThrow('did you mean center?')
  expect(() => lossSum('softmax+cosface')).toThrow('cosface cannot be added to softmax')
  expect(() => lossSum('triplet+center')).toThrow('center cannot be added to triplet')
  expect(() => lossSum('cosfase+center')).toThrow('did you mean cosface?')
})
