/** @file A table that puts images or people into groups: CSV with a column of names and one for each way of grouping. */
import { FormatError, UsageError } from '../../base/errors.ts'
import { parseCsv } from '../check/table.ts'

/** Groups by image or by person. */
export interface GroupTable {
  readonly by: 'image' | 'identity'
  readonly groups: ReadonlyMap<string, string>
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
  const groups = new Map<string, string>()
  rows.forEach((row, i) => {
    const [name, value] = [row[key]?.trim() ?? '', row[group]?.trim() ?? '']
    if (name === '') throw new FormatError(file, `row ${i + 2}: expected a name in ${titles[key]}`)
    if (value === '') return
    const before = groups.get(name) ?? value
    if (before !== value) throw new FormatError(file, `row ${i + 2}: ${name} is in ${value} and in ${before}`)
    groups.set(name, value)
  })
  if (groups.size === 0) throw new FormatError(file, `${column} is empty in every row`)
  return { by: image < 0 && identity >= 0 ? 'identity' : 'image', groups }
}

const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z]\w*$/, '')

/** The group of an image, by its own name (with or without its ending) or by the person whose folder it is in. */
export function groupOfImage({ by, groups }: GroupTable): (image: string) => string | undefined {
  if (by === 'identity') {
    return (image) => {
      // people may lie in folders within folders
      for (let end = image.lastIndexOf('/'); end > 0; end = image.lastIndexOf('/', end - 1)) {
        const folder = image.slice(0, end)
        const found = groups.get(folder) ?? groups.get(folder.slice(folder.lastIndexOf('/') + 1))
        if (found !== undefined) return found
      }
      return groups.get(withoutEnding(image).replace(/_\d+$/, ''))
    }
  }
  const stems = new Map([...groups].map(([name, group]) => [withoutEnding(name), group]))
  return (image) => groups.get(image) ?? stems.get(withoutEnding(image))
}
