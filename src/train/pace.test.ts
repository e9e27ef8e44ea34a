import { expect, it } from 'vitest'
import { fastest } from './pace.ts'

/** Runs of so many seconds each, and how many of them were made. */
const rehearsed = async (...seconds: readonly number[]): Promise<readonly [best: number, runs: number]> => {
  let runs = 0
  const best = await fastest(() => Promise.resolve(seconds[Math.min(runs++, seconds.length - 1)] ?? NaN))
  return [best, runs]
}

it('a rehearsal goes on until steps are as fast as they become', async () => {
  // measured: a small network, a larger batch of it, a large network
  expect(await rehearsed(1.4, 0.37, 0.084, 0.076, 0.12, 0.08, 0.054, 0.1)).toEqual([0.054, 8])
  expect(await rehearsed(1.4, 1.2, 0.28, 0.19, 0.22)).toEqual([0.19, 8])
})

it('and makes the start of a slow training no longer', async () => {
  expect(await rehearsed(13.7, 15.1)).toEqual([13.7, 1])
  expect(await rehearsed(4, 1.5, 1)).toEqual([1.5, 2])
})
