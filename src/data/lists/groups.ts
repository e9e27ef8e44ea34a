/** @file A table that puts images or people into groups: CSV with a column of names and one for each way of grouping. */
import { FormatError, shown, UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { parseCsv } from '../check/table.ts'
import { plainPath } from './listed-path.ts'
import { numberOf, parseGrouping, rangeNames, rangeOf } from './group-ranges.ts'

/** Groups by image or by person. */
export interface GroupTable {
  readonly file: string
  readonly column: string
  readonly by: 'image' | 'identity'
  /** All groups: ranges as they rise, else numbers before names. */
  readonly order: readonly string[]
  /** The group of each name of the table; undefined where its cell is empty. */
  readonly groups: ReadonlyMap<string, string | undefined>
}

const imageColumns: ReadonlySet<string> = new Set(['image', 'path', 'file', 'filename'])
const identityColumns: ReadonlySet<string> = new Set(['identity', 'person', 'name', 'subject'])

/**
 * Reads the groups in a column: its values, or ranges of its numbers (`age:18,30,50`). Names are in the column called image, path
 * or file (images), or identity, person or name (people), else in the first, of images. Rows with an empty cell belong to no group.
 * @throws UsageError where there is no such column, FormatError where a name is in two groups or a cell of ranges holds no number
 */
export function parseGroups(text: string, file: string, grouping: string): GroupTable {
  const [header = [], ...rows] = parseCsv(text, file)
  if (rows.length === 0) throw new FormatError(file, 'expected a header and rows below it')
  const titles = header.map((title) => title.trim())
  const { column, bounds } = parseGrouping(grouping, titles)
  const group = titles.indexOf(column)
  if (group < 0) throw new UsageError(`${file} has no column ${column}; its columns are ${titles.join(', ')}`)
  const lower = titles.map((title) => title.toLowerCase())
  const image = lower.findIndex((title) => imageColumns.has(title))
  const identity = lower.findIndex((title) => identityColumns.has(title))
  const key = image >= 0 ? image : Math.max(0, identity)
  if (key === group) throw new UsageError(`${file}: ${column} is the column of names, not of groups`)
  const cells = rows.map((row) => row[group]?.trim() ?? '')
  const { order, of } = bounds === undefined ? plainGroups(cells) : rangeGroups(cells, bounds, file, column)
  const groups = new Map<string, string | undefined>()
  rows.forEach((row, i) => {
    const [name, value] = [plainPath(row[key]?.trim() ?? ''), of[i]]
    if (name === '') throw new FormatError(file, `row ${i + 2}: expected a name in ${titles[key]}`)
    const before = groups.get(name)
    if (before !== undefined && value !== undefined && before !== value)
      throw new FormatError(file, `row ${i + 2}: ${name} is in ${value} and in ${before}`)
    groups.set(name, value ?? before)
  })
  if (of.every((value) => value === undefined)) throw new FormatError(file, `${column} is empty in every row`)
  return { file, column, by: image < 0 && identity >= 0 ? 'identity' : 'image', order, groups }
}

/** All groups in their order, and that of each row. */
interface Grouped {
  readonly order: readonly string[]
  readonly of: readonly (string | undefined)[]
}

const plainGroups = (cells: readonly string[]): Grouped => {
  const order = [...new Set(cells.filter((cell) => cell !== ''))].sort(byNumberOrName)
  return { order, of: cells.map((cell) => (cell === '' ? undefined : cell)) }
}

/** Numbers by their size and before names. */
const byNumberOrName = (a: string, b: string): number => {
  const [x = Infinity, y = Infinity] = [numberOf(a), numberOf(b)]
  return x < y ? -1 : x > y ? 1 : byCodePoint(a, b)
}

const rangeGroups = (
  cells: readonly string[],
  bounds: readonly number[],
  file: string,
  column: string,
): Grouped => {
  const values = cells.map((cell, i) => {
    const value = numberOf(cell)
    if (value === undefined && cell !== '')
      throw new FormatError(
        file,
        `row ${i + 2}: expected a number in ${column}, which is divided into ranges, got ${shown(cell)}`,
      )
    return value
  })
  const order = rangeNames(
    bounds,
    [...bounds, ...values].every((value) => value === undefined || Number.isInteger(value)),
  )
  return { order, of: values.map((value) => (value === undefined ? value : order[rangeOf(value, bounds)])) }
}
