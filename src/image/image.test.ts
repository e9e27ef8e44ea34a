import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { applyAffine, composeAffine, identityAffine, invertAffine, warpAffine } from './affine.ts'
import type { Affine } from './affine.ts'
import { alignFace, alignmentPoints } from './alignment.ts'
import { grey, mirror } from './colour.ts'
import { drawPoints } from './draw.ts'
import type { Image, Size } from './image.ts'
import { mirrorPlanes, normalise, normalisationTable, normaliseInto } from './normalise.ts'
import { coverRegion, networkCrop, resampleRegion, resize } from './resample.ts'
import { similarityTransform } from './similarity.ts'

const noise = (height: number, width: number, seed = 1): Image => {
  const stream = random(seed, 'test image')
  return { height, width, data: Uint8Array.from({ length: height * width * 3 }, () => stream.integer(256)) }
}

/** A smooth image, which survives resampling. */
const waves = (height: number, width: number): Image => {
  const data = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      data[at] = 128 + 100 * Math.sin(x / 11)
      data[at + 1] = 128 + 100 * Math.cos(y / 9)
      data[at + 2] = 128 + 60 * Math.sin((x + y) / 13)
    }
  }
  return { height, width, data }
}

const columns = (image: Image, from: number, to: number): Image => {
  const width = to - from
  const data = new Uint8Array(image.height * width * 3)
  for (let y = 0; y < image.height; y++) {
    data.set(image.data.subarray((y * image.width + from) * 3, (y * image.width + to) * 3), y * width * 3)
  }
  return { height: image.height, width, data }
}

const largestDifference = (a: Image, b: Image, border = 0): number => {
  let largest = 0
  for (let y = border; y < a.height - border; y++) {
    for (let x = border; x < a.width - border; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (y * a.width + x) * 3 + c
        largest = Math.max(largest, Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0)))
      }
    }
  }
  return largest
}

const paper: Size = { height: 112, width: 96 }
const side = fc.integer({ min: 1, max: 40 })

describe('networkCrop', () => {
  it('takes columns 8 to 103 of a 112x112 crop, unchanged', () => {
    const image = noise(112, 112)
    expect(networkCrop(image, paper)).toEqual(columns(image, 8, 104))
  })

  it('leaves an image of the right size as it is', () => {
    const image = noise(112, 96)
    expect(networkCrop(image, paper)).toEqual(image)
  })

  it('covers, then crops the middle, for any other size', () => {
    expect(coverRegion({ height: 250, width: 250 }, paper)).toEqual({
      top: 0,
      left: expect.closeTo(17.857, 3),
      height: 250,
      width: expect.closeTo(214.286, 3),
    })
    expect(coverRegion({ height: 300, width: 100 }, paper)).toMatchObject({ left: 0, width: 100 })
    // the whole of a larger picture of the same aspect, averaged down
    const large = resize(waves(112, 112), { height: 448, width: 448 })
    expect(
      largestDifference(networkCrop(large, paper), columns(waves(112, 112), 8, 104), 2),
    ).toBeLessThanOrEqual(5)
  })

  it('has the crop without margin in its middle, and repeats the edge outside', () => {
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 9 }), (height, width, margin) => {
        const image = noise(height, width)
        const size = { height: 16, width: 12 }
        const plain = networkCrop(image, size)
        const wide = networkCrop(image, size, margin)
        expect([wide.height, wide.width]).toEqual([16 + 2 * margin, 12 + 2 * margin])
        const middle = resampleRegion(wide, { top: margin, left: margin, height: 16, width: 12 }, size)
        expect(largestDifference(middle, plain)).toBeLessThanOrEqual(1)
      }),
    )
    const edge = networkCrop(noise(112, 112), { height: 112, width: 112 }, 2)
    expect([...edge.data.subarray(0, 3)]).toEqual([...noise(112, 112).data.subarray(0, 3)])
    expect(edge.data.slice(-3)).toEqual(noise(112, 112).data.slice(-3))
  })
})

describe('resample', () => {
  it('keeps one colour one colour, at any sizes', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (h, w, th, tw, level) => {
        const flat = { height: h, width: w, data: new Uint8Array(h * w * 3).fill(level) }
        expect(new Set(resize(flat, { height: th, width: tw }).data)).toEqual(new Set([level]))
      }),
    )
  })

  it('gives the same pixels for the same size', () => {
    fc.assert(
      fc.property(side, side, (height, width) => {
        const image = noise(height, width)
        expect(resize(image, { height, width })).toEqual(image)
      }),
    )
  })

  it('averages pairs when halving, by the widened triangle', () => {
    // weights at 0.25, 0.75, 0.75, 0.25 of the filter two pixels wide, edges repeated
    const data = new Uint8Array([0, 100, 200, 40].flatMap((level) => [level, level, level]))
    const half = resize({ height: 1, width: 4, data }, { height: 1, width: 2 })
    expect([half.data[0], half.data[3]]).toEqual([
      Math.round((100 * 3 + 200 * 1) / 8),
      Math.round((100 * 1 + 200 * 3 + 40 * 3 + 40 * 1) / 8),
    ])
  })

  it('interpolates between pixel centres when doubling', () => {
    const data = new Uint8Array([0, 0, 0, 100, 100, 100])
    const double = resize({ height: 1, width: 2, data }, { height: 1, width: 4 })
    expect([0, 3, 6, 9].map((at) => double.data[at])).toEqual([0, 25, 75, 100])
  })
})

describe('affine maps', () => {
  const map = fc
    .tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.2, max: 3, noNaN: true }))
    .map(([angle, scale]): Affine => ({
      a: scale * Math.cos(angle),
      b: -scale * Math.sin(angle),
      c: 3 * angle,
      d: scale * Math.sin(angle),
      e: scale * Math.cos(angle),
      f: -scale,
    }))

  it('composes to the identity with its inverse', () => {
    fc.assert(
      fc.property(map, (forward) => {
        const both = composeAffine(forward, invertAffine(forward))
        for (const key of ['a', 'b', 'c', 'd', 'e', 'f'] as const) {
          expect(both[key]).toBeCloseTo(identityAffine[key], 9)
        }
      }),
    )
  })

  it('refuses to invert a flat map', () => {
    expect(() => invertAffine({ a: 1, b: 2, c: 0, d: 2, e: 4, f: 0 })).toThrow('invertible')
  })

  it('warps by the identity to the same image, and moves whole pixels exactly, with black outside', () => {
    const image = noise(9, 7)
    expect(warpAffine(image, identityAffine, image)).toEqual(image)
    const moved = warpAffine(image, { ...identityAffine, c: 1, f: -2 }, image)
    expect([...moved.data.subarray(0, 7 * 3 * 2)].every((pixel) => pixel === 0)).toBe(true)
    expect(moved.data[(2 * 7 + 0) * 3]).toBe(image.data[1 * 3])
    expect(moved.data[(2 * 7 + 6) * 3]).toBe(0)
    const edge = warpAffine(image, { ...identityAffine, c: 1, f: -2 }, image, 'edge')
    expect(edge.data[0]).toBe(image.data[3])
    expect(edge.data[(2 * 7 + 6) * 3]).toBe(image.data[6 * 3])
  })

  it('fades to black over the pixel at the border', () => {
    const white = { height: 4, width: 4, data: new Uint8Array(48).fill(200) }
    const moved = warpAffine(white, { ...identityAffine, c: -0.5 }, white)
    expect([moved.data[0], moved.data[3]]).toEqual([100, 200])
  })
})

describe('similarityTransform', () => {
  it('is the identity between equal points', () => {
    const found = similarityTransform(alignmentPoints(paper), alignmentPoints(paper))
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f'] as const) {
      expect(found[key]).toBeCloseTo(identityAffine[key], 9)
    }
  })

  it('recovers any similarity, and never reflects', () => {
    const value = fc.double({ min: -40, max: 40, noNaN: true })
    fc.assert(
      fc.property(value, value, value, fc.double({ min: 0.1, max: 4, noNaN: true }), (angle, x, y, scale) => {
        const a = scale * Math.cos(angle)
        const d = scale * Math.sin(angle)
        const wanted: Affine = { a, b: -d, c: x, d, e: a, f: y }
        const from = alignmentPoints({ height: 112, width: 112 })
        const found = similarityTransform(
          from,
          from.map((point) => applyAffine(wanted, point)),
        )
        for (const key of ['a', 'b', 'c', 'd', 'e', 'f'] as const)
          expect(found[key]).toBeCloseTo(wanted[key], 6)
        const mirrored = similarityTransform(
          from,
          from.map(({ x: px, y: py }) => ({ x: -px, y: py })),
        )
        expect(mirrored.a * mirrored.e - mirrored.b * mirrored.d).toBeGreaterThan(0)
      }),
    )
  })

  it('finds the least squared error: no small change does better', () => {
    const from = alignmentPoints({ height: 112, width: 112 })
    const to = from.map(({ x, y }, index) => ({ x: y + 3 * (index % 2), y: 100 - x + index }))
    const error = (map: Affine): number =>
      from.reduce((sum, point, index) => {
        const got = applyAffine(map, point)
        return sum + (got.x - (to[index]?.x ?? 0)) ** 2 + (got.y - (to[index]?.y ?? 0)) ** 2
      }, 0)
    const best = similarityTransform(from, to)
    for (const step of [1e-3, -1e-3]) {
      expect(error({ ...best, a: best.a + step, e: best.e + step })).toBeGreaterThan(error(best))
      expect(error({ ...best, b: best.b - step, d: best.d + step })).toBeGreaterThan(error(best))
      expect(error({ ...best, c: best.c + step })).toBeGreaterThan(error(best))
      expect(error({ ...best, f: best.f + step })).toBeGreaterThan(error(best))
    }
  })

  it('refuses points that say nothing', () => {
    const point = { x: 1, y: 2 }
    expect(() => similarityTransform([point, point], [point, point])).toThrow('do not all coincide')
    expect(() => similarityTransform([point], [point])).toThrow('at least two')
    expect(() => similarityTransform([point, { x: 2, y: 2 }], [point])).toThrow('to be 2 points')
  })
})

describe('alignment', () => {
  it('has the 112x112 points, and the same shifted by 8 columns at 112x96', () => {
    const square = alignmentPoints({ height: 112, width: 112 })
    expect(square[0]).toEqual({ x: 38.2946, y: 51.6963 })
    alignmentPoints(paper).forEach((point, index) => {
      expect(point.x).toBeCloseTo((square[index]?.x ?? 0) - 8, 9)
      expect(point.y).toBeCloseTo(square[index]?.y ?? 0, 9)
    })
  })

  it('points at the same spot of the face at every size', () => {
    // a bright dot at the nose of a 112x112 crop is at the nose of each network's crop of it
    const nose = { x: 56, y: 72 }
    const image = drawPoints(
      { height: 112, width: 112, data: new Uint8Array(112 * 112 * 3) },
      [nose],
      [255, 255, 255],
      0,
    )
    for (const size of [
      paper,
      { height: 56, width: 48 },
      { height: 224, width: 224 },
      { height: 128, width: 128 },
    ]) {
      const crop = networkCrop(image, size)
      let brightest = 0
      crop.data.forEach((pixel, at) => {
        if (pixel > (crop.data[brightest] ?? 0)) brightest = at
      })
      const pixel = Math.floor(brightest / 3)
      const point = alignmentPoints(size)[2] ?? { x: 0, y: 0 }
      const unit = Math.max(size.height, size.width) / 112
      expect(Math.abs((pixel % size.width) - point.x)).toBeLessThanOrEqual(0.6 + unit)
      expect(Math.abs(Math.floor(pixel / size.width) - point.y)).toBeLessThanOrEqual(0.6 + unit)
    }
  })

  it('brings a turned and enlarged copy back to the same pixels', () => {
    const crop = waves(112, 112)
    const forward: Affine = { a: 1.2, b: -0.5, c: 70, d: 0.5, e: 1.2, f: 12 }
    const photograph = warpAffine(crop, invertAffine(forward), { height: 220, width: 220 })
    const points = alignmentPoints({ height: 112, width: 112 }).map((point) => applyAffine(forward, point))
    const aligned = alignFace(photograph, points, { height: 112, width: 112 })
    expect(largestDifference(aligned, crop, 4)).toBeLessThanOrEqual(4)
  })
})

describe('colour and planes', () => {
  it('mirrors, twice to the same', () => {
    const image = noise(3, 5)
    expect([...mirror(image).data.subarray(0, 3)]).toEqual([...image.data.subarray(12, 15)])
    expect(mirror(mirror(image))).toEqual(image)
  })

  it('makes grey of equal parts and keeps grey', () => {
    const image = grey(noise(4, 4))
    for (let at = 0; at < image.data.length; at += 3) {
      expect(image.data[at]).toBe(image.data[at + 1])
      expect(image.data[at]).toBe(image.data[at + 2])
    }
    expect(grey(image)).toEqual(image)
  })

  it('writes planes (p − 127.5) / 128, in either channel order', () => {
    const image: Image = { height: 1, width: 2, data: new Uint8Array([0, 10, 20, 255, 128, 127]) }
    const expected = [0, 255, 10, 128, 20, 127].map((pixel) => Math.fround((pixel - 127.5) / 128))
    expect([...normalise([image])]).toEqual(expected)
    const bgr = [20, 127, 10, 128, 0, 255].map((pixel) => Math.fround((pixel - 127.5) / 128))
    expect([...normalise([image], { channels: 'bgr', mean: 127.5, std: 128 })]).toEqual(bgr)
  })

  it('mirrors on the way as the mirrored image would', () => {
    const image = noise(5, 4)
    const rule = { channels: 'rgb', mean: 127.5, std: 128 } as const
    const planes = new Float32Array(60)
    normaliseInto(planes, 0, image, 'rgb', normalisationTable(rule), true)
    expect(planes).toEqual(normalise([mirror(image)], rule))
    expect(mirrorPlanes(normalise([image], rule), image)).toEqual(planes)
  })

  it('refuses images of different sizes and a std of 0', () => {
    expect(() => normalise([noise(2, 2), noise(2, 3)])).toThrow('2x3')
    expect(() => normalisationTable({ channels: 'rgb', mean: 0, std: 0 })).toThrow('`std`')
  })
})
