import { describe, expect, test } from 'vitest'
import { random } from '../base/random.ts'
import { lossFloor } from './floor.ts'

const square = (scale: number, margin: number) => ({ classes: 4, scale, margin, embeddingSize: 2 })

describe('the floor of the loss', () => {
  test('scale 8 on 10,572 classes stays above 4.1', () => {
    const floor = lossFloor({ classes: 10_572, scale: 8, margin: 0.35, embeddingSize: 512 })
    expect(floor).toBeGreaterThan(4.05)
    expect(floor).toBeLessThan(4.15)
  })

  test('in the plane it is the regular polygon', () => {
    // a square: neighbours at 90°, the opposite at 180°
    const s = 5
    const wanted = Math.log(1 + 2 * Math.exp(s * (0 - 1 + 0.2)) + Math.exp(s * (-1 - 1 + 0.2)))
    expect(lossFloor(square(s, 0.2))).toBeCloseTo(wanted, 12)
  })

  test('many people in the plane are summed without an array, and from 100,000 on as a circle', () => {
    const at = (classes: number): number => lossFloor({ classes, scale: 64, margin: 0, embeddingSize: 2 })
    // ln C + ln I₀(s) − s, the loss of a continuum
    expect(at(200_000)).toBeCloseTo(9.20966, 4)
    expect(at(100_001) - at(100_000)).toBeCloseTo(1e-5, 7)
    const start = performance.now()
    expect(at(1e9)).toBeCloseTo(at(200_000) + Math.log(5000), 4)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  // found by descent from many starts, embeddings and class directions free
  test.each([
    [10, 64, 0.35, 9.202],
    [20, 30, 0.35, 8.977],
    [8, 64, 0.5, 12.61],
    [6, 30, 0.9, 12.438],
    [8, 64, 0.35, 4.3577],
  ])(
    '%i people in the plane with a margin they cannot keep: under what has been reached',
    (classes, scale, margin, reached) => {
      const floor = lossFloor({ classes, scale, margin, embeddingSize: 2 })
      expect(floor).toBeLessThan(reached)
      expect(floor).toBeGreaterThan(reached / 2)
    },
  )

  test('a crowd has neighbours', () => {
    // caps of 1/100 of the sphere: 1 − cos 2r = 0.0792
    const floor = lossFloor({ classes: 100, scale: 24, margin: 0.05, embeddingSize: 3 })
    expect(floor).toBeCloseTo(Math.log1p(Math.exp(24 * (0.05 - 0.0792))), 5)
  })

  test('is under the loss of any embeddings and class directions', () => {
    const stream = random(5, 'floor')
    for (const [classes, embeddingSize] of [
      [7, 1],
      [5, 2],
      [12, 2],
      [4, 3],
      [9, 3],
      [40, 3],
      [30, 5],
    ] as const) {
      for (const [scale, margin] of [
        [1, 0],
        [4, 0.3],
        [30, 0.1],
        [30, 0.8],
      ] as const) {
        const floor = lossFloor({ classes, embeddingSize, scale, margin })
        for (let draw = 0; draw < 20; draw++) {
          const weights = Array.from({ length: classes }, () => unit(embeddingSize, () => stream.normal()))
          expect(meanLoss(weights, scale, margin)).toBeGreaterThan(floor)
        }
      }
    }
  })

  test('keeps its digits near 0 and its size when large', () => {
    expect(lossFloor({ classes: 4, scale: 200, margin: 0.1, embeddingSize: 64 })).toBeGreaterThan(0)
    expect(lossFloor({ classes: 8, scale: 2000, margin: 0.29, embeddingSize: 2 })).toBeCloseTo(
      2 * Math.exp(2000 * (0.29 - 1 + Math.SQRT1_2)),
      4,
    )
    expect(lossFloor({ classes: 1, scale: 64, margin: 0.3, embeddingSize: 2 })).toBe(0)
  })

  test('asks for what it needs, by name', () => {
    expect(() => lossFloor(square(-5, 0.2))).toThrow('Expected `scale` to be a number of at least 0, got -5')
    expect(() => lossFloor(square(5, NaN))).toThrow('Expected `margin` to be a number, got NaN')
  })
})

const unit = (size: number, drawn: () => number): readonly number[] => {
  const direction = Array.from({ length: size }, drawn)
  const length = Math.hypot(...direction)
  return direction.map((value) => value / length)
}

/** Each embedding on its class's direction. */
const meanLoss = (weights: readonly (readonly number[])[], scale: number, margin: number): number => {
  const losses = weights.map((own) => {
    const cosines = weights.map((other) => own.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0))
    const others = cosines.map((cosine) => Math.exp(scale * (cosine - 1 + margin)))
    return Math.log(1 + others.reduce((sum, value) => sum + value, 0) - Math.exp(scale * margin))
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}
