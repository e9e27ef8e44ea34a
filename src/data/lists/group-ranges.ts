/** @file Groups of a column of numbers: `age:18,30,50` is under 18, 18 to 29, 30 to 49, and 50 and over. */
import { unexpected } from '../../base/errors.ts'
import { parseNumber } from '../../base/option.ts'

/** A column, and where its ranges begin, if it is divided into ranges. */
export interface Grouping {
  readonly column: string
  readonly bounds?: readonly number[]
}

/** The number a cell holds; undefined where it is none. */
export function numberOf(cell: string): number | undefined {
  const value = parseNumber(cell)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/**
 * Reads `age` or `age:18,30,50`; a column that is itself called so goes before.
 * @throws UsageError where the numbers are none or do not rise
 */
export function parseGrouping(text: string, columns: readonly string[]): Grouping {
  const colon = text.lastIndexOf(':')
  if (columns.includes(text) || colon < 0) return { column: text }
  const [column, list] = [text.slice(0, colon), text.slice(colon + 1)]
  const bounds = list.split(',').map((part) => numberOf(part.trim()) ?? NaN)
  // a NaN neither rises nor is risen from
  if (!bounds.every((bound, i) => bound > (bounds[i - 1] ?? -Infinity)))
    throw unexpected('--group-by', `a column, or one with numbers that rise like ${column}:18,30,50`, text)
  return { column, bounds }
}

/** The ranges' names, one more than bounds; of whole numbers a range ends at the last one in it. */
export function rangeNames(bounds: readonly number[], isWhole: boolean): readonly string[] {
  return [
    `under ${bounds[0]}`,
    ...bounds.slice(1).map((end, i) => {
      const start = bounds[i] ?? -Infinity
      if (!isWhole) return `${start} to under ${end}`
      return end - start === 1 ? String(start) : `${start} to ${end - 1}`
    }),
    `${bounds.at(-1)} and over`,
  ]
}

/** Which range a value is in: a bound belongs to the range that it begins. */
export function rangeOf(value: number, bounds: readonly number[]): number {
  return bounds.filter((bound) => value >= bound).length
}
