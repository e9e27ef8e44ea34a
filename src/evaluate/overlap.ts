/** @file How many of the people and images that a model is judged on it was trained on or chosen by, and what that means. */
import { agreeing, counted, withCommas } from '../base/words.ts'

export interface Overlap {
  /** People here, as far as they are named. */
  readonly people: number
  /** Of those, how many have a label for a name, such as `n000002`, which cannot be looked up. */
  readonly labels: number
  /** People whose name, or one of whose images, was in the model's training or validation set. */
  readonly seenPeople: number
  readonly images: number
  readonly seenImages: number
  /** How many of the found are to be expected though nobody was seen, where the model keeps its hashes in Bloom filters. */
  readonly byChance?: { readonly people: number; readonly images: number }
}

/** Beyond what chance gives: three deviations of a Poisson count. */
const exceeds = (found: number, byChance = 0): boolean => found > byChance + 3 * Math.sqrt(byChance)

/** Whether people or images were found that the model has seen. */
export function isShared({ seenPeople, seenImages, byChance }: Overlap): boolean {
  return exceeds(seenPeople, byChance?.people) || exceeds(seenImages, byChance?.images)
}

/** Whether it is known of all people here that the model has not seen them. */
export function isUnseen(overlap: Overlap | undefined): boolean {
  return overlap !== undefined && overlap.people > 0 && overlap.labels === 0 && !isShared(overlap)
}

const found = (seen: number, all: number, one: string, many: string): string =>
  `${withCommas(seen)} of the ${counted(all, one, many)}`

const chanceWords = ({ byChance }: Overlap): string =>
  byChance === undefined
    ? ''
    : ` (of such a number about ${Math.round(byChance.people)} and ${Math.round(byChance.images)} are found by chance, as the model keeps them in Bloom filters)`

/** What was found, in a sentence without its full stop. */
export function overlapText(overlap: Overlap): string {
  const { people, labels, seenPeople, images, seenImages } = overlap
  const set = 'the model’s training or validation set'
  const names = people === 0 ? [] : [found(seenPeople, people, 'person', 'people')]
  const counts = [...names, found(seenImages, images, 'image', 'images')].join(' and ')
  if (isShared(overlap))
    return `${counts} ${agreeing(seenImages, 'was', 'were')} in ${set}: the figures are too high for people it does not know${chanceWords(overlap)}`
  const asked = [
    ...(people === labels ? [] : [counted(people - labels, 'person', 'people')]),
    counted(images, 'image'),
  ]
  const unnamed =
    labels === 0 ? '' : `; ${counted(labels, 'name')} of people here are labels, which cannot be looked up`
  return `none of the ${asked.join(' and ')} was in ${set}, by name or image file${unnamed}${chanceWords(overlap)}`
}
