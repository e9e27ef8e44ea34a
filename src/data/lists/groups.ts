/** @file A table that puts images or people into groups: CSV with a column of names and one for each way of grouping. */
import { FormatError, UsageError } from '../../base/errors.ts'
import { parseCsv } from '../check/table.ts'

/** Groups by image or by person. */
export interface GroupTable {
  readonly file: string
  readonly by: 'image' | 'identity'
  /** The group of each name of the table; undefined where its cell is empty. */
  readonly groups: ReadonlyMap<string, string | undefined>
}

const imageColumns: ReadonlySet<string> = new Set(['image', 'path', 'file', 'filename'])
const identityColumns: ReadonlySet<string> = new Set(['identity', 'person', 'name', 'subject'])

/**
 * Reads the groups in `column`. Names are in the column called image, path or file (images), or identity, person or name
 * (people), else in the first, of images. Rows with an empty group belong to none.
 * @throws UsageError where there is no such column, FormatError where a name is in two groups
 */
export function parseGroups(text: string, file: string, column: string): GroupTable {
  const [header = [], ...rows] = parseCsv(text, file)
  if (rows.length === 0) throw new FormatError(file, 'expected a header and rows below it')
  const titles = header.map((title) => title.trim())
  const group = titles.indexOf(column)
  if (group < 0) throw new UsageError(`${file} has no column ${column}; its columns are ${titles.join(', ')}`)
  const lower = titles.map((title) => title.toLowerCase())
  const image = lower.findIndex((title) => imageColumns.has(title))
  const identity = lower.findIndex((title) => identityColumns.has(title))
  const key = image >= 0 ? image : Math.max(0, identity)
  if (key === group) throw new UsageError(`${file}: ${column} is the column of names, not of groups`)
  const groups = new Map<string, string | undefined>()
  rows.forEach((row, i) => {
    const [name, value] = [slashed(row[key]?.trim() ?? ''), row[group]?.trim() ?? '']
    if (name === '') throw new FormatError(file, `row ${i + 2}: expected a name in ${titles[key]}`)
    const before = groups.get(name)
    if (value === '') groups.set(name, before)
    else if ((before ?? value) === value) groups.set(name, value)
    else throw new FormatError(file, `row ${i + 2}: ${name} is in ${value} and in ${before}`)
  })
  if ([...groups.values()].every((value) => value === undefined))
    throw new FormatError(file, `${column} is empty in every row`)
  return { file, by: image < 0 && identity >= 0 ? 'identity' : 'image', groups }
}

/** As paths are written everywhere here, whichever machine wrote the table. */
const slashed = (name: string): string => name.replaceAll('\\', '/').replace(/^\.\//, '')
