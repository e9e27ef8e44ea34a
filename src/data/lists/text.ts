/** @file What all text lists share: lines with their number and offset, fields, whole numbers. */
import { FormatError } from '../../base/errors.ts'

/** A line that is not blank, without its ending. */
export interface TextLine {
  readonly line: string
  /** Counted from 1. */
  readonly number: number
  /** Of its first character. */
  readonly offset: number
}

/** The lines that are not blank, trimmed; a byte order mark and `\r` are dropped. */
export function textLines(text: string): TextLine[] {
  const lines: TextLine[] = []
  let offset = 0
  let number = 0
  for (const raw of text.split('\n')) {
    number++
    const line = (number === 1 ? raw.replace(/^\uFEFF/, '') : raw).trim()
    if (line !== '') lines.push({ line, number, offset })
    offset += raw.length + 1
  }
  return lines
}

/** A complaint about one line. */
export function lineError(file: string, line: TextLine, wanted: string): FormatError {
  const got = JSON.stringify(line.line.length > 80 ? `${line.line.slice(0, 77)}...` : line.line)
  return new FormatError(file, `line ${line.number}: expected ${wanted}, got ${got}`, line.offset)
}

/** Whether a letter is white space. */
export function isSpace(letter: string): boolean {
  return letter.trim() === ''
}

/**
 * The last field of a line, and what stands before the separators in front of it; undefined where nothing does. Goes over the line once,
 * whatever is in it.
 */
export function splitLast(
  line: string,
  isSeparator: (letter: string) => boolean,
): readonly [before: string, last: string] | undefined {
  let at = line.length
  while (at > 0 && !isSeparator(line.charAt(at - 1))) at--
  let end = at
  while (end > 0 && isSeparator(line.charAt(end - 1))) end--
  return end === 0 ? undefined : [line.slice(0, end), line.slice(at)]
}

/** A whole number of at least 0, or undefined for any other text. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text.trim())) return undefined
  return Number(text)
}

/** Refuses text of two bytes a letter, by the mark of its byte order or by the zero bytes it is full of. @throws FormatError */
export function refuseWideText(bytes: Uint8Array, file: string): void {
  const [first, second] = bytes
  const order =
    first === 0xff && second === 0xfe
      ? 'little-endian UTF-16'
      : first === 0xfe && second === 0xff
        ? 'big-endian UTF-16'
        : undefined
  if (order !== undefined) throw new FormatError(file, `expected text in UTF-8, got ${order}`, 0)
  const zero = bytes.indexOf(0)
  if (zero >= 0)
    throw new FormatError(file, 'expected text in UTF-8, got a zero byte: a binary file, or UTF-16', zero)
}

/** The bytes as text. @throws FormatError for bytes that are no UTF-8 text */
export function decodeText(bytes: Uint8Array, file: string): string {
  refuseWideText(bytes, file)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new FormatError(file, 'expected text in UTF-8', undefined, { cause: error })
  }
}
