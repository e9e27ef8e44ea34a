/** @file People compared by products of matrices, against comparing every two by a loop. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/random.ts'
import type { LabelledEmbeddings } from './identities.ts'
import { alikeThreshold, findAlike, findOutliers, findOverlap, ownCosines } from './identities.ts'
import { roughProduct } from '../../../test/rough-product.ts'

const size = 8

/** People of a few images; some share a direction, some images lie with somebody else. */
const drawn = (seed: number, people: number): LabelledEmbeddings => {
  const stream = random(seed, 'people')
  const centres = Array.from({ length: people }, () => Array.from({ length: size }, () => stream.normal()))
  const owners = Array.from({ length: people }, (_, person) =>
    Array.from({ length: 1 + stream.integer(4) }, () => person),
  ).flat()
  const data = new Float32Array(owners.length * size)
  owners.forEach((person, row) => {
    const shown = stream.integer(12) === 0 ? stream.integer(people) : person % (people - 3)
    const values = (centres[shown] ?? []).map((value) => value + 0.4 * stream.normal())
    const length = Math.hypot(...values)
    values.forEach((value, i) => {
      data[row * size + i] = value / length
    })
  })
  return { data, size, identities: Int32Array.from(owners) }
}

/** Means of length 1 by plain loops. */
const means = ({ data, identities }: LabelledEmbeddings): number[][] =>
  Array.from({ length: Math.max(...identities) + 1 }, (_, person) => {
    const sum = Array.from({ length: size }, (__, i) =>
      identities.reduce((all, owner, row) => all + (owner === person ? (data[row * size + i] ?? NaN) : 0), 0),
    )
    const length = Math.hypot(...sum)
    return sum.map((value) => value / length)
  })
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)

describe.each([
  ['plain loops', {}],
  ['products in single precision', { openProduct: roughProduct }],
] as const)('%s', (_, options) => {
  it('find the people that look alike, in one set and in two', async () => {
    const [one, other] = [drawn(1, 60), drawn(1, 45)]
    const [a, b] = [means(one), means(other)]
    const expected = (rows: number[][], columns: number[][], once: boolean): string[] =>
      rows.flatMap((row, i) =>
        columns.flatMap((column, j) => (dot(row, column) >= 0.8 && (!once || i < j) ? [`${i} ${j}`] : [])),
      )
    const names = (found: readonly { readonly first: number; readonly second: number }[]): string[] =>
      found.map(({ first, second }) => `${first} ${second}`).toSorted()
    const alike = await findAlike(one, 0.8, options)
    expect(names(alike)).toEqual(expected(a, a, true).toSorted())
    expect(alike.length).toBeGreaterThan(5)
    expect(alike.map(({ cosine }) => cosine)).toEqual(
      alike.map(({ cosine }) => cosine).toSorted((x, y) => y - x),
    )
    expect(names(await findOverlap(one, other, 0.8, options))).toEqual(expected(a, b, false).toSorted())
  })

  it('find the images that are nearer to somebody else', async () => {
    const set = drawn(4, 50)
    const own = ownCosines(set)
    const limit = alikeThreshold(own)
    const centres = means(set)
    const expected = [...set.identities].flatMap((person, image) => {
      const mine = own[image] ?? NaN
      if (!(mine < limit)) return []
      const row = [...set.data.subarray(image * size, (image + 1) * size)]
      const cosines = centres.map((centre, c) => (c === person ? -Infinity : dot(row, centre)))
      const best = Math.max(...cosines)
      return best > mine ? [`${image} ${cosines.indexOf(best)}`] : []
    })
    const told: number[] = []
    const found = await findOutliers(set, own, { ...options, onProgress: (done) => told.push(done) })
    expect(found.map(({ image, nearest }) => `${image} ${nearest}`).toSorted()).toEqual(expected.toSorted())
    expect(found.length).toBeGreaterThan(3)
    expect(told.length).toBeGreaterThan(0)
  })
})
