/** @file Retrieval by blocks of products, against sorting every query's scores. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/random.ts'
import { normalizeRows } from '../features.ts'
import { retrievalProtocol } from './retrieval.ts'
import { roughProduct } from '../../../test/rough-product.ts'

const size = 12
const people = 30

/** Images of people of whom some have many and some one; a third are copies, so that scores tie exactly. */
const drawn = (count: number): { readonly data: Float32Array; readonly labels: Int32Array } => {
  const stream = random(7, 'retrieval')
  const labels = Int32Array.from({ length: count }, () => Math.floor(people * stream.uniform() ** 2))
  labels[3] = people
  const rows: number[][] = []
  labels.forEach((label, i) => {
    const own = random(7, 'person', label)
    const fresh = Array.from({ length: size }, () => own.normal() + 0.9 * stream.normal())
    const copied = rows[stream.integer(Math.max(1, i))]
    rows.push(copied !== undefined && stream.integer(3) === 0 ? copied : fresh)
  })
  return { data: normalizeRows(Float32Array.from(rows.flat()), size), labels }
}

const { data, labels } = drawn(400)

/** Precision at 1, R-precision and MAP@R by the definitions. */
const slow = (): readonly number[] => {
  let [atOne, atR, precisions] = [0, 0, 0]
  let queries = 0
  labels.forEach((label, query) => {
    const wanted = labels.filter((other) => other === label).length - 1
    if (wanted === 0) return
    queries++
    const scores = Array.from(labels, (_, image) => {
      let sum = 0
      for (let i = 0; i < size; i++) sum += (data[query * size + i] ?? NaN) * (data[image * size + i] ?? NaN)
      return { image, sum }
    })
    const found = scores
      .filter(({ image }) => image !== query)
      .sort((a, b) => b.sum - a.sum || a.image - b.image)
      .slice(0, wanted)
      .map(({ image }) => labels[image] === label)
    const hits = found.map((_, place) => found.slice(0, place + 1).filter(Boolean).length)
    atOne += Number(found[0])
    atR += (hits.at(-1) ?? NaN) / wanted
    precisions += found.reduce((sum, hit, i) => sum + (hit ? (hits[i] ?? NaN) / (i + 1) : 0), 0) / wanted
  })
  return [atOne, atR, precisions].map((sum) => sum / queries)
}

describe.each([
  ['plain loops', {}],
  ['products in single precision', { openProduct: roughProduct }],
] as const)('retrieval by %s', (_, options) => {
  it('gives what sorting all scores gives', async () => {
    const told: number[] = []
    const found = await retrievalProtocol(data, size, labels, {
      ...options,
      replicates: 0,
      onProgress: (done) => told.push(done),
    })
    const values = [found.precisionAt1, found.rPrecision, found.mapAtR].map(({ value }) => value)
    slow().forEach((value, i) => expect(values[i]).toBeCloseTo(value, 12))
    expect(found.mapAtR.value).toBeGreaterThan(0.1)
    expect(found.mapAtR.value).toBeLessThan(0.9)
    expect(told.at(-1)).toBe(400)
  })

  it('is stopped by a signal', async () => {
    await expect(
      retrievalProtocol(data, size, labels, { ...options, signal: AbortSignal.abort() }),
    ).rejects.toThrow('aborted')
  })
})
