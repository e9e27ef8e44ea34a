/** @file Pairs drawn from a folder of identities: seeded, half and half, ten folds that share no person. */
import { checkInteger } from '../base/check.ts'
import { DataError, unexpected } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'
import { random, shuffled } from '../base/random.ts'
import type { Random } from '../base/random.ts'
import type { Pair, PairSet } from './pair.ts'

/** A person and the paths of their images. */
export interface Identity {
  readonly name: string
  readonly images: readonly string[]
}

const foldCount = 10

const pairsOf = (count: number): number => (count * (count - 1)) / 2

/** `count` different integers below `below`, in random order of finding (Floyd's method). */
const distinct = (count: number, below: number, stream: Random): number[] => {
  const chosen = new Set<number>()
  for (let last = below - count; last < below; last++) {
    const drawn = stream.integer(last + 1)
    chosen.add(chosen.has(drawn) ? last : drawn)
  }
  return [...chosen]
}

/** The pair (i, j), i < j, with the given rank among all pairs ordered by j, then i. */
const unrank = (rank: number): readonly [number, number] => {
  let j = Math.floor((1 + Math.sqrt(1 + 8 * rank)) / 2)
  while (pairsOf(j) > rank) j--
  while (pairsOf(j + 1) <= rank) j++
  return [rank - pairsOf(j), j]
}

interface Fold {
  readonly people: readonly Identity[]
  readonly samePairs: number
  readonly differentPairs: number
}

const foldOf = (people: readonly Identity[]): Fold => {
  const images = people.reduce((sum, { images }) => sum + images.length, 0)
  const samePairs = people.reduce((sum, { images }) => sum + pairsOf(images.length), 0)
  return { people, samePairs, differentPairs: pairsOf(images) - samePairs }
}

// dealt to and fro by number of images, so that no fold is much poorer than the others
const dealFolds = (identities: readonly Identity[], stream: Random): Fold[] => {
  const dealt = Array.from({ length: foldCount }, (): Identity[] => [])
  const richest = shuffled(identities, stream).sort((a, b) => b.images.length - a.images.length)
  richest.forEach((identity, i) => {
    const round = Math.floor(i / foldCount)
    const place = i % foldCount
    dealt[round % 2 === 0 ? place : foldCount - 1 - place]?.push(identity)
  })
  return dealt.map(foldOf).sort((a, b) => capacity(b) - capacity(a))
}

const capacity = (fold: Fold): number => Math.min(fold.samePairs, fold.differentPairs)

// the first folds take one more where the pairs do not divide by ten
const shareOf = (perClass: number, fold: number): number =>
  Math.floor(perClass / foldCount) + (fold < perClass % foldCount ? 1 : 0)

const largestPerClass = (folds: readonly Fold[]): number => {
  const least = Math.min(...folds.map(capacity))
  return foldCount * least + folds.filter((fold) => capacity(fold) > least).length
}

// people take turns, so that one with hundreds of images does not make up most pairs
const samePairs = (fold: Fold, count: number, index: number, stream: Random): Pair[] => {
  const taken = new Map<Identity, number>()
  let turn = shuffled(fold.people, stream)
  let left = count
  while (left > 0) {
    turn = turn.filter((person) => (taken.get(person) ?? 0) < pairsOf(person.images.length))
    for (const person of turn.slice(0, left)) taken.set(person, (taken.get(person) ?? 0) + 1)
    left -= Math.min(left, turn.length)
  }
  return [...taken].flatMap(([person, wanted]) =>
    distinct(wanted, pairsOf(person.images.length), stream).map((rank): Pair => {
      const [i, j] = unrank(rank)
      return {
        a: person.images[i] ?? '',
        b: person.images[j] ?? '',
        same: true,
        fold: index,
        identities: [person.name, person.name],
      }
    }),
  )
}

interface Face {
  readonly person: string
  readonly image: string
}

const differentPair = (one: Face, other: Face, fold: number): Pair => {
  const [first, second] = byCodePoint(one.image, other.image) < 0 ? [one, other] : [other, one]
  return {
    a: first.image,
    b: second.image,
    same: false,
    fold,
    identities: [first.person, second.person],
  }
}

const differentPairs = (fold: Fold, count: number, index: number, stream: Random): Pair[] => {
  if (2 * count > fold.differentPairs) {
    // drawing until unused ones turn up would take long here: list them all
    const faces = fold.people.flatMap(({ name, images }) =>
      images.map((image): Face => ({ person: name, image })),
    )
    const all = faces.flatMap((one, i) =>
      faces
        .slice(i + 1)
        .filter((other) => other.person !== one.person)
        .map((other) => differentPair(one, other, index)),
    )
    return shuffled(all, stream).slice(0, count)
  }
  const drawn = new Map<string, Pair>()
  const faceOf = (person: Identity): Face => ({
    person: person.name,
    image: person.images[stream.integer(person.images.length)] ?? '',
  })
  let misses = 0
  while (drawn.size < count) {
    const i = stream.integer(fold.people.length)
    const j = stream.integer(fold.people.length - 1)
    const one = fold.people[i]
    const other = fold.people[j < i ? j : j + 1]
    if (one === undefined || other === undefined) throw new RangeError('a fold without two people')
    const pair = differentPair(faceOf(one), faceOf(other), index)
    const before = drawn.size
    drawn.set(`${pair.a}\n${pair.b}`, pair)
    misses = drawn.size === before ? misses + 1 : 0
    // people with few images are used up first where others have very many
    if (misses > 1000) return differentPairs({ ...fold, differentPairs: 0 }, count, index, stream)
  }
  return [...drawn.values()]
}

const usableOf = (identities: readonly Identity[]): Identity[] =>
  identities
    .filter(({ images }) => images.length >= 2)
    .map(({ name, images }): Identity => ({ name, images: [...images].sort(byCodePoint) }))
    .sort((a, b) => byCodePoint(a.name, b.name))

const foldsOf = (usable: readonly Identity[], seed: number): Fold[] =>
  dealFolds(usable, random(seed, 'random-pairs', 'folds'))

/** The largest number of pairs `randomPairs` can draw; 0 with too few people. */
export function mostRandomPairs(identities: readonly Identity[], seed: number): number {
  const usable = usableOf(identities)
  return usable.length < 2 * foldCount ? 0 : 2 * largestPerClass(foldsOf(usable, seed))
}

/**
 * Draws `count` pairs, half of one person and half of two, in ten folds that share no person. People with a single
 * image are left out. Equal seeds and identities give equal pairs, in whatever order the identities come.
 * @throws UsageError where `count` is odd or below 20
 * @throws DataError with fewer than 20 people of at least two images, or where `count` is more than the images allow
 */
export function randomPairs(identities: readonly Identity[], count: number, seed: number): PairSet {
  checkInteger('random-pairs', count, { min: 2 * foldCount })
  if (count % 2 !== 0) throw unexpected('random-pairs', 'an even number (half and half)', count)
  const usable = usableOf(identities)
  if (usable.length < 2 * foldCount) {
    throw new DataError(
      `Random pairs need at least ${2 * foldCount} people with two or more images each, two for each of ${foldCount} ` +
        `folds; there are ${usable.length}`,
    )
  }
  const folds = foldsOf(usable, seed)
  const largest = 2 * largestPerClass(folds)
  if (count > largest) {
    throw new DataError(
      `${count} random pairs are more than these images allow; at most ${largest} are possible`,
    )
  }
  const pairs = folds.flatMap((fold, index) => {
    const share = shareOf(count / 2, index)
    return [
      ...samePairs(fold, share, index, random(seed, 'random-pairs', 'same', index)),
      ...differentPairs(fold, share, index, random(seed, 'random-pairs', 'different', index)),
    ]
  })
  return { pairs, folds: 'drawn', skipped: 0, seed }
}

/** As many pairs as are drawn where nobody says how many: LFW's number. */
export const usualRandomPairs = 6000

/** `count` pairs, or else as many as the images allow, at most `usualRandomPairs`. @throws as `randomPairs` */
export function drawPairs(identities: readonly Identity[], count: number | undefined, seed: number): PairSet {
  const most = count ?? Math.min(usualRandomPairs, mostRandomPairs(identities, seed))
  // with too few people the error says what is needed
  return randomPairs(identities, Math.max(2 * foldCount, most), seed)
}
