/** @file YouTube Faces' `splits.txt`: a header, then `split, number, name/video, name/video, same name, same video…`. */
import { FormatError } from '../../base/errors.ts'
import type { FacePairList } from './pair.ts'
import { agreeingIdentities } from './pair.ts'
import { lineError, textLines, wholeNumber } from './text.ts'

/**
 * Reads `splits.txt` or `splits_corrected.txt`; `a` and `b` are videos, `name/number`. Which file it was belongs in the report:
 * their labels differ.
 * @throws FormatError
 */
export function parseYtfSplits(text: string, file: string): FacePairList {
  const [header, ...lines] = textLines(text)
  if (header === undefined || lines.length === 0) throw new FormatError(file, 'the list is empty')
  const names = header.line.split(',').map((name) => name.trim().toLowerCase())
  const labelled = names.findIndex((name) => /same\s*name|is\s*same/.test(name))
  const pairs = lines.map((line) => {
    const fields = line.line.split(',').map((field) => field.trim())
    const [split, , a = '', b = ''] = fields
    const fold = wholeNumber(split)
    const label = wholeNumber(fields[labelled < 0 ? fields.length - 1 : labelled])
    const fits = fields.length >= 5 && a.includes('/') && b.includes('/') && (label === 0 || label === 1)
    if (fold === undefined || fold < 1 || !fits)
      throw lineError(file, line, '`split, number, name/video, name/video, 0 or 1`')
    const same = label === 1
    return {
      a,
      b,
      same,
      fold: fold - 1,
      line: line.number,
      ...agreeingIdentities(a.split('/')[0], b.split('/')[0], same),
    }
  })
  return { file, format: 'ytf', folds: 'given', pairs }
}
