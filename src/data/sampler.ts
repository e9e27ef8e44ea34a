/** @file Which samples a training iteration sees, as a pure function of the seed: position is all the state there is. */
import { checkInteger } from '../base/check.ts'
import { DataError } from '../base/errors.ts'
import { placesOf } from '../base/groups.ts'
import { random, shuffled } from '../base/random.ts'
import type { Random } from '../base/random.ts'

/** One sample of one batch. */
export interface Draw {
  readonly index: number
  /** The pass it belongs to; keys its augmentation. */
  readonly epoch: number
  /** Counts repetitions of a sample within the pass, so that each is augmented anew. */
  readonly copy: number
}

/** Iteration → samples. */
export interface Sampler {
  /** Batches in one pass, rounded up. */
  readonly batchesPerEpoch: number
  draws(iteration: number): readonly Draw[]
}

const permutation = (length: number, stream: Random): Uint32Array => {
  const order = Uint32Array.from({ length }, (_, index) => index)
  for (let i = length - 1; i > 0; i--) {
    const j = stream.integer(i + 1)
    // a place holds its own number until something is put there
    const held = order[i] ?? i
    order[i] = order[j] ?? j
    order[j] = held
  }
  return order
}

/** Keeps the last few results of a function that is asked for neighbouring epochs. */
const remembered = <T>(compute: (epoch: number) => T, most = 3): ((epoch: number) => T) => {
  const kept = new Map<number, T>()
  return (epoch) => {
    const found = kept.get(epoch)
    if (found !== undefined) return found
    const value = compute(epoch)
    if (kept.size >= most) kept.delete(Math.min(...kept.keys()))
    kept.set(epoch, value)
    return value
  }
}

/**
 * Every sample once per epoch, in an order drawn anew each time. The epochs follow each other without a gap: a batch
 * that an epoch cannot fill is completed from the next, so none is short and no sample is ever left out.
 */
export function shuffledSampler(samples: number, batch: number, seed: number): Sampler {
  checkInteger('samples', samples, { min: 1 })
  checkInteger('batch', batch, { min: 1 })
  const order = remembered((epoch) => permutation(samples, random(seed, 'order', epoch)))
  return {
    batchesPerEpoch: Math.ceil(samples / batch),
    draws: (iteration) =>
      Array.from({ length: batch }, (_, place) => {
        const position = iteration * batch + place
        const epoch = Math.floor(position / samples)
        return { index: order(epoch)[position % samples] ?? NaN, epoch, copy: 0 }
      }),
  }
}

/**
 * Batches of P identities with K images each, as embedding losses need them. Identities come in an order drawn anew
 * each pass, each image of an identity once before any repeats; identities under `K` images repeat theirs.
 * @param identityOf the identity of each sample
 * @throws DataError with fewer than P identities
 */
export function identitySampler(
  identityOf: readonly number[],
  identitiesPerBatch: number,
  imagesPerIdentity: number,
  seed: number,
): Sampler {
  const people = checkInteger('identitiesPerBatch', identitiesPerBatch, { min: 2 })
  const each = checkInteger('imagesPerIdentity', imagesPerIdentity, { min: 2 })
  const groups = groupByIdentity(identityOf)
  if (groups.length < people) {
    throw new DataError(
      `Batches of ${people} identities with ${each} images each need at least as many people, there are ${groups.length}; take a smaller --batch`,
    )
  }
  // a batch lies within one pass, so that its identities differ; the few left over come first in another pass
  const batches = Math.floor(groups.length / people)
  const order = remembered((epoch) => permutation(groups.length, random(seed, 'identities', epoch)))
  return {
    batchesPerEpoch: batches,
    draws: (iteration) => {
      const epoch = Math.floor(iteration / batches)
      const first = (iteration % batches) * people
      return [...order(epoch).subarray(first, first + people)].flatMap((group) => {
        const members = groups[group] ?? []
        const firstOfPass = Math.floor((epoch * each) / members.length)
        return Array.from({ length: each }, (_, place) => {
          // the images of an identity form an endless sequence of permutations, `each` of them taken per pass
          const position = epoch * each + place
          const round = Math.floor(position / members.length)
          const within = shuffled(members, random(seed, 'images', group, round))
          return { index: within[position % members.length] ?? NaN, epoch, copy: round - firstOfPass }
        })
      })
    },
  }
}

/** The samples of each identity that has any, by identity. */
export function groupByIdentity(identityOf: readonly number[]): readonly (readonly number[])[] {
  return [...placesOf(identityOf)].toSorted((a, b) => a[0] - b[0]).map(([, members]) => members)
}
