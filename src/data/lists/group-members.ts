/** @file Which group of a table each image is in: tables name images with more folders, or other endings, than lists of pairs do. */
import { DataError } from '../../base/errors.ts'
import { groupBy } from '../../base/groups.ts'
import { withCommas } from '../../base/words.ts'
import type { GroupTable } from './groups.ts'

/** The images that have a group, with it, and how many are not in the table at all. */
export interface GroupMembers {
  readonly groupOf: ReadonlyMap<string, string>
  readonly absent: number
}

/** A row of the table that may be an image's; a lower `rank` fits better. */
interface Fit {
  readonly name: string
  readonly group: string | undefined
  readonly rank: number
  /** A row that fits as well and is in another group. */
  readonly other?: string
}

/**
 * Finds the groups of `images`: by their own names (with or without their ending), by what is left of the table's names without
 * folders before them, or by the person whose folder an image is in.
 * @throws DataError where none of the images is in the table, or an image could be either of two rows in different groups
 */
export function groupMembers(table: GroupTable, images: Iterable<string>): GroupMembers {
  const asked = [...new Set(images)]
  const fits = table.by === 'identity' ? fitsOfPeople(table, asked) : fitsOfImages(table, asked)
  const [first] = asked
  if (fits.size === 0 && first !== undefined) throw noneFound(table, asked.length, first)
  const groupOf = new Map<string, string>()
  for (const [image, { name, group, other }] of fits) {
    if (other !== undefined)
      throw new DataError(
        `${image} could be ${name} or ${other} of ${table.file}, which are in different groups; keep one of them`,
      )
    if (group !== undefined) groupOf.set(image, group)
  }
  return { groupOf, absent: asked.length - fits.size }
}

const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z]\w*$/, '')

/** A name, then what is left of it as its folders are taken off from the front. */
function* endsOf(name: string): Generator<string> {
  yield name
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) yield name.slice(at + 1)
}

const fitsOfImages = ({ groups }: GroupTable, images: readonly string[]): ReadonlyMap<string, Fit> => {
  // the table may be of a whole collection and the pairs of a few of its images: only theirs are remembered
  const wanted = groupBy(images, withoutEnding)
  const fits = new Map<string, Fit>()
  for (const [name, group] of groups) {
    const stem = withoutEnding(name)
    for (const end of endsOf(stem)) {
      for (const image of wanted.get(end) ?? []) {
        const fit = { name, group, rank: name === image ? 0 : end === stem ? 1 : 2 }
        fits.set(image, better(fits.get(image), fit))
      }
    }
  }
  return fits
}

const better = (known: Fit | undefined, fit: Fit): Fit => {
  if (known === undefined || fit.rank < known.rank) return fit
  return fit.rank === known.rank && fit.group !== known.group ? { ...known, other: fit.name } : known
}

const fitsOfPeople = ({ groups }: GroupTable, images: readonly string[]): ReadonlyMap<string, Fit> => {
  const fits = new Map<string, Fit>()
  for (const image of images) {
    const name = peopleOf(image).find((person) => groups.has(person))
    if (name !== undefined) fits.set(image, { name, group: groups.get(name), rank: 0 })
  }
  return fits
}

/** Whom an image may show, by its name: people may lie in folders within folders, or in none (`Ada_0001.jpg`). */
const peopleOf = (image: string): readonly string[] => {
  const people: string[] = []
  for (let end = image.lastIndexOf('/'); end > 0; end = image.lastIndexOf('/', end - 1)) {
    const folder = image.slice(0, end)
    people.push(folder, folder.slice(folder.lastIndexOf('/') + 1))
  }
  return [...people, withoutEnding(image).replace(/_\d+$/, '')]
}

const noneFound = ({ file, by, groups }: GroupTable, count: number, image: string): DataError => {
  const [named = ''] = groups.keys()
  const none =
    count === 1
      ? 'The one image of the pairs is not'
      : `None of the ${withCommas(count)} images of the pairs is`
  return new DataError(
    `${none} ${by === 'image' ? '' : 'of anybody '}in ${file}: it names ${named}, the pairs name ${image}`,
  )
}
