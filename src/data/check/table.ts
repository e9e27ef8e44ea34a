/** @file The table of findings that a person reviews: CSV, with what to do in the first column. */
import { FormatError } from '../../base/errors.ts'

/**
 * What `data apply` does with a row: `drop` leaves the image out of the copy, `move` puts it under another identity; without an image,
 * all images of the row's identity.
 */
export type CheckAction = 'keep' | 'drop' | 'move'

export type FindingKind =
  | 'unreadable'
  | 'exact duplicate'
  | 'near duplicate'
  | 'blurred'
  | 'small'
  | 'single image'
  | 'unlike its folder'
  | 'folders alike'
  | 'also in the other set'

/** What can spoil a result most stands first. */
export const gravest: readonly FindingKind[] = [
  'also in the other set',
  'folders alike',
  'unlike its folder',
  'exact duplicate',
  'near duplicate',
  'unreadable',
  'blurred',
  'small',
  'single image',
]

export interface Finding {
  readonly action: CheckAction
  readonly kind: FindingKind
  readonly identity: string
  /** Relative to the folder; empty where the finding is about an identity. */
  readonly image: string
  /** The other image or identity, where there is one. */
  readonly other: string
  /** For `move`, the identity it goes to. */
  readonly target: string
  readonly note: string
}

const columns = ['action', 'kind', 'identity', 'image', 'other', 'target', 'note'] as const

/** What a spreadsheet would take for a formula, and as many marks before it as were put there. */
const formula = /^'*[=+\-@\t\r]/
const isNumber = (text: string): boolean => /^[+-]?\d{1,30}(?:\.\d{1,30})?(?:e[+-]?\d{1,4})?$/i.test(text)

/** A cell of a CSV: quoted where it must be; what would begin a formula has an apostrophe before it, numbers excepted. */
export function csvCell(text: string): string {
  const safe = formula.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** What a cell of ours holds: without the apostrophe that `csvCell` put before it. */
const cellText = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell)

/** Findings as CSV, a header first. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => columns.map((column) => csvCell(finding[column])).join(','))
  return `${[columns.join(','), ...lines].join('\n')}\n`
}

/** What parts most cells of the header: spreadsheets write semicolons where a comma is the decimal mark, or tabs. */
const separatorOf = (content: string): string => {
  const counts = new Map([',', ';', '\t'].map((mark) => [mark, 0]))
  let isQuoted = false
  for (const letter of content) {
    if (letter === '"') isQuoted = !isQuoted
    else if (letter === '\n' && !isQuoted) break
    else if (!isQuoted && counts.has(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

/**
 * The cells of a CSV text, parted by commas, semicolons or tabs as the header is; quotes may hold those, line ends and doubled quotes.
 * @throws FormatError
 */
export function parseCsv(text: string, file: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const content = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(content)
  const endRow = (): void => {
    row.push(cell)
    if (row.length > 1 || cell !== '') rows.push(row)
    row = []
    cell = ''
  }
  for (let at = 0; at < content.length; at++) {
    const letter = content.charAt(at)
    if (isQuoted) {
      if (letter !== '"') cell += letter
      else if (content[at + 1] === '"') {
        cell += '"'
        at++
      } else isQuoted = false
    } else if (letter === '"' && cell === '') isQuoted = true
    else if (letter === separator) {
      row.push(cell)
      cell = ''
    } else if (letter === '\n') endRow()
    else if (letter !== '\r' || content[at + 1] !== '\n') cell += letter
  }
  if (isQuoted) throw new FormatError(file, 'a quote is not closed')
  endRow()
  return rows
}

const isAction = (text: string): text is CheckAction => text === 'keep' || text === 'drop' || text === 'move'

/** What a reviewed table asks for; columns may be in any order, further ones do not matter. */
export interface ReviewedRow {
  readonly action: CheckAction
  /** Whose images are meant where `image` is empty. */
  readonly identity: string
  readonly image: string
  readonly target: string
  /** The header is row 1. */
  readonly number: number
}

/** Reads a reviewed table. @throws FormatError for an unknown action, or a row that lacks what its action needs */
export function parseReviewed(text: string, file: string): readonly ReviewedRow[] {
  const [header, ...rows] = parseCsv(text, file)
  const place = (column: string): number => (header ?? []).findIndex((name) => name.trim() === column)
  const [actions, images, targets] = [place('action'), place('image'), place('target')]
  const identities = place('identity')
  if (actions < 0 || images < 0)
    throw new FormatError(file, 'expected a header with the columns `action` and `image`')
  return rows.map((row, i) => {
    const action = (row[actions] ?? '').trim().toLowerCase() || 'keep'
    const at = (column: number): string => cellText(row[column] ?? '')
    const [image, target] = [at(images), at(targets).trim()]
    const [identity, number] = [at(identities), i + 2]
    const fail = (reason: string): FormatError => new FormatError(file, `row ${number}: ${reason}`)
    if (!isAction(action)) throw fail(`expected the action keep, drop or move, got ${JSON.stringify(action)}`)
    if (action !== 'keep' && image === '' && identity === '')
      throw fail(`${action} needs an image, or an identity whose images are all meant`)
    if (action === 'move' && target === '') throw fail('move needs a target')
    return { action, identity, image, target, number }
  })
}
