import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupByIdentity, identitySampler, shuffledSampler } from './sampler.ts'

describe('shuffledSampler', () => {
  it('shows every sample exactly once per epoch, across batch boundaries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 16 }),
        fc.nat(),
        (samples, batch, seed) => {
          const sampler = shuffledSampler(samples, batch, seed)
          const drawn = Array.from({ length: samples * 2 }, (_, iteration) => sampler.draws(iteration)).flat()
          for (let epoch = 0; epoch < 2 * batch; epoch++) {
            const pass = drawn.slice(epoch * samples, (epoch + 1) * samples)
            expect(pass.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
              Array.from({ length: samples }, (_, index) => index),
            )
            expect(new Set(pass.map((draw) => draw.epoch))).toEqual(new Set([epoch]))
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is a function of the iteration: order of asking changes nothing', () => {
    const forwards = shuffledSampler(50, 8, 3)
    const jumping = shuffledSampler(50, 8, 3)
    const late = jumping.draws(40)
    expect(jumping.draws(2)).toEqual(forwards.draws(2))
    expect(forwards.draws(40)).toEqual(late)
  })

  it('orders epochs and seeds differently', () => {
    const order = (seed: number, iteration: number): number[] =>
      shuffledSampler(30, 30, seed)
        .draws(iteration)
        .map(({ index }) => index)
    expect(order(1, 0)).not.toEqual(order(1, 1))
    expect(order(1, 0)).not.toEqual(order(2, 0))
    expect(shuffledSampler(100, 32, 1).batchesPerEpoch).toBe(4)
  })

  it('refuses nothing to draw from', () => {
    expect(() => shuffledSampler(0, 8, 1)).toThrow('`samples`')
    expect(() => shuffledSampler(8, 0, 1)).toThrow('`batch`')
  })
})

describe('identitySampler', () => {
  const identityOf = [5, 5, 5, 5, 5, 1, 1, 2, 2, 2, 9, 3, 3, 3, 3]

  it('draws P identities with K images each', () => {
    const sampler = identitySampler(identityOf, 2, 3, 7)
    expect(sampler.batchesPerEpoch).toBe(2)
    for (let iteration = 0; iteration < 40; iteration++) {
      const drawn = sampler.draws(iteration).map(({ index }) => identityOf[index])
      expect(drawn).toHaveLength(6)
      expect([new Set(drawn.slice(0, 3)).size, new Set(drawn.slice(3)).size, new Set(drawn).size]).toEqual([
        1, 1, 2,
      ])
    }
  })

  it('shows all images of an identity before any again', () => {
    const sampler = identitySampler([0, 0, 0, 0, 1, 1, 1, 1], 2, 2, 4)
    const seen = [0, 1].flatMap((iteration) => sampler.draws(iteration).map(({ index }) => index))
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('counts repetitions within a batch', () => {
    const sampler = identitySampler([0, 1], 2, 3, 4)
    const copies = sampler.draws(5).map(({ copy }) => copy)
    expect(copies).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('refuses more identities than there are', () => {
    expect(() => identitySampler([0, 1, 1], 3, 2, 1)).toThrow(
      'Batches of 3 identities with 2 images each need at least as many people, there are 2',
    )
  })
})

it('groupByIdentity keeps identities in order', () => {
  expect(groupByIdentity([4, 1, 4])).toEqual([[1], [0, 2]])
})
