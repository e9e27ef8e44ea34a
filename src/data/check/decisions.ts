/** @file What a reviewed table decides about each image of a set: a row without an image speaks of all images of its identity. */
import { DataError, FormatError } from '../../base/errors.ts'
import { agreeing, counted } from '../../base/words.ts'
import type { Dataset } from '../dataset.ts'
import type { ReviewedRow } from './table.ts'

/** By position in the set; an image in neither stays where it is. */
export interface Decisions {
  readonly drops: ReadonlySet<number>
  /** The identity each goes to. */
  readonly moves: ReadonlyMap<number, string>
}

const checkKnown = (
  names: readonly string[],
  known: ReadonlyMap<string, unknown>,
  said: { readonly table: string; readonly source: string; readonly one: string; readonly many: string },
): void => {
  const missing = [...new Set(names)].filter((name) => !known.has(name))
  if (missing.length > 0)
    throw new DataError(
      `${said.table} names ${counted(missing.length, said.one, said.many)} that ${agreeing(missing.length, 'is', 'are')} not in ${said.source}: ${missing.slice(0, 5).join(', ')}`,
    )
}

/**
 * The decisions of the rows that drop or move, of `table` about the set at `source`; a drop wins over a move.
 * @throws DataError for images and identities that are not in the set, FormatError where an image is moved to two targets
 */
export function decide(
  rows: readonly ReviewedRow[],
  { identities, samples }: Pick<Dataset, 'identities' | 'samples'>,
  table: string,
  source: string,
): Decisions {
  const images = new Map(samples.map(({ id }, position) => [id, [position]]))
  const people = new Map(identities.map((name): [string, number[]] => [name, []]))
  samples.forEach(({ identity }, position) => people.get(identities[identity] ?? '')?.push(position))
  const acting = rows.filter(({ action }) => action !== 'keep')
  const [ofImages, ofPeople] = [
    acting.filter(({ image }) => image !== ''),
    acting.filter(({ image }) => image === ''),
  ]
  const imageNames = ofImages.map(({ image }) => image)
  checkKnown(imageNames, images, { table, source, one: 'image', many: 'images' })
  const peopleNames = ofPeople.map(({ identity }) => identity)
  checkKnown(peopleNames, people, { table, source, one: 'identity', many: 'identities' })
  const positionsOf = ({ image, identity }: ReviewedRow): readonly number[] =>
    (image === '' ? people.get(identity) : images.get(image)) ?? []
  const drops = new Set(acting.filter(({ action }) => action === 'drop').flatMap(positionsOf))
  const moves = new Map<number, string>()
  for (const row of acting) {
    if (row.action !== 'move') continue
    for (const position of positionsOf(row)) {
      const { target } = row
      const before = moves.get(position) ?? target
      if (before !== target && !drops.has(position))
        throw new FormatError(
          table,
          `row ${row.number}: ${samples[position]?.id} is moved to ${target} and to ${before}`,
        )
      moves.set(position, target)
    }
  }
  for (const position of drops) moves.delete(position)
  return { drops, moves }
}
