/** @file Lists of pairs: LFW's `pairs.txt` (View 2 with folds, View 1 without) and plain lists `path1 path2 0|1`. */
import { FormatError, shown } from '../base/errors.ts'
import { counted } from '../base/words.ts'
import { plainPath } from '../data/lists/listed-path.ts'
import type { PairListFormat } from '../data/lists/pair.ts'
import { tenths } from './pair.ts'

/** A pair as a list names it. LFW names an image by person and number, without an extension. */
export interface ListedPair {
  readonly a: string
  readonly b: string
  readonly same: boolean
  readonly fold: number
  readonly identities?: readonly [string, string]
  /** The line in the file, from 1. */
  readonly line: number
}

/** A parsed list. */
export interface PairList {
  readonly file: string
  readonly format: 'lfw' | 'paths' | PairListFormat
  readonly folds: 'given' | 'tenths'
  readonly pairs: readonly ListedPair[]
}

interface Line {
  readonly fields: readonly string[]
  readonly number: number
}

const isCount = (text: string): boolean => /^\d{1,9}$/.test(text)

/** LFW counts images from 1. */
const isImageNumber = (text: string): boolean => isCount(text) && Number(text) > 0

const linesOf = (text: string): Line[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({
      // a name may hold spaces where tabs separate the fields
      fields: line
        .trim()
        .split(line.includes('\t') ? /\t+/ : / +/)
        .map((field) => field.trim()),
      number: index + 1,
    }))
    .filter(({ fields }) => fields.length > 1 || fields[0] !== '')

/** What a line of the wrong shape holds instead. */
const gotInstead = ({ fields }: Line): string =>
  fields.length === 1 && fields[0]?.includes(',') === true
    ? 'separated by spaces or tabs, got one separated by commas'
    : `got ${counted(fields.length, 'field')}`

const lfwImage = (person: string, number: string): string => `${person}/${person}_${number.padStart(4, '0')}`

const lfwPair = ({ fields, number }: Line, fold: number): ListedPair | undefined => {
  const [first = '', i = '', second = '', j = ''] = fields
  if (fields.length === 3 && isImageNumber(i) && isImageNumber(second)) {
    return {
      a: lfwImage(first, i),
      b: lfwImage(first, second),
      same: true,
      fold,
      identities: [first, first],
      line: number,
    }
  }
  if (fields.length === 4 && isImageNumber(i) && isImageNumber(j)) {
    return {
      a: lfwImage(first, i),
      b: lfwImage(second, j),
      same: false,
      fold,
      identities: [first, second],
      line: number,
    }
  }
  return undefined
}

/** Why a line is no pair of LFW's. */
const lfwProblem = (line: Line): string => {
  const { fields } = line
  const numbers = fields.length === 3 ? fields.slice(1) : fields.length === 4 ? [fields[1], fields[3]] : []
  const wrong = numbers.find((field) => field === undefined || !isImageNumber(field))
  const got = wrong === undefined ? gotInstead(line) : `${shown(wrong)} is no image number of at least 1`
  return `expected \`name number number\` or \`name number name number\`, ${got}`
}

const parseLfw = (file: string, header: Line, lines: readonly Line[]): PairList => {
  const fail = (line: number, reason: string): FormatError => new FormatError(file, `line ${line}: ${reason}`)
  const counts = header.fields.map(Number)
  const given = counts.length === 2
  const folds = given ? (counts[0] ?? 0) : 1
  const perClass = counts.at(-1) ?? 0
  if (folds < 1 || perClass < 1) throw fail(header.number, 'expected counts of at least 1')
  const expected = folds * perClass * 2
  if (lines.length !== expected) {
    const at = lines[expected]?.number ?? (lines.at(-1)?.number ?? header.number) + 1
    const each = `${counted(perClass, 'pair')} of one person and ${perClass} of two${given ? `, ${folds} times` : ''}`
    throw fail(at, `expected ${counted(expected, 'pair')} (${each}) after the header, got ${lines.length}`)
  }
  const pairs = lines.map((line, index) => {
    const pair = lfwPair(line, Math.floor(index / (2 * perClass)))
    if (pair === undefined) throw fail(line.number, lfwProblem(line))
    const sameHere = index % (2 * perClass) < perClass
    if (pair.same !== sameHere) {
      const [wanted, got] = sameHere ? ['one person', 'two'] : ['two people', 'one']
      throw fail(
        line.number,
        `expected a pair of ${wanted} here by the header's counts, got a pair of ${got}`,
      )
    }
    return pair
  })
  if (given) return { file, format: 'lfw', folds: 'given', pairs }
  const assigned = tenths(pairs.map(({ same }) => same))
  return {
    file,
    format: 'lfw',
    folds: 'tenths',
    pairs: pairs.map((pair, index) => ({ ...pair, fold: assigned[index] ?? 0 })),
  }
}

const personOf = (path: string): string | undefined =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined

/** Why a line is no pair of paths in a list whose first line has `width` fields, if it is none. */
const pathsProblem = (line: Line, width: number): string | undefined => {
  const { fields } = line
  const [, , label = '', fold = '0'] = fields
  const expected = 'expected `path1 path2 0|1` with at most a fold after it'
  if (fields.length !== 3 && fields.length !== 4) return `${expected}, ${gotInstead(line)}`
  if (!/^[01]$/.test(label)) return `${expected}, got the label ${shown(label)}`
  if (fields.length !== width)
    return `expected ${counted(width, 'field')} as in the lines before, ${gotInstead(line)}`
  return isCount(fold) ? undefined : `expected a fold number, got ${shown(fold)}`
}

const parsePaths = (file: string, lines: readonly Line[]): PairList => {
  const width = lines[0]?.fields.length ?? 0
  const pairs = lines.map((line): ListedPair => {
    const { fields, number } = line
    const problem = pathsProblem(line, width)
    if (problem !== undefined) throw new FormatError(file, `line ${number}: ${problem}`)
    const [first = '', second = '', label = '', fold = '0'] = fields
    const a = plainPath(first)
    const b = plainPath(second)
    const [personA, personB] = [personOf(a), personOf(b)]
    // a folder stands for a person only where the labels agree with that
    const known = personA !== undefined && personB !== undefined && (personA === personB) === (label === '1')
    return {
      a,
      b,
      same: label === '1',
      fold: Number(fold),
      line: number,
      ...(known ? { identities: [personA, personB] as const } : {}),
    }
  })
  if (width === 4) return { file, format: 'paths', folds: 'given', pairs }
  const assigned = tenths(pairs.map(({ same }) => same))
  return {
    file,
    format: 'paths',
    folds: 'tenths',
    pairs: pairs.map((pair, index) => ({ ...pair, fold: assigned[index] ?? 0 })),
  }
}

/**
 * Reads a list of pairs. A header of one count is LFW's View 1, of two counts (folds, pairs per class) View 2; without
 * a header each line is `path1 path2 0|1`, optionally followed by a fold number.
 * @throws FormatError naming the line
 */
export function parsePairs(text: string, file: string): PairList {
  const lines = linesOf(text)
  const [header, ...rest] = lines
  if (header === undefined) throw new FormatError(file, 'expected a list of pairs, the file is empty')
  if (header.fields.length <= 2 && header.fields.every(isCount)) return parseLfw(file, header, rest)
  return parsePaths(file, lines)
}
