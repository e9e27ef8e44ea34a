/** @file The best people of a search, kept while blocks of scores go by. */

/** A person and a score. */
export interface Scored {
  readonly person: number
  readonly score: number
}

/** The `k` best people seen so far; a person counts once, with the highest score. Equal scores: the smaller number first. */
export class BestPeople {
  readonly #k: number
  readonly #best: Scored[] = []
  /** Below it nothing can come among the best. */
  #floor = -Infinity

  constructor(k: number) {
    this.#k = k
  }

  get best(): readonly Scored[] {
    return this.#best
  }

  /** Looks at `count` scores from `start` on, of the rows of `owners`. */
  add(scores: Float32Array, start: number, count: number, owners: Int32Array): void {
    let floor = this.#floor
    for (let row = 0; row < count; row++) {
      const score = scores[start + row] ?? NaN
      if (!(score >= floor)) continue
      this.#offer(owners[row] ?? NaN, score)
      floor = this.#floor
    }
  }

  /** Takes in what another search of other people came to. */
  merge(others: readonly Scored[]): void {
    for (const { person, score } of others) if (score >= this.#floor) this.#offer(person, score)
  }

  #offer(person: number, score: number): void {
    if (Number.isNaN(score)) return
    const known = this.#best.findIndex((one) => one.person === person)
    if (known >= 0) {
      if ((this.#best[known]?.score ?? Infinity) >= score) return
      this.#best.splice(known, 1)
    }
    const isBefore = (one: Scored): boolean =>
      one.score > score || (one.score === score && one.person < person)
    let at = this.#best.length
    while (at > 0 && !isBefore(this.#best[at - 1] ?? { person, score: Infinity })) at--
    this.#best.splice(at, 0, { person, score })
    if (this.#best.length > this.#k) this.#best.pop()
    if (this.#best.length === this.#k) this.#floor = this.#best.at(-1)?.score ?? -Infinity
  }
}
