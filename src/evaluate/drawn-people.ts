/** @file People drawn with replacement, and how often that puts each pair into a replicate. */
import type { Random } from '../base/random.ts'

/** Draws as many people as there are; `drawn` then tells how often each was. */
export function drawPeople(drawn: Int32Array, stream: Random): void {
  drawn.fill(0)
  for (let i = 0; i < drawn.length; i++) {
    const person = stream.integer(drawn.length)
    drawn[person] = (drawn[person] ?? 0) + 1
  }
}

/**
 * Sets `weights` to how often each pair counts: as often as both its people were drawn, a pair of one person, whose `second` is
 * negative, as often as that one.
 */
export function weighPairs(
  weights: Float64Array,
  drawn: Int32Array,
  first: Int32Array,
  second: Int32Array,
): void {
  for (let i = 0; i < weights.length; i++) {
    const other = second[i] ?? NaN
    weights[i] = (drawn[first[i] ?? NaN] ?? NaN) * (other < 0 ? 1 : (drawn[other] ?? NaN))
  }
}
