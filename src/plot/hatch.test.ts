import { expect, test } from 'vitest'
import { hatching } from './hatch.ts'
import type { Spot } from './labels.ts'

const box = { x: 10, y: 20, width: 100, height: 60 }

const segments = (markup: string): [Spot, Spot][] =>
  [...markup.matchAll(/M([-\d.]+),([-\d.]+)L([-\d.]+),([-\d.]+)/g)].map(([, a, b, c, d]) => [
    { x: Number(a), y: Number(b) },
    { x: Number(c), y: Number(d) },
  ])

test('lines lie in the area, end at its edge, and lean as told', () => {
  const inside = ({ x, y }: Spot): boolean => Math.hypot(x - 60, y - 50) < 25
  for (const lean of ['rising', 'falling'] as const) {
    const found = segments(hatching(box, inside, { colour: 'red', lean }))
    expect(found.length).toBeGreaterThan(4)
    for (const [a, b] of found) {
      for (const end of [a, b]) expect(Math.abs(Math.hypot(end.x - 60, end.y - 50) - 25)).toBeLessThan(0.1)
      expect(Math.sign((b.x - a.x) * (b.y - a.y))).toBe(lean === 'rising' ? -1 : 1)
    }
  }
})

test('a full area is hatched to the box, an empty one not at all', () => {
  const all = segments(hatching(box, () => true, { colour: 'red', gap: 10 })).flat()
  for (const { x, y } of all) {
    expect(x).toBeGreaterThanOrEqual(box.x)
    expect(x).toBeLessThanOrEqual(box.x + box.width)
    expect(y).toBeGreaterThanOrEqual(box.y)
    expect(y).toBeLessThanOrEqual(box.y + box.height)
  }
  expect(hatching(box, () => false, { colour: 'red' })).toBe('')
})
