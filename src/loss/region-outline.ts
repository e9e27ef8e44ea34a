/** @file The outline of a decision region, from the loss's decisions on a square grid. */
import type { Decisions, Region } from './boundary.ts'

/** The decisions at the nodes of a square grid of `count` × `count`, row by row from the first axis's lowest value. */
export interface Grid extends Decisions {
  readonly count: number
}

/** Above 0 inside a region. */
export const inside: { readonly [K in Region]: (first: number, second: number) => number } = {
  first: (a, b) => Math.min(a, -b),
  second: (a, b) => Math.min(-a, b),
  both: (a, b) => Math.min(a, b),
  neither: (a, b) => Math.min(-a, -b),
}

type Interval = readonly [number, number]

/** The stretches of one column, in grid units, where the field is not negative; ends by linear interpolation. */
const stretches = (field: readonly number[]): Interval[] => {
  const found: Interval[] = []
  let from: number | undefined
  for (const [j, value] of field.entries()) {
    const before = field[j - 1] ?? value
    const crossing = j - value / (value - before)
    if (value >= 0 && from === undefined) from = j === 0 ? 0 : crossing
    if (value < 0 && from !== undefined) {
      found.push([from, crossing])
      from = undefined
    }
  }
  if (from !== undefined) found.push([from, field.length - 1])
  return found.filter(([low, high]) => high > low)
}

const point = (x: number, y: number): string => `${Number(x.toFixed(1))},${Number(y.toFixed(1))}`

type Slice = readonly [column: number, interval: Interval]

type Field = (column: number, row: number) => number

/** Where a stretch at the grid's edge ends between two columns, it ends in the edge, by linear interpolation along it. */
const cap = (slice: Slice | undefined, step: 1 | -1, count: number, field: Field): Slice[] => {
  if (slice === undefined) return []
  const [column, [low, high]] = slice
  const [next, edge] = [column + step, high === count - 1 ? high : low === 0 ? 0 : undefined]
  if (edge === undefined || next < 0 || next >= count) return []
  const [value, beyond] = [field(column, edge), field(next, edge)]
  return [[column + step * (beyond < 0 ? value / (value - beyond) : 1), [edge, edge]]]
}

/** The outline of a region in a square of `side` pixels, the origin of the axes at the lower left. */
export function outline(grid: Grid, region: Region, side: number): string {
  const { count } = grid
  const unit = side / (count - 1)
  const field: Field = (i, j) =>
    inside[region](grid.first[i * count + j] ?? 0, grid.second[i * count + j] ?? 0)
  const columns = Array.from({ length: count }, (_, i) =>
    stretches(Array.from({ length: count }, (__, j) => field(i, j))),
  )
  const paths: string[] = []
  let start = 0
  for (let i = 1; i <= count; i++) {
    const same = columns[i]?.length === columns[start]?.length
    if (same) continue
    for (let k = 0; k < (columns[start]?.length ?? 0); k++) {
      const run = columns
        .slice(start, i)
        .map((column, offset): Slice => [start + offset, column[k] ?? [0, 0]])
      const closed = [...cap(run[0], -1, count, field), ...run, ...cap(run.at(-1), 1, count, field)]
      const lower = closed.map(([x, [low]]) => point(x * unit, side - low * unit))
      const upper = closed.map(([x, [, high]]) => point(x * unit, side - high * unit)).reverse()
      paths.push(`M${[...lower, ...upper].join('L')}Z`)
    }
    start = i
  }
  return paths.join('')
}
