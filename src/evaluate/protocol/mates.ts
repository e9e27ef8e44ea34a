/** @file Ranks of mates among distractors: for each ordered pair of probes of one person, how many distractors score as high. */

import { placesOf } from '../../base/groups.ts'
import type { ScoreHistogram } from './histogram.ts'

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
  /** Each probe's mate scores, ascending, one probe after the other. */
  readonly #scores: Float32Array
  readonly #starts: Int32Array
  /** Distractors that reach this mate's score but not the next one's. */
  readonly #beaten: Uint32Array
  /** The first mate still followed. */
  readonly #first: Int32Array

  readonly #groups: readonly (readonly number[])[]
  /** Each probe's place within its group. */
  readonly #places: Int32Array

  constructor(identities: Int32Array, maxRank: number) {
    const count = identities.length
    const groups = placesOf(identities)
    this.#places = new Int32Array(count)
    for (const group of groups.values()) group.forEach((probe, place) => (this.#places[probe] = place))
    this.#groups = Array.from(identities, (identity) => groups.get(identity) ?? [])
    this.matesOf = identities.map((identity) => (groups.get(identity)?.length ?? 1) - 1)
    this.total = this.matesOf.reduce((sum, mates) => sum + mates, 0)
    this.#maxRank = maxRank
    this.#starts = new Int32Array(count + 1)
    for (let p = 0; p < count; p++) this.#starts[p + 1] = this.#starts[p]! + this.matesOf[p]!
    this.#scores = new Float32Array(this.total)
    this.#beaten = new Uint32Array(this.total)
    this.#first = this.#starts.slice(0, count)
  }

  /** Takes the mates' scores out of scores [P, count] of all probes with the probes from `from` on. */
  addMates(scores: Float32Array, count: number, from: number): void {
    for (let q = from; q < from + count; q++) {
      for (const p of this.#groups[q] ?? []) {
        if (p === q) continue
        const place = this.#places[q]! < this.#places[p]! ? this.#places[q]! : this.#places[q]! - 1
        this.#scores[this.#starts[p]! + place] = scores[p * count + q - from]!
      }
    }
  }

  /** Orders the mates, once all are added and before distractors are. */
  orderMates(): void {
    for (let p = 0; p < this.matesOf.length; p++)
      this.#scores.subarray(this.#starts[p], this.#starts[p + 1]).sort()
  }

  /** Counts the columns [from, to) of scores [P, stride], here and in the histogram, in a single pass over them. */
  addColumns(scores: Float32Array, stride: number, from: number, to: number, all: ScoreHistogram): void {
    for (let p = 0; p < this.matesOf.length; p++) {
      const row = p * stride
      if (all.floor === -Infinity) {
        all.addRow(scores, row + from, row + to)
        this.#addRow(p, scores, row + from, row + to)
      } else this.#addTails(p, scores, row + from, row + to, all)
      this.#dropBeaten(p)
    }
    all.flush()
  }

  #lowestOf(p: number): number {
    const first = this.#first[p]!
    return first === this.#starts[p + 1]! ? Infinity : this.#scores[first]!
  }

  #addRow(p: number, scores: Float32Array, from: number, to: number): void {
    const lowest = this.#lowestOf(p)
    for (let i = from; i < to; i++) {
      const score = scores[i]!
      if (score >= lowest) this.#beat(p, score)
    }
  }

  #addTails(p: number, scores: Float32Array, from: number, to: number, all: ScoreHistogram): void {
    const [lowest, floor] = [this.#lowestOf(p), all.floor]
    const least = Math.min(lowest, floor)
    for (let i = from; i < to; i++) {
      const score = scores[i]!
      if (score < least) continue
      // NaN is not below the floor either
      if (!(score < floor)) all.addTail(score)
      if (score >= lowest) this.#beat(p, score)
    }
    all.addTotal(to - from)
  }

  /** A distractor scores `score` with the probe: it beats all mates up to that. */
  #beat(p: number, score: number): void {
    let low = this.#first[p]!
    let high = this.#starts[p + 1]! - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#scores[middle]! <= score) low = middle
      else high = middle - 1
    }
    this.#beaten[low]!++
  }

  #dropBeaten(p: number): void {
    const [first, end] = [this.#first[p]!, this.#starts[p + 1]!]
    let ahead = 0
    for (let k = first; k < end; k++) ahead += this.#beaten[k]!
    let followed = first
    while (followed < end && ahead >= this.#maxRank) ahead -= this.#beaten[followed++]!
    this.#first[p] = followed
  }

  /** Per probe, how many of its mates have fewer than `rank` distractors at or above them. */
  hits(rank: number): Float64Array {
    const hits = new Float64Array(this.matesOf.length)
    for (let p = 0; p < hits.length; p++) {
      let ahead = 0
      for (let k = this.#starts[p + 1]! - 1; k >= this.#first[p]!; k--) {
        ahead += this.#beaten[k]!
        if (ahead >= rank) break
        hits[p]!++
      }
    }
    return hits
  }
}
