/**
 * @file Celebrities in Frontal-Profile: two numbered image lists, and per fold a file of matching and one of different pairs of
 * numbers. In FP the second number counts profile images.
 */
import { FormatError } from '../../base/errors.ts'
import type { FacePairList, ListedFacePair } from './pair.ts'
import { agreeingIdentities } from './pair.ts'
import { lineError, textLines, wholeNumber } from './text.ts'

/** Frontal against frontal, or frontal against profile. */
export type CfpKind = 'ff' | 'fp'

const folds = 10
const frontalList = 'Protocol/Pair_list_F.txt'
const profileList = 'Protocol/Pair_list_P.txt'

/** The files a kind is read from, relative to the data set's folder. */
export function cfpFiles(kind: CfpKind): readonly string[] {
  const lists = kind === 'ff' ? [frontalList] : [frontalList, profileList]
  return [...lists, ...splitFiles(kind).flatMap(({ same, different }) => [same, different])]
}

const splitFiles = (kind: CfpKind): readonly { readonly same: string; readonly different: string }[] =>
  Array.from({ length: folds }, (_, fold) => {
    const folder = `Protocol/Split/${kind.toUpperCase()}/${String(fold + 1).padStart(2, '0')}`
    return { same: `${folder}/same.txt`, different: `${folder}/diff.txt` }
  })

/** Paths by their number, from 1, relative to `Data/Images`. */
const parseImages = (text: string, file: string): readonly string[] => {
  const lines = textLines(text)
  if (lines.length === 0) throw new FormatError(file, 'the list is empty')
  return lines.map((line, i) => {
    const [number, path = '', ...more] = line.line.split(/\s+/)
    if (wholeNumber(number) !== i + 1 || path === '' || more.length > 0)
      throw lineError(file, line, `\`${i + 1} path\``)
    return path.replaceAll('\\', '/').replace(/^.*\bImages\//, '')
  })
}

const personOf = (path: string): string | undefined => (path.includes('/') ? path.split('/')[0] : undefined)

/**
 * Reads the pairs of a kind; `read` gives the text of a file of `cfpFiles`. Paths are relative to `Data/Images`.
 * @throws FormatError for numbers that no image has
 */
export async function readCfpPairs(
  kind: CfpKind,
  read: (path: string) => Promise<string>,
): Promise<FacePairList> {
  const first = parseImages(await read(frontalList), frontalList)
  const second = kind === 'ff' ? first : parseImages(await read(profileList), profileList)
  const pairs: ListedFacePair[] = []
  const parseSplit = (text: string, file: string, same: boolean, fold: number): void => {
    const lines = textLines(text)
    if (lines.length === 0) throw new FormatError(file, 'the list is empty')
    for (const line of lines) {
      const [i, j, ...more] = line.line.split(',').map(wholeNumber)
      const a = i === undefined ? undefined : first[i - 1]
      const b = j === undefined ? undefined : second[j - 1]
      if (a === undefined || b === undefined || more.length > 0)
        throw lineError(file, line, `\`i,j\` within ${first.length},${second.length}`)
      pairs.push({
        a,
        b,
        same,
        fold,
        line: line.number,
        ...agreeingIdentities(personOf(a), personOf(b), same),
      })
    }
  }
  for (const [fold, files] of splitFiles(kind).entries()) {
    parseSplit(await read(files.same), files.same, true, fold)
    parseSplit(await read(files.different), files.different, false, fold)
  }
  return { file: `Protocol/Split/${kind.toUpperCase()}`, format: `cfp-${kind}`, folds: 'given', pairs }
}
