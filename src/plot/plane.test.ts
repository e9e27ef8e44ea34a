import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactRegionsPane } from './compact-regions.ts'
import { type DecisionBand, decisionBandPane } from './decision-band.ts'
import { type Pane, panesFigure } from './pane.ts'
import { standalone } from './palette.ts'
import { circleFigure, comparisonFigure, planeFigure, type Scene } from './plane.ts'
import { decide, type DecisionRule, sectors } from './sectors.ts'

const nsl: DecisionRule = { normaliseWeights: true, own: (cosine) => cosine }
const lmcl = (margin: number): DecisionRule => ({ normaliseWeights: true, own: (cosine) => cosine - margin })
const softmax: DecisionRule = { normaliseWeights: false, own: (cosine) => cosine }

const onCircle = (...angles: readonly number[]): number[] =>
  angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])

const scene = (rule: DecisionRule): Scene => ({
  features: [3, 0.2, 2, -0.1, -0.2, 2.5, 0.1, 3, -2, -2],
  labels: [0, 0, 1, 1, 2],
  weights: [1, 0, 0, 2, -0.5, -0.5],
  rule,
})

describe('sectors', () => {
  test('cover the circle once and agree with the decision inside', () => {
    const weights = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 16 })
    fc.assert(
      fc.property(
        weights,
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.boolean(),
        (drawn, margin, isNormalised) => {
          const rows = drawn.slice(0, drawn.length - (drawn.length % 2))
          const rule = isNormalised ? lmcl(margin) : softmax
          const found = sectors(rows, rule)
          expect(found.reduce((sum, { from, to }) => sum + to - from, 0)).toBeCloseTo(2 * Math.PI, 9)
          for (const { from, to, winner, clear } of found)
            expect(decide(rows, rule, (from + to) / 2)).toEqual({ winner, clear })
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })

  test('NSL halves the angle between two weights, whatever their lengths', () => {
    const weights = [2, 0, 0, 0.1]
    const edges = sectors(weights, nsl).map(({ from }) => from)
    expect(edges[0]).toBeCloseTo(Math.PI / 4, 5)
    expect(edges[1]).toBeCloseTo((5 * Math.PI) / 4, 5)
  })

  test('softmax gives the longer weight more: tan of the edge is the ratio of lengths', () => {
    expect(sectors([2, 0, 0, 1], softmax)[0]?.from).toBeCloseTo(Math.atan(2), 5)
  })

  test('LMCL clears a direction from where cos θ_1 − m = cos θ_2', () => {
    const edges = sectors(onCircle(0, Math.PI / 2), lmcl(0.35)).map(({ from }) => from)
    // cos φ − sin φ = √2 cos(φ + π/4) = m
    const expected = Math.acos(0.35 / Math.SQRT2) - Math.PI / 4
    expect(edges.some((edge) => Math.abs(edge - expected) < 1e-5)).toBe(true)
    expect(edges.some((edge) => Math.abs(edge - (Math.PI / 2 - expected)) < 1e-5)).toBe(true)
  })

  test('one class owns everything', () => {
    expect(sectors([1, 0], nsl)).toEqual([{ from: 0, to: 2 * Math.PI, winner: 0, clear: true }])
  })
})

const names = ['cos θ₁', 'cos θ₂'] as const
const bands: readonly DecisionBand[] = [
  {
    title: 'softmax',
    axes: 'cosine',
    rule: softmax,
    norms: [1.6, 1],
    names,
    ownNames: names,
    point: [0.5, 0.6],
  },
  { title: 'LMCL', axes: 'cosine', rule: lmcl(0.35), names, ownNames: names, point: [0.5, 0.6] },
  {
    title: 'A-Softmax, m = 2',
    axes: 'angle',
    rule: { normaliseWeights: true, own: (c) => (c >= 0 ? 2 * c * c - 1 : -(2 * c * c - 1) - 2) },
    names,
    ownNames: ['ψ(θ₁)', 'ψ(θ₂)'],
    point: [0.5, 0.6],
  },
]
const fig3 = (rule: DecisionRule, weights: readonly [number, number], feature: number): Pane =>
  compactRegionsPane({ title: 'LMCL', rule, ownName: 'cos θ₁ − m', weights, feature })

const figures: Readonly<Record<string, string>> = {
  plane: planeFigure(scene(lmcl(0.2)), { title: 'Plane' }, 200),
  circle: circleFigure(scene(lmcl(0.2)), { title: 'Circle' }, 200),
  comparison: comparisonFigure(
    [
      { title: 'softmax', scene: scene(softmax) },
      { title: 'NSL', note: 'held out: error 1.0 %', scene: scene(nsl) },
    ],
    { title: 'Comparison' },
    120,
  ),
  boundaries: panesFigure(bands.map(decisionBandPane), { title: 'Boundaries' }, 2),
  geometry: panesFigure([fig3(lmcl(0.35), [0.6, 2.2], 1.2)], { title: 'Geometry' }),
}

test.each(Object.entries(figures))('%s keeps its markup', async (name, svg) => {
  expect(svg).not.toMatch(/NaN|undefined|Infinity|\sid=/)
  expect(standalone(svg, 'dark')).not.toMatch(/var\(|currentColor/)
  await expect(svg.replaceAll('><', '>\n<')).toMatchFileSnapshot(`snapshots/${name}.svg`)
})

test('the geometry says whether the feature has what the loss asks for', () => {
  const at = (feature: number): string => fig3(lmcl(0.35), [0, 2], feature).markup
  expect(at(0.2)).toContain('x has what the loss asks for')
  expect(at(0.9)).toContain('not by the margin')
  expect(at(1.8)).toContain('taken for class 2')
})

test('features that are all at the origin are drawn', () => {
  const svg = planeFigure(
    { features: [0, 0], labels: [0], weights: [0, 0, 1, 0], rule: nsl },
    { title: 'Origin' },
  )
  expect(svg).not.toContain('NaN')
})
