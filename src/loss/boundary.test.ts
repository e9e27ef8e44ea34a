import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisions, regionOf, targetCurve, type Region, type TwoClasses } from './boundary.ts'
import type { LossSettings } from './head.ts'

const regionAt = (settings: LossSettings, a: number, b: number, two: TwoClasses = {}): Region => {
  const { first, second } = decisions(settings, Float64Array.of(a, b), two)
  return regionOf(first[0] ?? NaN, second[0] ?? NaN)
}

const cosine = fc.double({ min: -0.999, max: 0.999, noNaN: true })
const runs = { numRuns: 100, seed: 2018 }

describe('who a point belongs to', () => {
  test('CosFace: cos θ_1 ≥ cos θ_2 + m, and neither within the margin', () => {
    fc.assert(
      fc.property(cosine, cosine, (a, b) => {
        const wanted = a - 0.35 >= b ? 'first' : b - 0.35 >= a ? 'second' : 'neither'
        fc.pre(Math.abs(Math.abs(a - b) - 0.35) > 1e-6)
        expect(regionAt({ name: 'cosface', margin: 0.35 }, a, b)).toBe(wanted)
      }),
      runs,
    )
  })

  test('A-Softmax: ψ(θ_1) ≥ cos θ_2; its margin vanishes at θ = 0', () => {
    const loss = { name: 'sphereface', options: { lambdaBase: 0, multiplier: 2 } }
    expect(regionAt(loss, Math.cos(0.4), Math.cos(0.79))).toBe('neither')
    expect(regionAt(loss, Math.cos(0.4), Math.cos(0.81))).toBe('first')
    expect(regionAt(loss, Math.cos(0.001), Math.cos(0.0021))).toBe('first')
  })

  test('softmax: the longer weight takes from the shorter one; NSL has nothing between', () => {
    expect(regionAt({ name: 'softmax' }, 0.5, 0.6)).toBe('second')
    expect(regionAt({ name: 'softmax' }, 0.5, 0.6, { weightNorms: [1.5, 1] })).toBe('first')
    expect(regionAt({ name: 'nsl' }, 0.5, 0.6, { weightNorms: [1.5, 1] })).toBe('second')
    expect(regionAt({ name: 'nsl' }, 0.5, 0.5)).toBe('both')
  })

  test('MagFace and AdaFace ask more of long embeddings', () => {
    const width = (name: string, featureNorm: number): number =>
      1 - (targetCurve({ name }, [1], { featureNorm })[0] ?? NaN)
    expect(width('magface', 100)).toBeGreaterThan(width('magface', 20))
    expect(width('adaface', 90)).toBeGreaterThan(width('adaface', 20))
  })

  test('every margin lowers the own cosine, and a nearer sample never gets less', () => {
    const cosines = Array.from({ length: 101 }, (_, i) => Math.cos((Math.PI * i) / 100))
    for (const name of [
      'cosface',
      'sphereface',
      'lsoftmax',
      'arcface',
      'combined',
      'curricularface',
      'magface',
      'adaface',
    ]) {
      // MagFace's own has a step at 90°
      const options = name === 'magface' ? { easyMargin: false } : {}
      const curve = targetCurve({ name, options }, cosines)
      curve.forEach((value, i) => expect(value, name).toBeLessThanOrEqual((cosines[i] ?? 0) + 1e-9))
      curve.slice(1).forEach((value, i) => expect(value, name).toBeLessThanOrEqual((curve[i] ?? 0) + 1e-6))
    }
  })

  test('the nearer centre, which moves with the lengths of both', () => {
    expect(regionAt({ name: 'center' }, 0.5, 0.4)).toBe('first')
    expect(regionAt({ name: 'center' }, 0.4, 0.5)).toBe('second')
    // ‖x − 1.5·e_1‖² = 1 + 2.25 − 3·0.9, ‖x − e_2‖² = 1 + 1 − 2·0.7
    expect(regionAt({ name: 'center' }, 0.9, 0.7, { weightNorms: [1.5, 1], featureNorm: 1 })).toBe('first')
    expect(regionAt({ name: 'center' }, 0.9, 0.75, { weightNorms: [1.5, 1], featureNorm: 1 })).toBe('second')
  })
})
