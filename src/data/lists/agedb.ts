/** @file AgeDB-30's pairs: MATLAB's `splits`, ten cells, each a 2×600 cell of images with ages, and 600 labels of ±1. */
import { FormatError } from '../../base/errors.ts'
import type { FacePairList, ListedFacePair } from './pair.ts'
import { agreeingIdentities } from './pair.ts'
import type { MatValue } from './mat.ts'
import { readMatFile } from './mat.ts'

/** The values directly inside a cell, or of a structure field by field. */
const inside = (value: MatValue): readonly MatValue[] =>
  value.kind === 'cell'
    ? value.items
    : value.kind === 'struct'
      ? value.fields.flatMap(([, values]) => values)
      : []

/** The first value of a kind at any depth, outermost first. */
const find = <K extends MatValue['kind']>(
  value: MatValue,
  fits: (value: MatValue) => boolean,
  kind: K,
): Extract<MatValue, { kind: K }> | undefined => {
  let level: readonly MatValue[] = [value]
  while (level.length > 0) {
    for (const candidate of level) if (isKind(candidate, kind) && fits(candidate)) return candidate
    level = level.flatMap(inside)
  }
  return undefined
}

const isKind = <K extends MatValue['kind']>(
  value: MatValue,
  kind: K,
): value is Extract<MatValue, { kind: K }> => value.kind === kind

const textOf = (value: MatValue | undefined): string | undefined =>
  value === undefined ? undefined : find(value, () => true, 'text')?.text

/** `1234_Name_56_f` or `Name_…`: the person, by what precedes the age. */
const personOf = (image: string): string | undefined => {
  const parts = image.replace(/\.\w+$/, '').split('_')
  return parts.find((part) => !/^\d*$/.test(part))
}

const withEnding = (image: string): string => (/\.\w+$/.test(image) ? image : `${image}.jpg`)

/** Reads `04_FINAL_protocol_30_years.mat`. Paths end in `.jpg`. @throws FormatError where the file is laid out otherwise */
export async function readAgeDbPairs(bytes: Uint8Array, file: string): Promise<FacePairList> {
  const splits = (await readMatFile(bytes, file)).get('splits')
  if (splits === undefined) throw new FormatError(file, 'expected the variable `splits`')
  const pairs: ListedFacePair[] = []
  for (const [fold, split] of inside(splits).entries()) {
    const images = find(split, (value) => value.kind === 'cell' && value.shape[0] === 2, 'cell')
    if (images === undefined) throw new FormatError(file, `split ${fold + 1} has no two rows of images`)
    const count = images.items.length / 2
    const labels = find(
      split,
      (value) => value.kind === 'numbers' && value.values.length === count,
      'numbers',
    )
    if (labels === undefined)
      throw new FormatError(file, `split ${fold + 1} has no label for each of its pairs`)
    for (let i = 0; i < count; i++) {
      const [a, b] = [textOf(images.items[2 * i]), textOf(images.items[2 * i + 1])]
      if (a === undefined || b === undefined)
        throw new FormatError(file, `split ${fold + 1}, pair ${i + 1}: expected two images`)
      const same = labels.values[i] === 1
      pairs.push({
        a: withEnding(a),
        b: withEnding(b),
        same,
        fold,
        line: pairs.length + 1,
        ...agreeingIdentities(personOf(a), personOf(b), same),
      })
    }
  }
  if (pairs.length === 0) throw new FormatError(file, '`splits` is empty')
  return { file, format: 'agedb', folds: 'given', pairs }
}
