/** @file Lists of identities: LFW's `people*.txt`, plain lines, the first column of a CSV. */
import { FormatError } from '../../base/errors.ts'
import { lineError, textLines, wholeNumber } from './text.ts'
import type { TextLine } from './text.ts'

/** One listed identity. */
export interface ListedName {
  readonly name: string
  /** How many images the list says it has. */
  readonly images?: number
  /** The fold it belongs to, from 0, where the list has folds. */
  readonly fold?: number
}

export interface NameList {
  /** In the list's order, each name once. */
  readonly names: readonly ListedName[]
  /** Names listed more than once. */
  readonly duplicates: readonly string[]
}

const withoutDuplicates = (entries: readonly ListedName[]): NameList => {
  const names = new Map<string, ListedName>()
  const duplicates = new Set<string>()
  for (const entry of entries) {
    if (names.has(entry.name)) duplicates.add(entry.name)
    else names.set(entry.name, entry)
  }
  return { names: [...names.values()], duplicates: [...duplicates] }
}

/** A name and what follows the last tab, or, where `spaced`, the last space. */
const lastField = (line: string, spaced: boolean): readonly [name: string, field: string] | undefined => {
  const tab = line.lastIndexOf('\t')
  const at = tab >= 0 ? tab : spaced ? line.lastIndexOf(' ') : -1
  return at < 0 ? undefined : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

/** `name<TAB>images`, with several tabs, or, where `spaced`, with spaces. */
const counted = (line: TextLine, spaced = false): ListedName | undefined => {
  const [name = '', field] = lastField(line.line, spaced) ?? []
  const images = wholeNumber(field)
  return name === '' || name.includes('\t') || images === undefined ? undefined : { name, images }
}

/** Whether a field is meant as a number, if a wrong one. */
const isNumeric = (text: string | undefined): boolean =>
  text !== undefined && /^[+-]?\d[\d.,_]{0,40}(?:e[+-]?\d{1,4})?$/i.test(text)

/** The most images that a person can be said to have. */
const mostImages = 10_000_000

/** A line that names somebody with a number, whether or not that can be. */
const looksCounted = (line: TextLine): boolean => isNumeric(lastField(line.line, true)?.[1])

/** LFW's blocks: a count, then as many `name<TAB>images` lines. */
const parseBlocks = (lines: readonly TextLine[], folds: number | undefined, file: string): ListedName[] => {
  const entries: ListedName[] = []
  let at = 0
  for (let fold = 0; fold < (folds ?? 1); fold++) {
    const header = lines[at]
    if (header === undefined) throw new FormatError(file, `expected ${folds} folds, found ${fold}`)
    const count = wholeNumber(header.line)
    if (count === undefined || count > lines.length)
      throw lineError(file, header, `a number of names, at most the ${lines.length - at - 1} that follow`)
    at += 1
    for (let i = 0; i < count; i++, at++) {
      const line = lines[at]
      if (line === undefined) {
        throw new FormatError(file, `line ${header.number} announces ${count} names, ${i} follow`)
      }
      const entry = counted(line, true)
      const announced = `name ${i + 1} of the ${count} that line ${header.number} announces`
      if (entry === undefined) throw lineError(file, line, announced)
      const { images = 0 } = entry
      if (images < 1 || images > mostImages)
        throw lineError(file, line, `${announced}, with 1 to ${mostImages} images`)
      entries.push(folds === undefined ? entry : { ...entry, fold })
    }
  }
  const rest = lines[at]
  if (rest !== undefined) {
    throw lineError(file, rest, `the end of the list, as the counts before add up to ${entries.length} names`)
  }
  return entries
}

const firstCell = (line: string): string => {
  if (!line.startsWith('"')) return (line.split(',')[0] ?? '').trim()
  const match = /^"((?:[^"]|"")*)"/.exec(line)
  return (match?.[1] ?? line).replaceAll('""', '"').trim()
}

const headerWords: ReadonlySet<string> = new Set([
  'name',
  'identity',
  'person',
  'subject',
  'label',
  'id',
  'folder',
])

/**
 * Reads a list of identities. With lines of a name and a number of images (tabs or spaces between) under a bare number it is LFW's
 * format, counts checked, with folds where two numbers begin it; a `.csv` file gives its first column; anything else one name per line, up to
 * a tab. Blank lines, `#` comments in plain lists, Windows line ends and a byte order mark do not matter.
 * @throws FormatError where counts do not fit or cannot be, or the list is empty
 */
export function parseNameList(text: string, file: string): NameList {
  const lines = textLines(text)
  const first = lines[0]
  if (first === undefined) throw new FormatError(file, 'the list is empty')
  if (file.toLowerCase().endsWith('.csv')) {
    const cells = lines.map(({ line }) => firstCell(line)).filter((cell) => cell !== '')
    const names = headerWords.has(cells[0]?.toLowerCase() ?? '') ? cells.slice(1) : cells
    if (names.length === 0) throw new FormatError(file, 'the first column is empty')
    return withoutDuplicates(names.map((name) => ({ name })))
  }
  // a list of people called 7201, 7202, … also begins with a bare number, but no counts follow
  const second = lines[1]
  if (isNumeric(first.line) && second !== undefined) {
    if (looksCounted(second)) return withoutDuplicates(parseBlocks(lines, undefined, file))
    const third = lines[2]
    if (isNumeric(second.line) && third !== undefined && looksCounted(third)) {
      const folds = wholeNumber(first.line)
      if (folds === undefined || folds < 1 || folds >= lines.length)
        throw lineError(file, first, 'a number of folds')
      return withoutDuplicates(parseBlocks(lines.slice(1), folds, file))
    }
  }
  const entries = lines
    .filter(({ line }) => !line.startsWith('#'))
    .map((line): ListedName => counted(line) ?? { name: (line.line.split('\t')[0] ?? '').trim() })
  if (entries.length === 0) throw new FormatError(file, 'the list is empty')
  return withoutDuplicates(entries)
}
