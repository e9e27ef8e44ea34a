import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosine, fuse, normalizeRows } from './features.ts'

fc.configureGlobal({ seed: 1 })

const row = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values, (value) => value / 7 + 0.01))

describe('fuse', () => {
  it('concatenates raw features and only then normalises', () => {
    const raw = Float32Array.of(3, 0, 1, 0)
    const mirrored = Float32Array.of(0, 4, 1, 0)
    const templates = fuse(raw, mirrored, 2, 'concat')
    // normalising each half first would give 0.707 for the first row
    expect([...templates].map((value) => Number(value.toFixed(4)))).toEqual([
      0.6, 0, 0, 0.8, 0.7071, 0, 0.7071, 0,
    ])
  })

  it('adds raw features and only then normalises', () => {
    const sums = fuse(Float32Array.of(3, 0), Float32Array.of(0, 4), 2, 'sum')
    expect([...sums].map((value) => Number(value.toFixed(4)))).toEqual([0.6, 0.8])
  })

  it('ignores the mirror image with none, and changes nothing it was given', () => {
    const raw = Float32Array.of(3, 4)
    expect([...fuse(raw, undefined, 2, 'none')]).toEqual([Math.fround(0.6), Math.fround(0.8)])
    expect([...raw]).toEqual([3, 4])
  })

  it('gives the mean of both cosines where all features have one length', () => {
    fc.assert(
      fc.property(row(6), row(6), row(6), row(6), (a, b, am, bm) => {
        for (const each of [a, b, am, bm]) normalizeRows(each, 6)
        const x = fuse(a, am, 6, 'concat')
        const y = fuse(b, bm, 6, 'concat')
        const wanted = (cosine(a, 0, b, 0, 6) + cosine(am, 0, bm, 0, 6)) / 2
        expect(cosine(x, 0, y, 0, 12)).toBeCloseTo(wanted, 5)
      }),
    )
  })

  it.each([
    ['zero', Float32Array.of(1, 0, 0, 0)],
    ['not finite', Float32Array.of(1, 0, Number.NaN, 1)],
  ])('refuses an embedding that is %s', (_, raw) => {
    expect(() => fuse(raw, raw, 2, 'sum')).toThrowError('The embedding of image 2 has the length')
  })

  it('refuses to do without mirrored features', () => {
    expect(() => fuse(Float32Array.of(1, 2), undefined, 2, 'concat')).toThrowError(
      'as many mirrored features (2)',
    )
  })
})

describe('cosine', () => {
  it('is 1 for a row and itself, −1 for its opposite, and symmetric', () => {
    fc.assert(
      fc.property(row(33), row(33), (a, b) => {
        expect(cosine(a, 0, a, 0, 33)).toBeCloseTo(1, 14)
        expect(cosine(a, 0, a, 0, 33)).toBeLessThanOrEqual(1)
        expect(
          cosine(
            a,
            0,
            a.map((value) => -value),
            0,
            33,
          ),
        ).toBeCloseTo(-1, 14)
        expect(cosine(a, 0, b, 0, 33)).toBe(cosine(b, 0, a, 0, 33))
        expect(
          cosine(
            a,
            0,
            b.map((value) => 8 * value),
            0,
            33,
          ),
        ).toBeCloseTo(cosine(a, 0, b, 0, 33), 14)
      }),
    )
  })

  it('invents no score for a zero row', () => {
    expect(cosine([0, 0], 0, [1, 0], 0, 2)).toBeNaN()
  })
})
