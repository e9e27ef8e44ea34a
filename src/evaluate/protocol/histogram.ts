/** @file Billions of cosines counted in fine bins, so that thresholds for tiny FARs need no list of scores. */
import { DataError } from '../../base/errors.ts'

const halfBins = 32_768

/**
 * Counts of cosines in bins of 2^-15; counts at or above a bin's edge are exact. Scores a little outside [−1, 1], as rounding
 * gives them, go into the outermost bins.
 */
export class ScoreHistogram {
  static readonly step: number = 1 / halfBins
  readonly #counts = new Float64Array(2 * halfBins + 1)
  readonly #block = new Uint32Array(2 * halfBins + 1)
  #total = 0
  #wrong = 0
  #floor = -Infinity

  /** How many scores were counted. */
  get total(): number {
    return this.#total
  }

  /** Scores below this are counted, but not in which bin. −∞ until `raiseFloor`. */
  get floor(): number {
    return this.#floor
  }

  /**
   * Forgets the bins below the highest edge that `wanted` scores already reach: no threshold that admits fewer can ever lie there, since
   * counts only grow. Most of the work is in those bins.
   */
  raiseFloor(wanted: number): void {
    let reached = 0
    let bin = this.#counts.length
    while (bin > 0 && reached < wanted) reached += this.#counts[--bin] ?? NaN
    if (reached >= wanted) this.#floor = Math.max(this.#floor, bin / halfBins - 1)
  }

  /** Counts the columns [from, to) of scores [rows, stride]. @throws DataError on one that is no cosine */
  addColumns(scores: Float32Array, stride: number, from: number, to: number): void {
    for (let start = 0; start < scores.length; start += stride) this.addRow(scores, start + from, start + to)
    this.flush()
  }

  /** Counts scores [from, to); `flush` before anything is read. */
  addRow(scores: Float32Array, from: number, to: number): void {
    const block = this.#block
    const floor = this.#floor
    this.#total += to - from
    for (let i = from; i < to; i++) {
      const score = scores[i] ?? NaN
      if (score < floor) continue
      const bin = (score + 1) * halfBins
      // NaN fails both comparisons
      if (bin >= 0 && bin <= 2 * halfBins) {
        const at = bin | 0
        block[at] = (block[at] ?? 0) + 1
      } else this.addTail(score)
    }
  }

  /** Counts one score whose row is counted by `addTotal`. */
  addTail(score: number): void {
    const bin = (score + 1) * halfBins
    if (bin > -1 && bin < 2 * halfBins + 1) {
      const at = Math.max(0, bin) | 0
      this.#block[at] = (this.#block[at] ?? 0) + 1
    } else this.#wrong++
  }

  /** Counts scores of which only those at or above the floor were given to `addTail`. */
  addTotal(count: number): void {
    this.#total += count
  }

  /** Adds up what was counted. @throws DataError where a score was no cosine */
  flush(): void {
    if (this.#wrong > 0)
      throw new DataError(`${this.#wrong} scores are no cosines; features must have length 1`)
    const block = this.#block
    for (let bin = 0; bin < block.length; bin++) {
      const count = block[bin] ?? 0
      if (count === 0) continue
      this.#counts[bin] = (this.#counts[bin] ?? 0) + count
      block[bin] = 0
    }
  }

  /** The lowest threshold on the grid that at most `allowed` scores reach. */
  thresholdWithin(allowed: number): number {
    let reached = 0
    let bin = this.#counts.length
    for (; bin > 0; bin--) {
      reached += this.#counts[bin - 1] ?? NaN
      if (!(reached <= allowed)) break
    }
    return bin / halfBins - 1
  }

  /** How many scores reach a threshold of the grid. */
  countFrom(threshold: number): number {
    let count = 0
    for (let bin = Math.ceil((threshold + 1) * halfBins); bin < this.#counts.length; bin++)
      count += this.#counts[bin] ?? NaN
    return count
  }
}
