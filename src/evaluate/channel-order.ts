/**
 * @file Whether red and blue are swapped: the one mistake that is both common and quiet, as it costs a robust model little. It is asked
 * by itself, so its evidence needs no correction for the other ways of feeding that are tried.
 */

import { withCommas } from '../base/words.ts'

/** How the pairs fared with red and blue the other way round. */
export interface SwappedChannels {
  readonly channels: 'rgb' | 'bgr'
  readonly dPrime: number
  /** Standard deviations of the paired bootstrap by which log d′ lies above that of the order given. */
  readonly z: number
}

/** `swapped` is a chance of at most 1 in 100 if the order given is right, `perhaps` 1 in 20; `right` is the same the other way. */
export type ChannelVerdict = 'swapped' | 'perhaps' | 'untold' | 'right'

const likely = 2.33
const possible = 1.64

export function channelVerdict(z: number): ChannelVerdict {
  if (z >= likely) return 'swapped'
  if (z >= possible) return 'perhaps'
  return z <= -possible ? 'right' : 'untold'
}

/** 1 − Φ(z) for z ≥ 0, within 1e-7 (Abramowitz and Stegun 26.2.17). */
const tail = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * z)
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

/** How often chance alone gives so many standard deviations or more, in words. */
export function chanceOf(z: number): string {
  const times = 1 / tail(Math.abs(z))
  const digits = 10 ** Math.floor(Math.log10(times))
  return times > 10_000
    ? 'less than 1 chance in 10,000'
    : `1 chance in ${withCommas(Math.round(times / digits) * digits)}`
}

/** One sentence on the order of channels given, whose pairs have `dPrime`, with its evidence. */
export function channelWords(
  channels: 'rgb' | 'bgr',
  dPrime: number,
  other: Pick<SwappedChannels, 'dPrime' | 'z'>,
): string {
  const [own, swapped] = channels === 'rgb' ? ['RGB', 'BGR'] : ['BGR', 'RGB']
  const figures = `d′ ${other.dPrime.toFixed(2)} against ${dPrime.toFixed(2)}, ${Math.abs(other.z).toFixed(1)} standard deviations`
  const verdicts: Readonly<Record<ChannelVerdict, string>> = {
    swapped: `Red and blue are likely swapped: ${swapped} does better (${figures}; ${chanceOf(other.z)} if ${own} were right): --channels ${swapped.toLowerCase()}`,
    perhaps: `Red and blue may be swapped: ${swapped} does better (${figures}; ${chanceOf(other.z)} if ${own} were right); evaluate both on all pairs to know`,
    untold: `These pairs do not tell whether red and blue are swapped (${swapped}: ${figures})`,
    right: `Red and blue are not swapped: ${swapped} does worse (${figures})`,
  }
  return `${verdicts[channelVerdict(other.z)]}.`
}
