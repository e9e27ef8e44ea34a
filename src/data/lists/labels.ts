/** @file Lists that name a class per image: `path label` lines, and MXNet's `.lst` with `index<TAB>label(s)<TAB>path`. */
import { FormatError } from '../../base/errors.ts'
import { lineError, splitLast, textLines, wholeNumber } from './text.ts'

/** One listed image. */
export interface LabelledPath {
  readonly path: string
  readonly label: number
}

/** An entry of an `.lst` file; several labels where the list has several. */
export interface ListEntry {
  readonly index: number
  readonly labels: readonly number[]
  readonly path: string
}

const isSeparator = (letter: string): boolean => ' \t,;'.includes(letter)

/**
 * Reads `path label` lines (CASIA lists and the like); the label is the last field, so paths may hold spaces.
 * @throws FormatError for a line without a class number
 */
export function parsePathLabels(text: string, file: string): readonly LabelledPath[] {
  const entries = textLines(text).map((line) => {
    const [path, number] = splitLast(line.line, isSeparator) ?? []
    const label = wholeNumber(number)
    if (path === undefined || label === undefined) throw lineError(file, line, '`path label`')
    return { path, label }
  })
  if (entries.length === 0) throw new FormatError(file, 'the list is empty')
  return entries
}

/** Reads an `.lst` file. @throws FormatError */
export function parseImageList(text: string, file: string): readonly ListEntry[] {
  const entries = textLines(text).map((line) => {
    const fields = line.line.split('\t')
    const path = fields.at(-1) ?? ''
    const numbers = fields.slice(0, -1).map(Number)
    const [index, ...labels] = numbers
    if (index === undefined || labels.length === 0 || numbers.some(Number.isNaN) || path === '')
      throw lineError(file, line, '`index<TAB>label<TAB>path`')
    return { index, labels, path }
  })
  if (entries.length === 0) throw new FormatError(file, 'the list is empty')
  return entries
}

/** The text of an `.lst` file. */
export function formatImageList(entries: Iterable<ListEntry>): string {
  let text = ''
  for (const { index, labels, path } of entries) text += `${index}\t${labels.join('\t')}\t${path}\n`
  return text
}
