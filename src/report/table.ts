/** @file Tables for consoles and plain text: columns aligned, numbers to the right, no colours. */

/** A column of a text table. */
export interface TextColumn {
  readonly title: string
  /** Numbers stand to the right. @defaultValue 'left' */
  readonly align?: 'left' | 'right'
}

// how many columns of a terminal a text takes: accents that combine take none, wide letters two
const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/

/** The width of a text in a terminal's columns. */
export function terminalWidth(text: string): number {
  let width = 0
  for (const sign of text.normalize('NFC')) width += /\p{Mn}/u.test(sign) ? 0 : wide.test(sign) ? 2 : 1
  return width
}

const pad = (text: string, width: number, align: 'left' | 'right'): string => {
  const room = ' '.repeat(Math.max(0, width - terminalWidth(text)))
  return align === 'right' ? room + text : text + room
}

/** A table as lines of text: titles, a rule, the rows; no line ends in spaces. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(terminalWidth(column.title), ...rows.map((row) => terminalWidth(row[index] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => pad(cells[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd()
  return [
    line(columns.map((column) => column.title)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(line),
  ].join('\n')
}
