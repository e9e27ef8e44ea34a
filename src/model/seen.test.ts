import { describe, expect, it } from 'vitest'
import { FormatError } from '../base/errors.ts'
import { random } from '../base/random.ts'
import { decodeSeen, encodeSeen, imageHash, personHash, readSeen, seenMetadata } from './seen.ts'

const file = (i: number): bigint => imageHash(new TextEncoder().encode(`image ${i}`))

describe('whom a model has seen', () => {
  it('is recognised, whoever else is not', () => {
    const seen = decodeSeen(
      encodeSeen(['Anna_Berg', 'Bob Hill', 'n000002'], [file(1), file(2)]),
      'model.onnx',
    )
    const knows = (name: string): boolean => seen.people.has(personHash(name) ?? 0n)
    expect(['Anna Berg', 'anna-berg', 'Bob_Hill', 'Carl_Holm', 'Anna'].map(knows)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect([1, 2, 3].map((i) => seen.images.has(file(i)))).toEqual([true, true, false])
    expect([seen.people, seen.images].map(({ count, falseShare }) => [count, falseShare])).toEqual([
      [2, 0],
      [2, 0],
    ])
  })

  it('takes numbers and numbered words for labels, which tell nothing of another data set', () => {
    expect(
      ['0', '0000045', 'n000002', 'person 12', 'id_7', 'P-03', ''].map((name) => personHash(name)),
    ).toEqual(Array(7).fill(undefined))
    expect(['m.0107_f', 'Anna', '王', 'Anna 2nd'].map((name) => personHash(name) === undefined)).toEqual(
      Array(4).fill(false),
    )
  })

  it('fits in a megabyte, however many images there are, and says how often a filter is wrong', () => {
    const stream = random(1, 'seen')
    const hash = (): bigint => BigInt(stream.integer(2 ** 32)) * 4294967296n + BigInt(stream.integer(2 ** 32))
    const many = Array.from({ length: 150_000 }, hash)
    const text = encodeSeen(['Anna Berg'], many)
    expect(text.length).toBeLessThanOrEqual(1_000_000)
    const { people, images } = decodeSeen(text, 'model.onnx')
    expect([people.falseShare, images.count]).toEqual([0, 150_000])
    expect(many.slice(0, 2000).every(images.has)).toBe(true)
    const wrong = Array.from({ length: 50_000 }, hash).filter(images.has).length / 50_000
    expect(images.falseShare).toBeGreaterThan(0)
    expect(Math.abs(wrong - images.falseShare)).toBeLessThan(5 * Math.sqrt(images.falseShare / 50_000))
  })

  it('is read from metadata, and refused where it is damaged', () => {
    expect(readSeen({}, 'a.onnx')).toBeUndefined()
    expect(readSeen(seenMetadata(encodeSeen([], [])), 'a.onnx')?.images.count).toBe(0)
    for (const text of ['', '{}', encodeSeen(['Anna Berg'], []).replace('"count":1', '"count":5')])
      expect(() => decodeSeen(text, 'a.onnx')).toThrow(FormatError)
  })
})
