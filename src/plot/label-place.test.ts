import { describe, expect, test } from 'vitest'
import { boxOf, crosses, type Drawn, holds, overlap, placeName } from './label-place.ts'

const area = { x: 40, y: 40, width: 260, height: 200 }
const nothing: Drawn = { lines: [], boxes: [] }
const name = 'm = 0.2'

describe('the name of a mark', () => {
  test('stands right of it where nothing is in the way', () => {
    const mark = { x: 100, y: 100 }
    expect(placeName(name, mark, area, nothing)).toEqual({
      text: name,
      spot: { x: 116, y: 100 },
      anchor: 'start',
    })
  })

  test('stays in the area at every place of the mark', () => {
    for (let x = area.x; x <= area.x + area.width; x += 20) {
      for (let y = area.y; y <= area.y + area.height; y += 20) {
        const box = boxOf(placeName('C = 10,575, m = 0.35', { x, y }, area, nothing))
        expect(holds(area, box), `${x}, ${y}`).toBe(true)
      }
    }
  })

  test('leaves lines and other names alone where it can', () => {
    const line = [
      { x: 110, y: 40 },
      { x: 200, y: 240 },
    ]
    const other = { x: 40, y: 110, width: 70, height: 18 }
    for (const mark of [
      { x: 100, y: 100 },
      { x: 120, y: 90 },
      { x: 140, y: 150 },
    ]) {
      const box = boxOf(placeName(name, mark, area, { lines: [line], boxes: [other] }))
      expect(crosses(line, box)).toBe(false)
      expect(overlap(other, box)).toBe(false)
    }
  })
})

test('a line crosses a box where it goes through it, ends in it, or not at all', () => {
  const box = { x: 10, y: 10, width: 20, height: 10 }
  const from = { x: 0, y: 15 }
  expect(crosses([from, { x: 50, y: 15 }], box)).toBe(true)
  expect(crosses([from, { x: 15, y: 12 }], box)).toBe(true)
  expect(crosses([from, { x: 9, y: 15 }], box)).toBe(false)
  expect(crosses([from, { x: 20, y: 60 }, { x: 20, y: 0 }], box)).toBe(true)
  expect(crosses([from, { x: 0, y: 50 }, { x: 50, y: 50 }], box)).toBe(false)
  expect(crosses([from], box)).toBe(false)
})
