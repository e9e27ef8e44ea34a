/** @file Templates in memory, row by row, in a few large pieces: what a search reads from the first number to the last. */

/** A piece of the matrix: `rows` templates of `size` numbers from the beginning of `data` on. */
export interface Segment {
  readonly data: Float32Array
  /** The person of each row. */
  readonly owners: Int32Array
  rows: number
}

const smallest = 1024
const largest = 16_384

/** Templates by person. Removing one moves the last row to its place, so that rows stay without gaps. */
export class TemplateMatrix {
  readonly size: number
  readonly segments: Segment[] = []
  /** Person → position of the row, or of each. */
  readonly #rows = new Map<number, number | number[]>()
  #count = 0

  constructor(size: number) {
    this.size = size
  }

  /** Rows. */
  get count(): number {
    return this.#count
  }

  /** People. */
  get people(): number {
    return this.#rows.size
  }

  /** Bytes held for rows, used or not. */
  get bytes(): number {
    return this.segments.reduce((sum, { data, owners }) => sum + data.byteLength + owners.byteLength, 0)
  }

  /** Rows of a person. */
  rowsOf(person: number): number {
    const rows = this.#rows.get(person)
    return rows === undefined ? 0 : typeof rows === 'number' ? 1 : rows.length
  }

  /** Puts templates in the place of all that a person had; none removes the person. */
  replace(person: number, templates: readonly Float32Array[]): void {
    for (const position of this.#positionsOf(person).toSorted((a, b) => b - a)) this.#remove(position)
    this.#rows.delete(person)
    for (const template of templates) this.add(person, template)
  }

  /** Everybody in it. */
  owners(): Iterable<number> {
    return this.#rows.keys()
  }

  #positionsOf(person: number): readonly number[] {
    const rows = this.#rows.get(person)
    return rows === undefined ? [] : typeof rows === 'number' ? [rows] : rows
  }

  /** Adds a row to those of a person. */
  add(person: number, template: Float32Array): void {
    let last = this.segments.at(-1)
    if (last === undefined || last.rows === last.owners.length) {
      const capacity = Math.min(largest, Math.max(smallest, this.#count >> 2))
      last = {
        data: new Float32Array(new ArrayBuffer(4 * capacity * this.size)),
        owners: new Int32Array(capacity),
        rows: 0,
      }
      this.segments.push(last)
    }
    last.data.set(template, last.rows * this.size)
    last.owners[last.rows] = person
    last.rows++
    const position = this.#count++
    const rows = this.#rows.get(person)
    if (rows === undefined) this.#rows.set(person, position)
    else if (typeof rows === 'number') this.#rows.set(person, [rows, position])
    else rows.push(position)
  }

  #place(position: number): readonly [Segment, number] {
    let start = 0
    for (const segment of this.segments) {
      if (position < start + segment.rows) return [segment, position - start]
      start += segment.rows
    }
    throw new RangeError(`Expected a row below ${this.#count}, got ${position}`)
  }

  #remove(position: number): void {
    const [to, row] = this.#place(position)
    const last = this.segments.at(-1)
    if (last === undefined) return
    const from = last.rows - 1
    const end = this.#count - 1
    if (position !== end) {
      const owner = last.owners[from] ?? NaN
      to.data.set(last.data.subarray(from * this.size, (from + 1) * this.size), row * this.size)
      to.owners[row] = owner
      const rows = this.#rows.get(owner)
      if (typeof rows === 'number') this.#rows.set(owner, position)
      else if (rows !== undefined) rows[rows.indexOf(end)] = position
    }
    // nothing of a face stays behind in memory
    last.data.fill(0, from * this.size, (from + 1) * this.size)
    last.rows--
    this.#count--
    if (last.rows === 0) this.segments.pop()
  }
}
