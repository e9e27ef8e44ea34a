import { expect, test } from 'vitest'
import { capShare, logBesselI0, logMeanExponential } from './directions.ts'

/** E[e^(s cos θ)] by its power series: Σ (s²/4)^k / (k!·(D/2)·(D/2 + 1)···). */
const series = (scale: number, embeddingSize: number): number => {
  let [term, sum] = [1, 1]
  for (let k = 1; k < 400; k++) {
    term *= scale ** 2 / 4 / k / (embeddingSize / 2 + k - 1)
    sum += term
  }
  return Math.log(sum)
}

test('the Bessel function', () => {
  expect(logBesselI0(0)).toBeCloseTo(0, 12)
  expect(Math.exp(logBesselI0(1))).toBeCloseTo(1.2660658777520084, 10)
  expect(logBesselI0(30)).toBeCloseTo(Math.log(781672297823.9775), 9)
})

test.each([1, 2, 3, 4, 5, 16, 512, 65_536])(
  'the mean of e^(s cos θ) in %i dimensions is its series',
  (size) => {
    for (const scale of [0, 0.1, 1, 8, 64, 200])
      expect(logMeanExponential(scale, size), `s = ${scale}`).toBeCloseTo(series(scale, size), 6)
    expect(logMeanExponential(1000, 3)).toBeCloseTo(1000 - Math.log(2000), 6)
  },
)

test('in three dimensions a cap holds the share of its height', () => {
  for (const angle of [0, 0.01, 0.3, 1, Math.PI / 2])
    expect(capShare(3)(angle)).toBeCloseTo((1 - Math.cos(angle)) / 2, 9)
  expect(capShare(2)(0.7)).toBeCloseTo(0.7 / Math.PI, 12)
})

test('a cap’s share goes on smoothly at 45°, where it is summed in another way, and is 0 at no angle', () => {
  for (const size of [2, 3, 5, 64, 512]) {
    const share = capShare(size)
    const step = 1e-6
    const [before, at, after] = [-step, 0, step].map((off) => share(Math.PI / 4 + off))
    // a jump would show as a second difference; Simpson's rule is good to 1e-6 there
    const bend = (after ?? NaN) - 2 * (at ?? NaN) + (before ?? NaN)
    expect(Math.abs(bend)).toBeLessThan(1e-5 * (at ?? NaN))
    expect(share(0)).toBe(0)
  }
})
