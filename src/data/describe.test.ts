import { describe, expect, it } from 'vitest'
import type { Remark } from './describe.ts'
import { describeDataset, summariseCounts } from './describe.ts'

const input = { height: 112, width: 96 }
const square = { height: 112, width: 112 }
const text = (remarks: readonly Remark[]): string => remarks.map((remark) => remark.text).join('\n')
const warnings = (remarks: readonly Remark[]): number =>
  remarks.filter(({ level }) => level === 'warning').length

describe('describeDataset', () => {
  it('counts', () => {
    expect(summariseCounts([3, 1, 10, 2])).toEqual({
      identities: 4,
      images: 16,
      min: 1,
      median: 2.5,
      max: 10,
      single: 1,
    })
    expect(summariseCounts([])).toMatchObject({ identities: 0, images: 0, median: 0 })
    const remarks = describeDataset({
      imagesPerIdentity: new Array<number>(1200).fill(10),
      sizes: [square],
      input,
    })
    expect(remarks[0]?.text).toBe(
      '1,200 identities, 12,000 images to learn from; per identity 10 to 10, median 10',
    )
    expect(warnings(remarks)).toBe(0)
  })

  it('says nothing about how many people it takes where they are drawn', () => {
    const facts = { imagesPerIdentity: [5, 5], sizes: [square], input }
    expect(text(describeDataset(facts))).toContain('too little to train a recogniser')
    const remarks = describeDataset({ ...facts, drawn: true })
    expect(text(remarks)).not.toContain('too little')
    expect(remarks).toHaveLength(2)
  })

  it('names mixed sizes and aspects', () => {
    const sizes = [square, square, square, { height: 480, width: 640 }]
    const remarks = describeDataset({ imagesPerIdentity: [5, 5], sizes, input })
    expect(text(remarks)).toContain('mixed sizes and aspects: 112x112 (75 %), 480x640 (25 %)')
    expect(text(remarks)).toContain('align them first')
    expect(text(describeDataset({ imagesPerIdentity: [5], sizes: [square, square], input }))).toContain(
      'All images are 112x112: they look aligned',
    )
  })

  it('does not take a set for mixed because of a few strays', () => {
    const stray = { height: 96, width: 96 }
    const among = (count: number): readonly Remark[] =>
      describeDataset({
        imagesPerIdentity: new Array<number>(1200).fill(10),
        sizes: [...new Array<typeof square>(count).fill(square), stray],
        input,
      })
    expect(warnings(among(64))).toBe(0)
    expect(text(among(64))).toContain('Nearly all images are 112x112 (2 % are not): they look aligned')
    expect(text(among(19))).toContain('mixed sizes: 112x112 (95 %), 96x96 (5 %)')
    expect(warnings(among(20))).toBe(0)
  })

  it('doubts photographs of one size, and names small ones', () => {
    const photos = describeDataset({ imagesPerIdentity: [5], sizes: [{ height: 480, width: 640 }], input })
    expect(text(photos)).toContain('no usual size of aligned faces')
    const small = describeDataset({ imagesPerIdentity: [5], sizes: [{ height: 32, width: 32 }], input })
    expect(text(small)).toContain('100 % of the images are less than half as large')
  })

  it('says whether it is enough, and what to do instead', () => {
    const of = (identities: number, each: number): string =>
      text(describeDataset({ imagesPerIdentity: new Array<number>(identities).fill(each), sizes: [], input }))
    expect(of(50, 20)).toContain('too little')
    expect(of(50, 20)).toContain('cosface evaluate --model')
    expect(of(1300, 9)).toContain('--preset small-set')
    expect(of(10_575, 46)).toContain('enough to train from scratch')
    expect(of(110_000, 2)).toContain('--min-images 3')
  })
})
