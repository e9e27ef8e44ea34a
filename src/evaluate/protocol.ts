import type { FlipRule } from './features.ts'
import type { PairSet } from './pair.ts'

const foldsInWords: Readonly<Record<PairSet['folds'], (count: number) => string>> = {
  given: (count) => `${count} ${count === 1 ? 'fold' : 'folds'} as the list gives them`,
  runs: (count) => `${count} folds, runs of pairs in their order`,
  tenths: (count) =>
    count === 1
      ? 'a list without folds'
      : `a list without folds: fold k is the k-th of ${count} equal parts of each class`,
  drawn: (count) =>
    `pairs drawn at random, half of them of one person, in ${count} folds that share no person`,
}

const flipInWords: Readonly<Record<FlipRule, string>> = {
  concat: 'features of the image and of its mirror image concatenated, then normalised',
  sum: 'features of the image and of its mirror image added, then normalised',
  none: 'features of the image alone, normalised',
}

/** How features of an image and its mirror image are joined, in words. */
export function flipText(flip: FlipRule): string {
  return flipInWords[flip]
}

/** What a protocol sentence is made of. */
export interface ProtocolParts {
  readonly folds: PairSet['folds']
  readonly flip: FlipRule
  /** What the templates are, where no flip rule of ours made them. */
  readonly features?: string
  readonly thresholdFrom?: { readonly source: string; readonly given?: boolean }
}

/** The procedure behind a number, in words. */
export function protocolSentence(parts: ProtocolParts, folds: number): string {
  const { thresholdFrom: from } = parts
  const chosen = (): string => {
    if (from?.given === true) return 'all judged with the threshold that was given'
    if (from !== undefined) return `all judged with the threshold chosen on ${from.source}`
    return folds === 1
      ? 'judged with the threshold chosen on these very pairs'
      : 'each judged with the threshold chosen on the others'
  }
  const rule =
    from?.given === true ? '' : 'the threshold is the most accurate one, among equals the highest; '
  return (
    `${foldsInWords[parts.folds](folds)}, ${chosen()}; ${rule}same person iff cosine ≥ threshold; ` +
    (parts.features ?? flipInWords[parts.flip])
  )
}
