import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { mirror } from '../image/colour.ts'
import type { Image } from '../image/image.ts'
import { networkCrop } from '../image/resample.ts'
import type { Augmentation, Changes } from './augment.ts'
import { applyChanges, drawChanges, marginFor, noAugmentation } from './augment.ts'

const size = { height: 28, width: 24 }
const nothing: Changes = { flip: false, grey: false }
const all: Augmentation = {
  flip: true,
  shift: 2,
  zoom: 0.1,
  rotate: 8,
  light: 0.3,
  grey: 0.5,
  erase: 0.5,
  blur: 0.5,
}

const picture = (margin: number): Image => {
  const stream = random(5, 'picture')
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, () => stream.integer(256))
  return networkCrop({ height: 40, width: 40, data }, size, margin)
}

describe('drawChanges', () => {
  it('changes nothing where all is off', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, epoch, index) => {
        expect(drawChanges(noAugmentation, seed, { epoch, index, copy: 0 })).toEqual(nothing)
      }),
    )
  })

  it('depends on seed, epoch, sample and copy only', () => {
    const draw = { epoch: 3, index: 14, copy: 0 }
    expect(drawChanges(all, 1, draw)).toEqual(drawChanges(all, 1, { ...draw }))
    for (const other of [
      { ...draw, epoch: 4 },
      { ...draw, index: 15 },
      { ...draw, copy: 1 },
    ]) {
      expect(drawChanges(all, 1, other)).not.toEqual(drawChanges(all, 1, draw))
    }
    expect(drawChanges(all, 2, draw)).not.toEqual(drawChanges(all, 1, draw))
  })

  it('leaves the other changes as they were when one is switched', () => {
    const draw = { epoch: 0, index: 3, copy: 0 }
    const { move: _, ...rest } = drawChanges(all, 1, draw)
    expect(drawChanges({ ...all, shift: 0, zoom: 0, rotate: 0 }, 1, draw)).toEqual(rest)
  })

  it('stays within what was asked, and happens as often', () => {
    let flips = 0
    let greys = 0
    for (let index = 0; index < 2000; index++) {
      const { flip, grey, move, light } = drawChanges(all, 1, { epoch: 0, index, copy: 0 })
      flips += flip ? 1 : 0
      greys += grey ? 1 : 0
      expect(Math.abs(move?.x ?? 9)).toBeLessThanOrEqual(2)
      expect(Math.abs((move?.zoom ?? 9) - 1)).toBeLessThanOrEqual(0.1)
      expect(Math.abs(move?.degrees ?? 99)).toBeLessThanOrEqual(8)
      expect(Math.abs((light?.brightness ?? 9) - 1)).toBeLessThanOrEqual(0.3)
    }
    expect(Math.abs(flips - 1000)).toBeLessThan(100)
    expect(Math.abs(greys - 1000)).toBeLessThan(100)
  })
})

describe('applyChanges', () => {
  it('gives the crop back, byte for byte, without changes', () => {
    for (const margin of [0, 3]) {
      const crop = picture(margin)
      const { image, mirrored } = applyChanges(crop, nothing, size, margin)
      expect(mirrored).toBe(false)
      expect(image).toEqual(picture(0))
    }
  })

  it('gives the same bytes through the warp when it moves nothing', () => {
    const still = { ...nothing, move: { x: 0, y: 0, zoom: 1, degrees: 0 } }
    expect(applyChanges(picture(3), still, size, 3).image).toEqual(picture(0))
    const flipped = applyChanges(picture(3), { ...still, flip: true }, size, 3)
    expect(flipped).toEqual({ image: mirror(picture(0)), mirrored: false })
  })

  it('leaves mirroring to the writer where nothing else moves', () => {
    expect(applyChanges(picture(0), { ...nothing, flip: true }, size, 0)).toEqual({
      image: picture(0),
      mirrored: true,
    })
  })

  it('shifts the face by whole pixels exactly, showing what lay in the margin', () => {
    const crop = picture(3)
    const { image } = applyChanges(crop, { ...nothing, move: { x: 2, y: -1, zoom: 1, degrees: 0 } }, size, 3)
    const at = (y: number, x: number): number[] => [
      ...image.data.subarray((y * 24 + x) * 3, (y * 24 + x) * 3 + 3),
    ]
    const from = (y: number, x: number): number[] => {
      const place = ((y + 3) * crop.width + x + 3) * 3
      return [...crop.data.subarray(place, place + 3)]
    }
    expect(at(5, 5)).toEqual(from(6, 3))
    expect(at(0, 0)).toEqual(from(1, -2))
  })

  it('never writes into the crop it was given', () => {
    for (let index = 0; index < 50; index++) {
      for (const options of [all, { ...all, shift: 0, zoom: 0, rotate: 0 }]) {
        const margin = marginFor(options, size)
        const crop = picture(margin)
        applyChanges(crop, drawChanges(options, 1, { epoch: 0, index, copy: 0 }), size, margin)
        expect(Buffer.compare(crop.data, picture(margin).data)).toBe(0)
      }
    }
  })

  it('covers the rectangle, loses colour, and changes light', () => {
    const erase = { top: 0.25, left: 0.25, height: 0.25, width: 0.5, level: 7 }
    const { image } = applyChanges(picture(0), { ...nothing, grey: true, erase }, size, 0)
    expect([...image.data.subarray((8 * 24 + 8) * 3, (8 * 24 + 8) * 3 + 3)]).toEqual([7, 7, 7])
    expect(image.data[0]).toBe(image.data[2])
    const dark = applyChanges(picture(0), { ...nothing, light: { brightness: 0, contrast: 1 } }, size, 0)
    expect(new Set(dark.image.data)).toEqual(new Set([0]))
  })

  it('blurs to less contrast between neighbours', () => {
    const roughness = (image: Image): number => {
      let sum = 0
      for (let at = 3; at < image.data.length; at++)
        sum += Math.abs((image.data[at] ?? 0) - (image.data[at - 3] ?? 0))
      return sum
    }
    const blurred = applyChanges(picture(0), { ...nothing, blur: 2 }, size, 0).image
    expect(roughness(blurred)).toBeLessThan(roughness(picture(0)) / 2)
  })
})

describe('marginFor', () => {
  it('is nothing where nothing moves and grows with the shift', () => {
    expect(marginFor({ ...noAugmentation, flip: true, erase: 1 }, size)).toBe(0)
    expect(marginFor({ ...noAugmentation, shift: 2 }, size)).toBe(2)
    expect(marginFor({ ...all, rotate: 90 }, size)).toBeLessThanOrEqual(4)
  })
})
