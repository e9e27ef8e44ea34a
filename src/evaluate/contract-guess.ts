/**
 * @file Whether a model is fed as it wants to be: the scores of the same pairs under the contract given and under others that
 * are often meant instead. A paired test decides whether one of them is clearly better; nothing is changed by itself.
 */
import { random } from '../base/random.ts'
import { mean as meanOf } from '../tensor/statistics.ts'
import type { ChannelVerdict, SwappedChannels } from './channel-order.ts'
import { chanceOf, channelVerdict, channelWords } from './channel-order.ts'
import { judgeFolds } from './folds.ts'
import { tenths } from './pair.ts'

/** Which part of an image a network sees: `cover` is the usual one, the largest part of its shape, from the middle. */
export type CropRule = 'cover' | 'squeezed' | 'tighter' | 'looser'

/** One way of feeding a model. */
export interface Feeding {
  readonly channels: 'rgb' | 'bgr'
  readonly mean: number
  readonly std: number
  readonly crop: CropRule
}

/** What people mean by scale: (p − mean) / std. */
const scales: readonly (Pick<Feeding, 'mean' | 'std'> & { readonly words: string })[] = [
  { mean: 127.5, std: 128, words: '−1 to 1' },
  { mean: 0, std: 255, words: '0 to 1' },
  { mean: 0, std: 1, words: '0 to 255' },
  { mean: 127.5, std: 1, words: '−127.5 to 127.5' },
]

const isSameScale = (a: Pick<Feeding, 'mean' | 'std'>, b: Pick<Feeding, 'mean' | 'std'>): boolean =>
  // the ends of the range within a twentieth of its width: 127.5 and 128 are no difference
  Math.abs(-a.mean / a.std + b.mean / b.std) < 12.75 / a.std &&
  Math.abs((255 - a.mean) / a.std - (255 - b.mean) / b.std) < 12.75 / a.std

/** The other ways to try first: channel order and scale, each alone and together. */
export function otherFeedings(given: Feeding): readonly Feeding[] {
  const swapped = given.channels === 'rgb' ? 'bgr' : 'rgb'
  const otherScales = scales.filter((scale) => !isSameScale(scale, given))
  return [
    { ...given, channels: swapped },
    ...otherScales.flatMap(({ mean, std }) => [
      { ...given, mean, std },
      { ...given, channels: swapped, mean, std } as const,
    ]),
  ]
}

/** Then the other crops, under the best of the former. */
export function otherCrops(given: Feeding): readonly Feeding[] {
  const crops: readonly CropRule[] = ['cover', 'squeezed', 'tighter', 'looser']
  return crops.filter((crop) => crop !== given.crop).map((crop) => ({ ...given, crop }))
}

/** How well scores tell same from different. */
export interface Separation {
  /** d′: the distance of the two kinds' means in units of their spread. */
  readonly dPrime: number
  /** With the threshold chosen on the other nine of ten folds. */
  readonly accuracy: number
}

interface Moments {
  readonly mean: number
  readonly variance: number
}

const dPrimeOf = (same: Moments, different: Moments): number =>
  (same.mean - different.mean) / Math.sqrt((same.variance + different.variance) / 2 + 1e-12)

const momentsOf = (values: ArrayLike<number>, picks: ArrayLike<number>): Moments => {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < picks.length; i++) {
    const value = values[picks[i] ?? -1] ?? NaN
    sum += value
    squares += value * value
  }
  const mean = sum / picks.length
  return { mean, variance: Math.max(0, squares / picks.length - mean * mean) }
}

const places = (same: readonly boolean[], wanted: boolean): number[] =>
  same.flatMap((value, i) => (value === wanted ? [i] : []))

/** @throws DataError without pairs of both kinds */
export function separation(scores: ArrayLike<number>, same: readonly boolean[]): Separation {
  const scored = tenths(same).map((fold, i) => ({ same: same[i] === true, score: scores[i] ?? NaN, fold }))
  return {
    dPrime: dPrimeOf(momentsOf(scores, places(same, true)), momentsOf(scores, places(same, false))),
    accuracy: meanOf(judgeFolds(scored).accuracies),
  }
}

/** Scores of the pairs under one way of feeding. */
export interface FedScores {
  readonly feeding: Feeding
  readonly scores: ArrayLike<number>
}

/** Another way of feeding, compared with the one given. */
export interface FeedingComparison extends Separation {
  readonly feeding: Feeding
  /** How many bootstrap deviations its log d′ lies above the given one's; negative where it is worse. */
  readonly z: number
}

export interface ContractGuess {
  readonly schema: 'cosface-contract-guess/1'
  readonly pairs: number
  readonly given: Separation & { readonly feeding: Feeding }
  readonly others: readonly FeedingComparison[]
  /** What the other order of channels does at the given scale, and what that says of a swap of red and blue. */
  readonly channelOrder?: SwappedChannels & { readonly verdict: ChannelVerdict }
  /** The one that is clearly better; absent where none is. */
  readonly better?: FeedingComparison
  /** For a person, one sentence. */
  readonly sentence: string
}

const replicates = 500
/** With ten others tried, a chance of about 1 in 100 that any reaches it though none is better. */
const clearZ = 3.1
/** From here on a rival is worth a word, and a test on all pairs. */
const rivalZ = 1.5
/** And by so much that it is worth a word. */
const clearRatio = 1.05

/** On a logarithmic scale the spread of d′ does not grow with it. */
const logDPrime = (
  scores: ArrayLike<number>,
  picks: readonly [ArrayLike<number>, ArrayLike<number>],
): number => Math.log(Math.max(0.05, dPrimeOf(momentsOf(scores, picks[0]), momentsOf(scores, picks[1]))))

/**
 * z of the ratio of two d′ on the same pairs; pairs of either kind are drawn with replacement, the same for both.
 */
const pairedZ = (
  other: ArrayLike<number>,
  given: ArrayLike<number>,
  same: readonly boolean[],
  seed: number,
): number => {
  const kinds = [places(same, true), places(same, false)] as const
  const differenceOn = (picks: readonly [ArrayLike<number>, ArrayLike<number>]): number =>
    logDPrime(other, picks) - logDPrime(given, picks)
  const stream = random(seed, 'contract-guess')
  const draw = (from: readonly number[]): Int32Array =>
    Int32Array.from(from, () => from[stream.integer(from.length)] ?? -1)
  const drawn = Float64Array.from({ length: replicates }, () =>
    differenceOn([draw(kinds[0]), draw(kinds[1])]),
  )
  const centre = drawn.reduce((sum, value) => sum + value, 0) / replicates
  const spread = Math.sqrt(drawn.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (replicates - 1))
  return differenceOn(kinds) / (spread + 1e-12)
}

const cropWords: Readonly<Record<CropRule, string>> = {
  cover: 'the usual crop',
  squeezed: 'the whole image brought to the input’s shape',
  tighter:
    'a tighter crop: the images show more around the face than the model was trained on; align them to its five points',
  looser:
    'a looser crop: the images show less around the face than the model was trained on; align them to its five points',
}

const scaleWords = ({ mean, std }: Feeding): string =>
  `pixels from ${scales.find((scale) => isSameScale(scale, { mean, std }))?.words ?? `(p − ${mean}) / ${std}`}`

/** What is different, in words with the options that say it. */
export function differenceInWords(given: Feeding, other: Feeding): string {
  const parts: string[] = []
  if (other.channels !== given.channels)
    parts.push(
      `${other.channels.toUpperCase()} instead of ${given.channels.toUpperCase()} (--channels ${other.channels})`,
    )
  if (!isSameScale(other, given))
    parts.push(
      `${scaleWords(other)} instead of ${scaleWords(given)} (--mean ${other.mean} --std ${other.std})`,
    )
  if (other.crop !== given.crop) parts.push(cropWords[other.crop])
  return parts.join(' and ')
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/**
 * Compares ways of feeding on the same pairs; of several clearly better ones the best is named.
 */
export function guessContract(
  same: readonly boolean[],
  given: FedScores,
  others: readonly FedScores[],
  seed = 0,
): ContractGuess {
  const own = { feeding: given.feeding, ...separation(given.scores, same) }
  const compared = others.map(({ feeding, scores }) => ({
    feeding,
    ...separation(scores, same),
    z: pairedZ(scores, given.scores, same, seed),
  }))
  const clear = compared
    .filter(
      ({ z, dPrime, accuracy }) =>
        z >= clearZ && dPrime >= clearRatio * own.dPrime && accuracy >= own.accuracy,
    )
    .sort((a, b) => b.dPrime - a.dPrime)
  const swap = compared.find(
    ({ feeding }) => feeding.channels !== own.feeding.channels && isSameScale(feeding, own.feeding),
  )
  // a likely swap is a mistake worth naming, where no other way of feeding does better still
  if (clear.length === 0 && swap !== undefined && channelVerdict(swap.z) === 'swapped') clear.push(swap)
  const channelOrder =
    swap === undefined
      ? undefined
      : { channels: swap.feeding.channels, dPrime: swap.dPrime, z: swap.z, verdict: channelVerdict(swap.z) }
  const best = clear[0]
  // of equally good ones the one that changes least, then the most usual
  const simplest =
    best === undefined
      ? undefined
      : clear
          .filter(({ dPrime }) => dPrime >= 0.97 * best.dPrime)
          .sort((a, b) => oddness(own.feeding, a.feeding) - oddness(own.feeding, b.feeding))[0]
  return {
    schema: 'cosface-contract-guess/1',
    pairs: same.length,
    given: own,
    others: compared,
    ...(channelOrder === undefined ? {} : { channelOrder }),
    ...(simplest === undefined ? {} : { better: simplest }),
    sentence:
      simplest === undefined
        ? `On ${same.length} pairs no other channel order, scale or crop is clearly better than the contract given (d′ ${own.dPrime.toFixed(2)}).` +
          (swap === undefined ? '' : ` ${channelWords(own.feeding.channels, own.dPrime, swap)}`) +
          rivalWords(
            own.feeding,
            compared.filter((one) => one !== swap),
          )
        : `Is the contract right? ${simplest === swap ? 'Red and blue are likely swapped: on' : 'On'} ${same.length} pairs the model does clearly better with ` +
          `${differenceInWords(own.feeding, simplest.feeding)}: accuracy ${percent(simplest.accuracy)} against ${percent(own.accuracy)}, ` +
          `d′ ${simplest.dPrime.toFixed(2)} against ${own.dPrime.toFixed(2)} (${simplest.z.toFixed(1)} standard deviations${simplest === swap ? `; ${chanceOf(simplest.z)} if ${own.feeding.channels.toUpperCase()} were right` : ''}). Nothing was changed.`,
  }
}

/** The best of those that are better, though not clearly. */
const rivalWords = (given: Feeding, compared: readonly FeedingComparison[]): string => {
  const [rival] = compared.filter(({ z }) => z >= rivalZ).sort((a, b) => b.dPrime - a.dPrime)
  return rival === undefined
    ? ''
    : ` It may be ${differenceInWords(given, rival.feeding)} (d′ ${rival.dPrime.toFixed(2)}, ${rival.z.toFixed(1)} standard deviations): evaluate both on all pairs to know.`
}

/** How much another way of feeding changes, and how unusual its scale is. */
const oddness = (given: Feeding, other: Feeding): number => {
  const changes =
    Number(given.channels !== other.channels) +
    Number(!isSameScale(given, other)) +
    Number(given.crop !== other.crop)
  const place = scales.findIndex((scale) => isSameScale(scale, other))
  return changes + (place < 0 ? scales.length : place) / 10
}
