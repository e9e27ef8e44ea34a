/**
 * @file Cross-age and cross-pose LFW: two lines per pair, `image number`, where 0 marks a pair of two people. Matched pairs come
 * first; fold k is the k-th tenth of each kind.
 */
import { FormatError } from '../../base/errors.ts'
import type { FacePairList } from './pair.ts'
import { agreeingIdentities } from './pair.ts'
import type { TextLine } from './text.ts'
import { isSpace, lineError, splitLast, textLines, wholeNumber } from './text.ts'

const folds = 10

interface Half {
  readonly image: string
  readonly label: number
}

const parseHalf = (line: TextLine, file: string): Half => {
  const [image, number] = splitLast(line.line, isSpace) ?? []
  const label = wholeNumber(number)
  if (image === undefined || label === undefined) throw lineError(file, line, '`image number`')
  return { image, label }
}

const personOf = (image: string): string | undefined => /^(.+)_\d+(\.\w+)?$/.exec(image)?.[1]

/** Reads `pairs_CALFW.txt` or `pairs_CPLFW.txt`. @throws FormatError */
export function parseCrossLfwPairs(text: string, file: string, format: 'calfw' | 'cplfw'): FacePairList {
  const lines = textLines(text)
  if (lines.length === 0) throw new FormatError(file, 'the list is empty')
  const last = lines.at(-1)
  if (lines.length % 2 !== 0 && last !== undefined) throw lineError(file, last, 'two lines for each pair')
  const pairs: { readonly a: string; readonly b: string; readonly same: boolean; readonly line: number }[] =
    []
  for (const [i, second] of lines.entries()) {
    const first = lines[i - 1]
    if (i % 2 === 0 || first === undefined) continue
    const a = parseHalf(first, file)
    const b = parseHalf(second, file)
    if (a.label !== b.label) throw lineError(file, second, `the number ${a.label} as on the line before`)
    pairs.push({ a: a.image, b: b.image, same: a.label !== 0, line: first.number })
  }
  const totals = new Map(
    [true, false].map((kind) => [kind, pairs.filter(({ same }) => same === kind).length]),
  )
  const seen = new Map([
    [true, 0],
    [false, 0],
  ])
  return {
    file,
    format,
    folds: 'tenths',
    pairs: pairs.map((pair) => {
      const place = seen.get(pair.same) ?? 0
      seen.set(pair.same, place + 1)
      const fold = Math.floor((place * folds) / (totals.get(pair.same) ?? 1))
      return { ...pair, fold, ...agreeingIdentities(personOf(pair.a), personOf(pair.b), pair.same) }
    }),
  }
}
