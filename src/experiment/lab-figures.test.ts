import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisions, regionOf } from '../loss/boundary.ts'
import { marginUpperBound, scaleLowerBound } from '../loss/bounds.ts'
import type { LossSettings } from '../loss/head.ts'
import { boundaryPanel, claimAt } from '../plot/boundary.ts'
import { limitAt } from '../plot/bound-chart.ts'
import { textWidth } from '../plot/labels.ts'
import { bandVerdict } from '../plot/decision-band.ts'
import { figureSvg } from '../plot/pane.ts'
import { marginLimit, marginOverClasses, scaleOverClasses, scaleOverPosterior } from './bound-figures.ts'
import { decisionRule } from './decision-rule.ts'
import {
  boundaryOf,
  compactRegions,
  decisionBands,
  marginBound,
  noise,
  scaleBound,
  spheres,
  weightLength,
} from './lab-figures.ts'
import { contentFeatures } from './noise.ts'

const losses: readonly LossSettings[] = [
  { name: 'softmax' },
  { name: 'nsl' },
  { name: 'sphereface', options: { multiplier: 2, lambdaBase: 0 } },
  { name: 'cosface', margin: 0.35 },
  { name: 'arcface' },
]
const cosine = fc.double({ min: -0.999, max: 0.999, noNaN: true })
const setting = { classes: 8, scale: 16, margin: 0.2, posterior: 0.99, embeddingSize: 2 }

describe('Fig 2', () => {
  test.each(losses)('$name: what is drawn is what the loss itself decides', (loss) => {
    const norms = [1.6, 1] as const
    const rule = decisionRule(loss)
    fc.assert(
      fc.property(cosine, cosine, (one, two) => {
        const { first, second } = decisions(loss, Float64Array.of(one, two), { weightNorms: norms })
        const [a = 0, b = 0] = [first[0], second[0]]
        fc.pre(Math.abs(a) > 1e-4 && Math.abs(b) > 1e-4)
        const claim = claimAt({ rule, norms }, [one, two])
        if (claim === 'overlap') {
          const other = decisions(loss, Float64Array.of(one, two), { weightNorms: [1, 1.6] })
          expect(Math.sign(other.first[0] ?? 0)).toBe(-Math.sign(a))
        } else expect(claim).toBe(regionOf(a, b) === 'neither' ? 'margin' : regionOf(a, b))
      }),
      { seed: 2, numRuns: 60 },
    )
  })

  test.each(losses)('$name: on the dashed lines one class’s demand is met with equality', (loss) => {
    const boundary = boundaryOf(loss)
    const size = 400
    const [low, high] = boundary.axes === 'cosine' ? [-1, 1] : [0, Math.PI]
    const dashed = [...boundaryPanel(boundary, size).matchAll(/<path d="M([^"]*)"[^>]*stroke-dasharray/g)]
    expect(dashed.length).toBeGreaterThan(0)
    for (const [index, [, path = '']] of dashed.entries()) {
      // the third line of softmax is the boundary with the lengths exchanged
      const norms = index === 2 ? ([1, 1.6] as const) : ([1.6, 1] as const)
      const pairs = path.split('L').map((pair) => pair.split(',').map(Number))
      for (const [x = 0, y = 0] of pairs) {
        const values = [low + (x / size) * (high - low), low + (1 - y / size) * (high - low)]
        const cosines = values.map((value) => (boundary.axes === 'cosine' ? value : Math.cos(value)))
        const { first, second } = decisions(loss, Float64Array.from(cosines), { weightNorms: norms })
        expect(Math.min(Math.abs(first[0] ?? 1), Math.abs(second[0] ?? 1))).toBeLessThan(0.002)
      }
    }
  })

  test('the point says who decides and whether it is inside the margin', () => {
    const at = (loss: LossSettings, point: readonly [number, number]): string =>
      decisionBands({ losses: [loss], point }).panes[0]?.caption.description ?? ''
    const lmcl = { name: 'cosface', margin: 0.35 }
    expect(at(lmcl, [0.5, 0.3])).toBe(
      'Class 1 wins: cos θ₁ = 0.50 > 0.30 = cos θ₂. Inside the margin: cos θ₁ − m = 0.15 < 0.30.',
    )
    expect(at(lmcl, [0.1, 0.8])).toContain('Clear of the margin: cos θ₂ − m = 0.45 ≥ 0.10.')
    expect(at({ name: 'nsl' }, [0.5, 0.3])).toContain('No margin is asked for.')
    expect(at({ name: 'softmax' }, [0.5, 0.6])).toBe(
      'Class 1 wins: ‖W₁‖cos θ₁ = 0.80 > 0.60 = ‖W₂‖cos θ₂. Overlap: lengths exchanged, class 2 would win.',
    )
    expect(at({ name: 'softmax' }, [0.9, 0.1])).toContain('It would also win with the lengths exchanged.')
  })

  test('a pixel stands for the cosines that are drawn there, in angles too', () => {
    for (const pane of decisionBands({ losses, point: [0.42, -0.3] }).panes) {
      const [one, two] = pane.cosinesAt(pane.spot)
      expect(one).toBeCloseTo(0.42, 9)
      expect(two).toBeCloseTo(-0.3, 9)
      expect(pane.cosinesAt({ x: -1e4, y: -1e4 }).every((value) => Math.abs(value) <= 1)).toBe(true)
    }
  })

  test('on the boundary itself the first class is named', () => {
    const rule = decisionRule({ name: 'nsl' })
    const names = ['cos θ₁', 'cos θ₂'] as const
    expect(
      bandVerdict({ title: '', axes: 'cosine', rule, names, ownNames: names, point: [0.2, 0.2] }),
    ).toMatchObject({
      winner: 0,
      claim: 'first',
    })
  })
})

describe('Eq 6 and Eq 7', () => {
  const works = (description: string | undefined): boolean => description?.endsWith('It can work.') ?? false

  test('a setting can work where it meets the bound', () => {
    const drawn = fc.record({
      classes: fc.integer({ min: 2, max: 1_000_000 }),
      scale: fc.double({ min: 1, max: 64, noNaN: true }),
      margin: fc.double({ min: 0, max: 1.9, noNaN: true }),
      posterior: fc.double({ min: 0.55, max: 0.9998, noNaN: true }),
      embeddingSize: fc.constantFrom(2, 3, 64),
    })
    const curves = new Map([2, 3, 64].map((size) => [size, marginLimit(size)]))
    fc.assert(
      fc.property(drawn, (one) => {
        const scale = scaleLowerBound(one.classes, one.posterior)
        const { largest } = marginUpperBound(one.classes, one.embeddingSize)
        fc.pre(Math.abs(scale - one.scale) > 0.05 && Math.abs(largest - one.margin) > 0.01)
        const panes = [
          scaleOverClasses(one),
          scaleOverPosterior(one),
          marginOverClasses(one, curves.get(one.embeddingSize)),
        ]
        const descriptions = panes.map(({ caption }) => caption.description)
        expect(descriptions.map(works)).toEqual([one.scale > scale, one.scale > scale, one.margin < largest])
      }),
      { seed: 9, numRuns: 12 },
    )
  })

  test('the mark stands where it is set, and differs in shape where it cannot work', () => {
    const pane = scaleOverClasses(setting)
    expect(pane.valuesAt(pane.spot).x).toBeCloseTo(8, 6)
    expect(pane.valuesAt(pane.spot).y).toBeCloseTo(16, 6)
    const bad = marginOverClasses({ ...setting, margin: 0.5 })
    expect(bad.caption.description).toContain('m > 0.293')
    expect(bad.markup).toContain('m0,-8l-8,8')
    expect(pane.markup).not.toContain('m0,-8l-8,8')
  })

  test('the name of the mark keeps off the axis, and the words of an area off the curves', () => {
    const placeOf = (markup: string, text: string): { x: number; y: number; anchor: string } => {
      const found = new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"([^>]*)>${text}<`).exec(markup)
      const anchor = /text-anchor="(\w+)"/.exec(found?.[3] ?? '')?.[1] ?? 'middle'
      return { x: Number(found?.[1]), y: Number(found?.[2]), anchor }
    }
    const left = (text: string, { x, anchor }: { x: number; anchor: string }): number =>
      x -
      { start: 0, middle: 0.5, end: 1 }[anchor === 'start' || anchor === 'end' ? anchor : 'middle'] *
        textWidth(text)
    const { markup } = scaleOverPosterior(setting)
    const named = 'P = 0.99, s = 16'
    expect(left(named, placeOf(markup, named))).toBeGreaterThanOrEqual(46)
    const margins = marginOverClasses(setting)
    const words = placeOf(margins.markup, 'cannot work')
    const { x: classes } = margins.valuesAt(words)
    // the dashed curve C/(C−1)
    const curve = 50 + (1 - classes / (classes - 1) / 2) * 202
    expect(Math.abs(words.y - curve)).toBeGreaterThan(9)
  })

  test('between points the limit follows the axis as drawn', () => {
    const bend = { forward: Math.log10, back: (x: number) => 10 ** x }
    const x = { label: '', from: 1, to: 100, ticks: [], format: String, bend }
    const limit = [
      { x: 1, y: 0 },
      { x: 100, y: 4 },
    ]
    expect([1, 10, 100, 1000].map((at) => limitAt({ limit, x }, at))).toEqual([0, 2, 4, 4])
  })

  test('numbers that cannot be are refused', () => {
    expect(() => scaleBound({ ...setting, classes: 1 })).toThrow('classes')
    expect(() => scaleBound({ ...setting, posterior: 1 })).toThrow('posterior')
    expect(() => marginBound({ ...setting, margin: 2.5 })).toThrow('margin')
  })
})

const sets = [
  { title: 'NSL', set: contentFeatures(decisionRule({ name: 'nsl' }), 8, 20) },
  { title: 'LMCL', set: contentFeatures(decisionRule({ name: 'cosface', margin: 0.2 }), 8, 20) },
]

const figures = {
  boundaries: decisionBands({ losses, point: [0.5, 0.3] }),
  geometry: compactRegions({ losses: losses.slice(1, 4), weights: [34, 126], feature: 69 }),
  'scale-bound': scaleBound(setting),
  'margin-bound': marginBound({ ...setting, embeddingSize: 64, classes: 10_575 }),
  'weight-length': weightLength(1.6),
  noise: noise({ sets, degrees: 6, seed: 1 }),
  sphere: spheres([
    {
      title: 'NSL',
      features: [1, 0, 0],
      labels: [0],
      weights: [1, 0, 0, 0, 1, 0],
      rule: decisionRule({ name: 'nsl' }),
      turn: 0,
      tilt: 0,
    },
  ]),
}

test.each(Object.entries(figures))(
  '%s is a file of its own: named, described, colours filled in',
  (name, figure) => {
    expect(figure.name).toBe(name)
    expect(figure.caption.description?.length).toBeGreaterThan(10)
    for (const theme of ['light', 'dark'] as const) {
      const svg = figureSvg(figure, theme)
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 [\d.]+ [\d.]+"/)
      expect(svg).not.toMatch(/NaN|undefined|Infinity|var\(|currentColor|\sid=/)
    }
  },
)

test('three-dimensional features have curves of noise and no circles', () => {
  const set = {
    features: [1, 0, 0, 0, 1, 0],
    labels: [0, 1],
    weights: [1, 0, 0, 0, 1, 0],
    rule: decisionRule({ name: 'nsl' }),
  }
  expect(noise({ sets: [{ title: 'NSL', set }], degrees: 3, seed: 1 }).panes).toHaveLength(1)
})

test('the length of W_1 moves softmax’s boundary and leaves NSL’s', () => {
  const at = (length: number): string[] =>
    weightLength(length).panes.map(({ caption }) => caption.description ?? '')
  expect(at(1)[0]).not.toBe(at(2)[0])
  expect(at(1)[1]).toBe(at(2)[1])
  expect(at(1)[0]).toBe(at(1)[1])
})
