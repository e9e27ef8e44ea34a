/** @file Ranks of mates among distractors: for each ordered pair of probes of one person, how many distractors score as high. */

import { placesOf } from '../../base/groups.ts'
import type { ScoreHistogram } from './histogram.ts'

/** A probe's mates. */
interface Mates {
  /** Their scores, ascending. */
  readonly scores: Float32Array
  /** Distractors that reach this mate's score but not the next one's. */
  readonly beaten: Uint32Array
  /** The first mate still followed. */
  first: number
}

/**
 * Counts, for every probe and each of its mates, the distractors that score at least as high with the probe. A mate that
 * `maxRank` distractors have beaten is no longer followed.
 */
export class MateRanks {
  /** Mates of each probe. */
  readonly matesOf: Int32Array
  /** Ordered pairs. */
  readonly total: number
  readonly #maxRank: number
  readonly #mates: readonly Mates[]
  /** The probes of each probe's person, ascending. */
  readonly #groups: readonly (readonly number[])[]

  constructor(identities: Int32Array, maxRank: number) {
    const groups = placesOf(identities)
    this.#groups = Array.from(identities, (identity) => groups.get(identity) ?? [])
    this.matesOf = identities.map((identity) => (groups.get(identity)?.length ?? 1) - 1)
    this.total = this.matesOf.reduce((sum, mates) => sum + mates, 0)
    this.#maxRank = maxRank
    this.#mates = Array.from(this.matesOf, (count) => ({
      scores: new Float32Array(count),
      beaten: new Uint32Array(count),
      first: 0,
    }))
  }

  /** Takes the mates' scores out of scores [P, count] of all probes with the probes from `from` on. */
  addMates(scores: Float32Array, count: number, from: number): void {
    for (let q = from; q < from + count; q++) {
      const group = this.#groups[q] ?? []
      const own = group.indexOf(q)
      for (const [place, p] of group.entries()) {
        const mates = this.#mates[p]
        if (p === q || mates === undefined) continue
        // nobody is a mate of itself: those after it move up by one
        mates.scores[own < place ? own : own - 1] = scores[p * count + q - from] ?? NaN
      }
    }
  }

  /** Orders the mates, once all are added and before distractors are. */
  orderMates(): void {
    for (const { scores } of this.#mates) scores.sort()
  }

  /** Counts the columns [from, to) of scores [P, stride], here and in the histogram, in a single pass over them. */
  addColumns(scores: Float32Array, stride: number, from: number, to: number, all: ScoreHistogram): void {
    for (const [p, mates] of this.#mates.entries()) {
      const row = p * stride
      if (all.floor === -Infinity) {
        all.addRow(scores, row + from, row + to)
        this.#addRow(mates, scores, row + from, row + to)
      } else this.#addTails(mates, scores, row + from, row + to, all)
      this.#dropBeaten(mates)
    }
    all.flush()
  }

  #addRow(mates: Mates, scores: Float32Array, from: number, to: number): void {
    const lowest = mates.scores[mates.first] ?? Infinity
    for (let i = from; i < to; i++) {
      const score = scores[i] ?? NaN
      if (score >= lowest) this.#beat(mates, score)
    }
  }

  #addTails(mates: Mates, scores: Float32Array, from: number, to: number, all: ScoreHistogram): void {
    const [lowest, floor] = [mates.scores[mates.first] ?? Infinity, all.floor]
    const least = Math.min(lowest, floor)
    for (let i = from; i < to; i++) {
      const score = scores[i] ?? NaN
      if (score < least) continue
      // NaN is not below the floor either
      if (!(score < floor)) all.addTail(score)
      if (score >= lowest) this.#beat(mates, score)
    }
    all.addTotal(to - from)
  }

  /** A distractor scores `score` with the probe: it beats all mates up to that. */
  #beat({ scores, beaten, first }: Mates, score: number): void {
    let low = first
    let high = scores.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((scores[middle] ?? NaN) <= score) low = middle
      else high = middle - 1
    }
    beaten[low] = (beaten[low] ?? 0) + 1
  }

  #dropBeaten(mates: Mates): void {
    const followed = mates.beaten.subarray(mates.first)
    let ahead = followed.reduce((sum, count) => sum + count, 0)
    for (const count of followed) {
      if (ahead < this.#maxRank) break
      ahead -= count
      mates.first++
    }
  }

  /** Per probe, how many of its mates have fewer than `rank` distractors at or above them. */
  hits(rank: number): Float64Array {
    const hits = new Float64Array(this.#mates.length)
    for (const [p, { beaten, first }] of this.#mates.entries()) {
      let ahead = 0
      let k = beaten.length
      for (; k > first; k--) {
        ahead += beaten[k - 1] ?? NaN
        if (!(ahead < rank)) break
      }
      hits[p] = beaten.length - k
    }
    return hits
  }
}
