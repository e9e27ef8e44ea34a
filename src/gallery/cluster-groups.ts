/** @file Faces joined to groups, with what was said about them: sums for the mean cosine, and who is never with whom. */

/** Groups of rows; each row is a group of its own at first. */
export class Groups {
  readonly #parent: Int32Array
  readonly #sums: (Float64Array | undefined)[]
  readonly #sizes: Int32Array
  /** Group → groups that it must not join. */
  readonly #apart = new Map<number, Set<number>>()

  constructor(embeddings: readonly Float32Array[]) {
    this.#parent = Int32Array.from(embeddings.keys())
    this.#sums = embeddings.map((embedding) => Float64Array.from(embedding))
    this.#sizes = new Int32Array(embeddings.length).fill(1)
  }

  /** The group of a row. */
  of(row: number): number {
    let top = row
    for (let next = this.#parent[top] ?? top; next !== top; next = this.#parent[top] ?? top) top = next
    // shorter ways for those who ask next
    for (let at = row; at !== top;) {
      const next = this.#parent[at] ?? top
      this.#parent[at] = top
      at = next
    }
    return top
  }

  /** Rows of the group of a row. */
  sizeOf(row: number): number {
    return this.#sizes[this.of(row)] ?? 0
  }

  /** The mean cosine of the faces of one group with those of the other. */
  meanCosine(first: number, second: number): number {
    const [a, b] = [this.of(first), this.of(second)]
    const [x, y] = [this.#sums[a], this.#sums[b]]
    if (x === undefined || y === undefined) return NaN
    let sum = 0
    for (let i = 0; i < x.length; i++) sum += (x[i] ?? NaN) * (y[i] ?? NaN)
    return sum / ((this.#sizes[a] ?? NaN) * (this.#sizes[b] ?? NaN))
  }

  /** Whether two rows are in two groups that nobody told apart. */
  mayJoin(first: number, second: number): boolean {
    const [a, b] = [this.of(first), this.of(second)]
    return a !== b && this.#apart.get(a)?.has(b) !== true
  }

  /** These two are never in one group. */
  separate(first: number, second: number): void {
    const [a, b] = [this.of(first), this.of(second)]
    this.#apartOf(a).add(b)
    this.#apartOf(b).add(a)
  }

  join(first: number, second: number): void {
    const [a, b] = [this.of(first), this.of(second)]
    if (a === b) return
    const [kept, gone] = (this.#sizes[a] ?? 0) >= (this.#sizes[b] ?? 0) ? [a, b] : [b, a]
    const [sum, added] = [this.#sums[kept], this.#sums[gone]]
    if (sum !== undefined && added !== undefined)
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (added[i] ?? NaN)
    this.#sums[gone] = undefined
    this.#sizes[kept] = (this.#sizes[kept] ?? 0) + (this.#sizes[gone] ?? 0)
    this.#parent[gone] = kept
    for (const other of this.#apart.get(gone) ?? []) {
      this.#apartOf(kept).add(other)
      const theirs = this.#apartOf(other)
      theirs.delete(gone)
      theirs.add(kept)
    }
    this.#apart.delete(gone)
  }

  #apartOf(group: number): Set<number> {
    const known = this.#apart.get(group)
    if (known !== undefined) return known
    const made = new Set<number>()
    this.#apart.set(group, made)
    return made
  }
}
