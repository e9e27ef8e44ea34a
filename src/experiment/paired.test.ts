import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { corrected, pairedT, pairedTest, studentP } from './paired.ts'

const pairs = 400
const owners = {
  first: Int32Array.from({ length: pairs }, (_, i) => i % 80),
  second: new Int32Array(pairs).fill(-1),
}

const judgedAs = (seed: number, share: number) => {
  const stream = random(seed, 'right', String(share))
  const right = Array.from({ length: pairs }, () => (stream.uniform() < share ? '1' : '0')).join('')
  return { seed, right, accuracy: [...right].filter((sign) => sign === '1').length / pairs }
}

describe('studentP', () => {
  it.each([
    // tables of Student's t, two-sided
    [12.706, 1, 0.05],
    [4.303, 2, 0.05],
    [9.925, 2, 0.01],
    [2.776, 4, 0.05],
    [2.228, 10, 0.05],
  ])('t %d with %d degrees', (t, freedom, p) => {
    expect(studentP(t, freedom)).toBeCloseTo(p, 4)
    expect(studentP(-t, freedom)).toBe(studentP(t, freedom))
  })

  it('is 1 at no difference', () => expect(studentP(0, 3)).toBeCloseTo(1, 12))
})

describe('pairedTest', () => {
  it('sees a large difference over pairs and seeds', () => {
    const seeds = [1, 2, 3, 4]
    const test = pairedTest(
      seeds.map((seed) => judgedAs(seed, 0.7)),
      seeds.map((seed) => judgedAs(seed, 0.9)),
      owners,
      1,
    )
    expect(test?.difference).toBeGreaterThan(0.1)
    expect(test?.pairsP).toBeLessThan(0.01)
    expect(test?.seedsP).toBeLessThan(0.01)
    expect(test?.better).toBeGreaterThan(test?.worse ?? 0)
    expect(test?.interval.low).toBeGreaterThan(0)
  })

  it('finds nothing between a model and itself', () => {
    const same = [1, 2, 3].map((seed) => judgedAs(seed, 0.8))
    expect(pairedTest(same, same, owners, 1)).toMatchObject({
      difference: 0,
      better: 0,
      worse: 0,
      pairsP: 1,
      seedsP: 1,
    })
  })

  it('compares the seeds that both have, and says nothing without any', () => {
    const one = [judgedAs(1, 0.8), judgedAs(2, 0.8)]
    expect(pairedTest(one, [judgedAs(2, 0.9)], owners, 1)?.seeds).toEqual([2])
    expect(pairedTest(one, [judgedAs(3, 0.9)], owners, 1)).toBeUndefined()
    expect(pairedT([0.1, 0.2])).toBeUndefined()
  })

  it('corrects each kind of p by itself', () => {
    const base = { seeds: [1], difference: 0, interval: { low: 0, high: 0 }, better: 0, worse: 0 }
    const all = corrected([{ ...base, pairsP: 0.01, seedsP: 0.5 }, undefined, { ...base, pairsP: 0.04 }])
    expect(all.map((test) => test?.pairsP)).toEqual([0.02, undefined, 0.04])
    expect(all.map((test) => test?.seedsP)).toEqual([0.5, undefined, undefined])
  })
})
