/** @file Tables of whole numbers in text, read from bytes directly: lists of millions of lines are common here. */
import { FormatError } from '../../base/errors.ts'
import { refuseWideText } from './text.ts'

const newline = 10
const carriageReturn = 13

const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === carriageReturn

export interface IntegerTableOptions {
  /** Numbers a line must have. */
  readonly columns: number
  /** What a line should be, for messages. */
  readonly wanted: string
  /** The largest number taken. */
  readonly max: number
}

/** A row-major table [rows, columns]; `values` may be longer than it. */
export interface IntegerTable<T> {
  readonly values: T
  readonly rows: number
}

/** Reads lines of `columns` numbers each; blank lines are passed over. @throws FormatError naming the line */
export function parseIntegerTable<T extends Float64Array | Int32Array>(
  bytes: Uint8Array,
  file: string,
  options: IntegerTableOptions,
  allocate: (length: number) => T,
): IntegerTable<T> {
  const { columns, wanted, max } = options
  refuseWideText(bytes, file)
  let lines = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === newline) lines++
  // a blank line takes one byte, a full one at least two per number
  const rows = Math.min(lines + 1, Math.ceil(bytes.length / (2 * columns)) + 1)
  const table = allocate(rows * columns)
  let filled = 0
  let line = 1
  let field = 0
  let digits = 0
  let value = 0
  const fail = (reason: string, at: number): FormatError =>
    new FormatError(file, `line ${line}: expected ${wanted}, got ${reason}`, at)
  for (let at = 0; at <= bytes.length; at++) {
    // the last line ends with the file
    const byte = bytes[at] ?? newline
    if (byte >= 48 && byte <= 57) {
      digits++
      value = value * 10 + (byte - 48)
      if (value > max) throw fail('a number that is too large', at)
      continue
    }
    if (byte !== newline && !isSpace(byte)) throw fail(`byte 0x${byte.toString(16).padStart(2, '0')}`, at)
    if (digits > 0) {
      if (field === columns) throw fail('more numbers', at)
      table[filled + field] = value
      field++
      digits = 0
      value = 0
    }
    if (byte !== newline) continue
    if (field > 0 && field < columns) throw fail(field === 1 ? 'one number' : `${field} numbers`, at)
    if (field === columns) filled += columns
    field = 0
    line++
  }
  return { values: table, rows: filled / columns }
}
