import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quietCorner, spread } from './labels.ts'

test('labels keep their distance and their order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (positions) => {
      const placed = spread(positions, 15, 0, 200)
      const order = positions.map((_, i) => i).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0))
      order.slice(1).forEach((index, k) => {
        expect((placed[index] ?? 0) - (placed[order[k] ?? 0] ?? 0)).toBeGreaterThanOrEqual(15 - 1e-9)
      })
      for (const place of placed) expect(place).toBeLessThanOrEqual(200)
    }),
    { seed: 1 },
  )
})

test('labels that are far apart stay where they are', () => {
  expect(spread([100, 10, 50], 15, 0, 200)).toEqual([100, 10, 50])
})

test('the quiet corner avoids every point', () => {
  const points = Array.from({ length: 50 }, (_, i) => ({ x: i * 8, y: 20 + i }))
  const box = { width: 120, height: 40 }
  const corner = quietCorner(points, box, { width: 400, height: 260 })
  for (const { x, y } of points)
    expect(x > corner.x && x < corner.x + box.width && y > corner.y && y < corner.y + box.height).toBe(false)
})
