import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LossSettings } from '../src/loss/head.ts'
import { deviates, runHead, type HeadCase } from './loss-oracle.ts'

const runs = { numRuns: 25, seed: 20180618 }

interface Shape {
  readonly n: number
  readonly d: number
  readonly c: number
  readonly seed: number
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  d: fc.integer({ min: 2, max: 7 }),
  c: fc.integer({ min: 3, max: 8 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
})

const labelsOf = ({ n, c, seed }: Shape): number[] =>
  deviates(seed, 'labels', n).map((value) => Math.abs(Math.floor(value * 1e6)) % c)

const caseOf = (loss: LossSettings, shape: Shape, subcenters = 1): HeadCase => ({
  loss,
  classes: shape.c,
  embeddingSize: shape.d,
  features: deviates(shape.seed, 'features', shape.n * shape.d),
  labels: labelsOf(shape),
  values: {
    'head.weight': deviates(shape.seed, 'weights', shape.c * shape.d * subcenters),
    'head.centers': deviates(shape.seed, 'centers', shape.c * shape.d),
  },
  iteration: 40,
})

/** Every loss, with options away from its kinks. */
const settings: readonly LossSettings[] = [
  { name: 'cosface', scale: 16, margin: 0.35 },
  { name: 'cosface', margin: 0.35, options: { normaliseFeatures: false } },
  { name: 'cosface', scale: 16, margin: 0.2, options: { labelSmoothing: 0.1 } },
  { name: 'cosface', scale: 16, margin: 0.35, options: { centerWeight: 0.1 } },
  { name: 'nsl', scale: 16 },
  { name: 'softmax' },
  { name: 'sphereface' },
  { name: 'sphereface', scale: 16, options: { normaliseFeatures: true, lambdaBase: 0 } },
  { name: 'lsoftmax', options: { multiplier: 3, lambdaBase: 0 } },
  { name: 'arcface', scale: 16 },
  { name: 'combined', scale: 16, options: { multiplier: 1.35, marginRadians: 0.2, marginCosine: 0.1 } },
  { name: 'combined', scale: 16, options: { multiplier: 2, marginRadians: 0.2, marginCosine: 0.1 } },
  { name: 'adacos', options: { fixed: true } },
  { name: 'magface', scale: 16, options: { shortNorm: 0.01, longNorm: 100 } },
  { name: 'center' },
  { name: 'contrastive' },
]

describe('gradients', () => {
  test.each(settings.map((loss) => [`${loss.name} ${JSON.stringify(loss.options ?? {})}`, loss] as const))(
    '%s: the slope of the loss along a random direction',
    (_, loss) => {
      fc.assert(
        fc.property(shapes, (shape) => {
          const given = caseOf(loss, shape)
          const { gradients } = runHead(given)
          for (const name of Object.keys(gradients)) {
            const at = name === 'features' ? given.features : (given.values?.[name] ?? [])
            const direction = deviates(shape.seed, `direction ${name}`, at.length)
            const step = 1e-5
            const moved = (by: number): number => {
              const there = at.map((value, index) => value + by * (direction[index] ?? 0))
              const next =
                name === 'features' ? { features: there } : { values: { ...given.values, [name]: there } }
              return runHead({ ...given, ...next }).loss
            }
            const slope = (moved(step) - moved(-step)) / (2 * step)
            const claimed = (gradients[name] ?? []).reduce(
              (sum, g, index) => sum + g * (direction[index] ?? 0),
              0,
            )
            const size = Math.hypot(...(gradients[name] ?? [])) * Math.hypot(...direction)
            expect(Math.abs(slope - claimed)).toBeLessThan(1e-6 * (1 + size))
          }
        }),
        runs,
      )
    },
  )
})

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
const rowOf = (flat: readonly number[], row: number, d: number): number[] =>
  flat.slice(row * d, (row + 1) * d)
const unit = (v: readonly number[]): number[] => v.map((value) => value / Math.sqrt(dot(v, v)))

/** Eq 4 and its gradient with respect to x, written out by hand in float64. */
const lmclByHand = (given: HeadCase, s: number, m: number): { loss: number; gradient: number[] } => {
  const { features, labels, classes: c, embeddingSize: d } = given
  const weights = given.values?.['head.weight'] ?? []
  let loss = 0
  const gradient: number[] = []
  for (const [i, y] of labels.entries()) {
    const x = rowOf(features, i, d)
    const direction = unit(x)
    const W = Array.from({ length: c }, (_, j) => unit(rowOf(weights, j, d)))
    const cosines = W.map((w) => dot(w, direction))
    const powers = cosines.map((value, j) => Math.exp(s * (value - (j === y ? m : 0))))
    const total = powers.reduce((sum, value) => sum + value, 0)
    loss -= Math.log((powers[y] ?? 0) / total) / labels.length
    // ∂L/∂cos θ_j = s(p_j − [j = y]); ∂cos θ_j/∂x = (W_j − cos θ_j·x̂)/‖x‖
    const slopes = powers.map((value, j) => (s * (value / total - (j === y ? 1 : 0))) / labels.length)
    for (let k = 0; k < d; k++) {
      const along = W.reduce(
        (sum, w, j) => sum + (slopes[j] ?? 0) * ((w[k] ?? 0) - (cosines[j] ?? 0) * (direction[k] ?? 0)),
        0,
      )
      gradient.push(along / Math.sqrt(dot(x, x)))
    }
  }
  return { loss, gradient }
}

describe('CosFace', () => {
  test('is Eq 4 with the gradient worked out by hand', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom(1, 8, 30),
        fc.constantFrom(0, 0.25, 0.5),
        (shape, scale, margin) => {
          const given = caseOf({ name: 'cosface', scale, margin }, shape)
          const got = runHead(given)
          const wanted = lmclByHand(given, scale, margin)
          expect(got.loss).toBeCloseTo(wanted.loss, 8)
          wanted.gradient.forEach((value, index) =>
            expect(got.gradients['features']?.[index]).toBeCloseTo(value, 7),
          )
        },
      ),
      runs,
    )
  })

  test('without margin is normalised softmax, to the last bit', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const zero = runHead(caseOf({ name: 'cosface', scale: 64, margin: 0 }, shape))
        const nsl = runHead(caseOf({ name: 'nsl', scale: 64 }, shape))
        expect(zero.loss).toBe(nsl.loss)
        expect(zero.gradients).toEqual(nsl.gradients)
      }),
      runs,
    )
  })

  test('the gradient is at right angles to the embedding: its length does not matter', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const given = caseOf({ name: 'cosface', scale: 16, margin: 0.35 }, shape)
        const got = runHead(given)
        for (let i = 0; i < shape.n; i++) {
          const along = dot(
            rowOf(got.gradients['features'] ?? [], i, shape.d),
            rowOf(given.features, i, shape.d),
          )
          expect(Math.abs(along)).toBeLessThan(1e-9)
        }
        const longer = runHead({ ...given, features: given.features.map((value) => value * 8) })
        expect(longer.loss).toBeCloseTo(got.loss, 8)
      }),
      runs,
    )
  })

  test('its baseline, softmax, is Eq 1', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const given = caseOf({ name: 'softmax' }, shape)
        const loss = labelsOf(shape).reduce((sum, y, i) => {
          const x = rowOf(given.features, i, shape.d)
          const f = Array.from({ length: shape.c }, (_, j) =>
            dot(rowOf(given.values?.['head.weight'] ?? [], j, shape.d), x),
          )
          return (
            sum + (Math.log(f.reduce((total, value) => total + Math.exp(value), 0)) - (f[y] ?? 0)) / shape.n
          )
        }, 0)
        expect(runHead(given).loss).toBeCloseTo(loss, 9)
      }),
      runs,
    )
  })
})

describe('one margin as another', () => {
  const same = (a: LossSettings, b: LossSettings): void =>
    fc.assert(
      fc.property(shapes, (shape) => {
        const [left, right] = [runHead(caseOf(a, shape)), runHead(caseOf(b, shape))]
        expect(left.loss).toBeCloseTo(right.loss, 6)
        right.gradients['features']?.forEach((value, index) =>
          expect(left.gradients['features']?.[index]).toBeCloseTo(value, 5),
        )
      }),
      runs,
    )
  const triple = (multiplier: number, marginRadians: number, marginCosine: number): LossSettings => ({
    name: 'combined',
    scale: 16,
    options: { multiplier, marginRadians, marginCosine },
  })

  test('combined(1, 0, m) is CosFace', () =>
    same(triple(1, 0, 0.35), { name: 'cosface', scale: 16, margin: 0.35 }))
  test('combined(1, m, 0) is ArcFace', () =>
    same(triple(1, 0.5, 0), { name: 'arcface', scale: 16, options: { marginRadians: 0.5 } }))
  test.each([2, 3, 4])('combined(%i, 0, 0) is the ψ of A-Softmax', (m) =>
    same(triple(m, 0, 0), {
      name: 'sphereface',
      scale: 16,
      options: { multiplier: m, normaliseFeatures: true, lambdaBase: 0 },
    }),
  )
  test('A-Softmax with m = 1 and features normalised is normalised softmax', () =>
    same(
      { name: 'sphereface', scale: 16, options: { multiplier: 1, normaliseFeatures: true, lambdaBase: 0 } },
      { name: 'nsl', scale: 16 },
    ))
  test('L-Softmax with m = 1 is softmax', () =>
    same({ name: 'lsoftmax', options: { multiplier: 1, lambdaBase: 0 } }, { name: 'softmax' }))
  test('MagFace with one margin for all lengths is ArcFace', () =>
    same(
      {
        name: 'magface',
        scale: 16,
        options: { shortMarginRadians: 0.5, longMarginRadians: 0.5, normWeight: 0, easyMargin: false },
      },
      { name: 'arcface', scale: 16 },
    ))
})

describe('symmetries', () => {
  const everyHead = settings.filter(({ name }) => name !== 'center' && name !== 'contrastive')

  test.each(everyHead.map((loss) => [`${loss.name} ${JSON.stringify(loss.options ?? {})}`, loss] as const))(
    '%s does not depend on the order of samples and classes',
    (_, loss) => {
      fc.assert(
        fc.property(shapes, (shape) => {
          const given = caseOf(loss, shape)
          const { c, d, n } = shape
          const reversed = (flat: readonly number[] | undefined, rows: number): number[] =>
            Array.from({ length: rows }, (__, row) => rowOf(flat ?? [], rows - 1 - row, d)).flat()
          const turned = runHead({
            ...given,
            features: reversed(given.features, n),
            labels: given.labels.map((y) => c - 1 - y).reverse(),
            values: {
              'head.weight': reversed(given.values?.['head.weight'], c),
              'head.centers': reversed(given.values?.['head.centers'], c),
            },
          })
          expect(turned.loss).toBeCloseTo(runHead(given).loss, 9)
        }),
        runs,
      )
    },
  )

  test('with sub-centres the order within a class does not matter, and equal ones are as good as one', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const loss = { name: 'cosface', scale: 16, margin: 0.3 }
        const one = caseOf(loss, shape)
        const { c, d } = shape
        const twice = Array.from({ length: c }, (_, j) =>
          rowOf(one.values?.['head.weight'] ?? [], j, d),
        ).flatMap((row) => [...row, ...row])
        const many = runHead({
          ...one,
          loss: { ...loss, options: { subcenters: 2 } },
          values: { 'head.weight': twice },
        })
        expect(many.loss).toBeCloseTo(runHead(one).loss, 9)
      }),
      runs,
    )
  })
})

describe('metrics', () => {
  test('are the cosines, the wins and the lengths of the batch', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { n, d, c } = shape
        const given = caseOf({ name: 'cosface', scale: 16, margin: 0.25 }, shape)
        const cosines = given.labels.map((_, i) =>
          Array.from({ length: c }, (__, j) =>
            dot(unit(rowOf(given.features, i, d)), unit(rowOf(given.values?.['head.weight'] ?? [], j, d))),
          ),
        )
        const own = given.labels.map((y, i) => cosines[i]?.[y] ?? NaN)
        const rival = given.labels.map((y, i) => Math.max(...(cosines[i] ?? []).filter((_, j) => j !== y)))
        const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / n
        const { metrics } = runHead(given)
        expect(metrics.ownCosine).toBeCloseTo(mean(own), 9)
        expect(metrics.nearestCosine).toBeCloseTo(mean(rival), 9)
        expect(metrics.winShare).toBeCloseTo(
          mean(own.map((value, i) => (value - 0.25 >= (rival[i] ?? 0) ? 1 : 0))),
          9,
        )
        expect(metrics.embeddingNorm).toBeCloseTo(
          mean(
            given.labels.map((_, i) =>
              Math.sqrt(dot(rowOf(given.features, i, d), rowOf(given.features, i, d))),
            ),
          ),
          9,
        )
      }),
      runs,
    )
  })
})
