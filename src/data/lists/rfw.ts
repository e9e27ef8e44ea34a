/**
 * @file Racial Faces in the Wild: for each of four groups a list in LFW's form without a header, ten folds of equal length one after
 * the other, in each first the pairs of one person. Its images lie in `data/GROUP/PERSON/PERSON_0001.jpg`.
 */
import { FormatError } from '../../base/errors.ts'
import type { FacePairList, ListedFacePair } from './pair.ts'
import { lineError, textLines, wholeNumber } from './text.ts'

/** The groups, as their folders are called. */
export const rfwGroups: readonly string[] = ['African', 'Asian', 'Caucasian', 'Indian']

/** A group's list, relative to the data set's folder. */
export function rfwList(group: string): string {
  return `txts/${group}/${group}_pairs.txt`
}

const folds = 10

const image = (group: string, person: string, number: number): string =>
  `${group}/${person}/${person}_${String(number).padStart(4, '0')}`

/** Reads a group's pairs; paths are relative to `data`, without an ending. @throws FormatError */
export function parseRfwPairs(text: string, file: string, group: string): FacePairList {
  const lines = textLines(text)
  const perFold = lines.length / folds
  if (lines.length === 0 || !Number.isInteger(perFold / 2))
    throw new FormatError(
      file,
      `expected ten folds of equal length, half of each of one person, got ${lines.length} pairs`,
    )
  const pairs = lines.map((line, index): ListedFacePair => {
    const fields = line.line.trim().split('\t')
    const [first = '', i, second = '', j] =
      fields.length === 3 ? [fields[0], fields[1], fields[0], fields[2]] : fields
    const numbers = [wholeNumber(i), wholeNumber(j)] as const
    const same = index % perFold < perFold / 2
    const [a, b] = numbers
    const wanted = same ? '`name number number`' : '`name number name number`'
    if (a === undefined || b === undefined || a < 1 || b < 1 || fields.length !== (same ? 3 : 4))
      throw lineError(file, line, `${wanted} with tabs between`)
    return {
      a: image(group, first, a),
      b: image(group, second, b),
      same,
      fold: Math.floor(index / perFold),
      line: line.number,
      identities: [first, second],
    }
  })
  return { file, format: 'rfw', folds: 'given', pairs }
}
