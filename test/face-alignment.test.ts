/** @file The aligner against an independent computation: transforms within 1e-5, pixels within one grey level. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alignLandmarks, alignmentPoints, alignmentTransform } from '../src/image/alignment.ts'
import type { Image, Point } from '../src/image/image.ts'

const pair = z.tuple([z.number(), z.number()])
const transformSchema = z.object({
  landmarks: z.record(z.string(), pair),
  transform: z.array(z.number()).length(6),
})
const cropSchema = transformSchema.extend({
  picture: pair,
  points: z.array(pair).length(5),
  size: pair,
  pixels: z.array(z.tuple([z.number(), z.number(), z.number()])),
})
const golden = z
  .record(z.string(), z.union([cropSchema, transformSchema]))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'golden/align.json'), 'utf8')))

const point = ([x, y]: readonly [number, number]): Point => ({ x, y })
const landmarksOf = (found: Readonly<Record<string, readonly [number, number]>>): Record<string, Point> =>
  Object.fromEntries(Object.entries(found).map(([name, place]) => [name, point(place)]))

/** What `picture` of scripts/oracles/align.py makes. */
const picture = (height: number, width: number): Image => {
  const data = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const red = 127 + 100 * Math.sin(x / 9) * Math.cos(y / 13)
      const green = 127 + 80 * Math.cos(x / 17 + y / 11)
      data.set([Math.floor(red), Math.floor(green), (x * 3 + y * 5) % 256], (y * width + x) * 3)
    }
  }
  return { height, width, data }
}

describe('aligning as scripts/oracles/align.py does', () => {
  test.each(Object.entries(golden))('%s', (_, one) => {
    const landmarks = landmarksOf(one.landmarks)
    const points = 'points' in one ? one.points.map(point) : alignmentPoints({ height: 112, width: 112 })
    const { a, b, c, d, e, f } = alignmentTransform(landmarks, points)
    ;[a, b, c, d, e, f].forEach((value, i) =>
      expect(Math.abs(value - (one.transform[i] ?? NaN))).toBeLessThan(1e-5),
    )
    if (!('pixels' in one)) return
    const [height, width] = one.size
    const crop = alignLandmarks(picture(...one.picture), landmarks, { height, width }, points)
    let next = 0
    let worst = 0
    for (let y = 2; y < height; y += 9) {
      for (let x = 1; x < width; x += 9, next++) {
        one.pixels[next]?.forEach((level, channel) => {
          worst = Math.max(worst, Math.abs(level - (crop.data[3 * (y * width + x) + channel] ?? NaN)))
        })
      }
    }
    expect(next).toBe(one.pixels.length)
    expect(worst).toBeLessThanOrEqual(1)
  })

  test('one point alone cannot be aligned by, nor ears', () => {
    const points = alignmentPoints({ height: 112, width: 112 })
    const nose = { x: 10, y: 10 }
    expect(() =>
      alignmentTransform({ nose, leftEar: { x: 1, y: 1 }, rightEar: { x: 9, y: 1 } }, points),
    ).toThrow('at least two points')
  })
})
