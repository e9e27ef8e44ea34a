import { expect, test } from 'vitest'
import { decisionRule } from './decision-rule.ts'

const angles = Array.from({ length: 33 }, (_, i) => (Math.PI * i) / 32)

const expectOwn = (settings: Parameters<typeof decisionRule>[0], wanted: (angle: number) => number): void => {
  const { own } = decisionRule(settings)
  for (const angle of angles) expect(own(Math.cos(angle)), `at ${angle}`).toBeCloseTo(wanted(angle), 4)
}

test('what each loss makes of the own cosine, read off its graph', () => {
  expectOwn({ name: 'nsl' }, Math.cos)
  expectOwn({ name: 'cosface', margin: 0.35 }, (angle) => Math.cos(angle) - 0.35)
  expectOwn(
    { name: 'combined', options: { multiplier: 1, marginRadians: 0, marginCosine: 0.2 } },
    (angle) => Math.cos(angle) - 0.2,
  )
  expectOwn({ name: 'sphereface', options: { multiplier: 2, lambdaBase: 0 } }, (angle) =>
    angle <= Math.PI / 2 ? Math.cos(2 * angle) : -Math.cos(2 * angle) - 2,
  )
})

test('annealed losses are shown as they end', () => {
  const mixed = (angle: number): number => {
    const psi = angle <= Math.PI / 2 ? Math.cos(2 * angle) : -Math.cos(2 * angle) - 2
    return (5 * Math.cos(angle) + psi) / 6
  }
  expectOwn({ name: 'sphereface', options: { multiplier: 2 } }, mixed)
})

test('softmax decides by the inner product', () => {
  expect(decisionRule({ name: 'softmax' }).normaliseWeights).toBe(false)
  expect(decisionRule({ name: 'lmcl' }).normaliseWeights).toBe(true)
})

test('losses that cannot be drawn are refused', () => {
  expect(() => decisionRule({ name: 'cosfase' })).toThrow('cosface')
  expect(() => decisionRule({ name: 'triplet' })).toThrow('Expected `loss` to be one with class weights')
  expect(() => decisionRule({ name: 'cosface', margin: 2.5 })).toThrow('margin')
})
