/** @file Pairs as the lists of CFP, AgeDB-30, CALFW, CPLFW and YTF name them. */

export type PairListFormat = 'cfp-ff' | 'cfp-fp' | 'agedb' | 'calfw' | 'cplfw' | 'ytf' | 'rfw'

/** Two images, or two videos, of a list. */
export interface ListedFacePair {
  readonly a: string
  readonly b: string
  readonly same: boolean
  /** From 0. */
  readonly fold: number
  readonly identities?: readonly [string, string]
  /** The line in the file, from 1. */
  readonly line: number
}

/** A parsed list; `tenths` where fold k is the k-th tenth of each class. */
export interface FacePairList {
  readonly file: string
  readonly format: PairListFormat
  readonly folds: 'given' | 'tenths'
  readonly pairs: readonly ListedFacePair[]
}

/** Both names where they agree with the label; a list's names do not always. */
export function agreeingIdentities(
  a: string | undefined,
  b: string | undefined,
  same: boolean,
): { readonly identities?: readonly [string, string] } {
  return a !== undefined && b !== undefined && (a === b) === same ? { identities: [a, b] } : {}
}
