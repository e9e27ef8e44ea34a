import { describe, expect, it } from 'vitest'
import { originDifference } from './embedding-origin.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'

const origin: EmbeddingOrigin = {
  model: 'a1',
  detector: 'd1',
  aligner: 'umeyama-bilinear/1',
  flip: 'sum',
  size: 128,
}

describe('what embeddings were made with', () => {
  it('is equal to itself', () => {
    expect(originDifference(origin, { ...origin })).toBeUndefined()
  })

  it('differs in each part by name', () => {
    const others: readonly [keyof EmbeddingOrigin, EmbeddingOrigin][] = [
      ['model', { ...origin, model: 'a2' }],
      ['detector', { ...origin, detector: 'given' }],
      ['aligner', { ...origin, aligner: 'umeyama-bilinear/2' }],
      ['flip', { ...origin, flip: 'concat' }],
      ['size', { ...origin, size: 256 }],
    ]
    for (const [part, other] of others) {
      expect(originDifference(origin, other)).toEqual({
        part,
        first: String(origin[part]),
        second: String(other[part]),
      })
    }
  })
})
