import fc from 'fast-check'
import { expect, test } from 'vitest'
import { borders, seen, spherePane, type Vector } from './sphere-view.ts'

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const weights: Vector[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [-0.6, -0.8, 0],
]

test('turning keeps lengths and angles, and the viewer’s own direction comes towards him', () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true })
  fc.assert(
    fc.property(
      fc.tuple(number, number, number),
      fc.tuple(number, number, number),
      number,
      number,
      (a, b, turn, tilt) => {
        expect(dot(seen(a, turn, tilt), seen(b, turn, tilt))).toBeCloseTo(dot(a, b), 9)
      },
    ),
    { seed: 6, numRuns: 100 },
  )
  const [right, up, near] = seen([0, Math.cos(0.4), Math.sin(0.4)], 0, 0.4)
  expect([right, up]).toEqual([0, expect.closeTo(0, 12)])
  expect(near).toBeCloseTo(1, 12)
})

test('on a border two classes tie and no third is nearer', () => {
  const found = borders(weights).flat()
  expect(found.length).toBeGreaterThan(100)
  for (const point of found) {
    const products = weights.map((weight) => dot(point, weight)).sort((a, b) => b - a)
    expect((products[0] ?? 0) - (products[1] ?? 1)).toBeLessThan(1e-8)
  }
})

test('what lies behind is faint', () => {
  const pane = (turn: number): string =>
    spherePane({
      title: 'x',
      features: [0, 2, 0],
      labels: [0],
      rule: { normaliseWeights: true, own: (cosine) => cosine },
      weights: [0, 1, 0, 0, -1, 0],
      turn,
      tilt: 0,
    }).markup
  const opacity = (markup: string): string | undefined =>
    /stroke-opacity="([\d.]+)" stroke-width="[\d.]+" stroke-linecap="round"/.exec(markup)?.[1]
  expect(Number(opacity(pane(0)))).toBeGreaterThan(0.5)
  expect(Number(opacity(pane(Math.PI)))).toBeLessThan(0.5)
  expect(pane(0.3)).not.toMatch(/NaN|undefined|Infinity/)
})
