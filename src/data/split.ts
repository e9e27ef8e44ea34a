/** @file Dividing identities, never images, into sets to learn from, to choose by and to report on. */
import { checkNumber } from '../base/check.ts'
import { counted } from '../base/words.ts'
import { DataError } from '../base/errors.ts'
import { placesOf } from '../base/groups.ts'
import { byCodePoint } from '../base/names.ts'
import { random } from '../base/random.ts'

/** Which identities a set takes: a share of those with two images or more, or names. */
export type SplitRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'names'; readonly names: readonly string[]; readonly source: string }

/** An identity to be assigned. */
export interface Countable {
  readonly name: string
  readonly images: number
}

/** Indices of identities, each in exactly one set. */
export interface Split {
  readonly train: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
  /** Names that the rules ask for and that nobody has. */
  readonly missing: readonly string[]
}

/**
 * Assigns each identity to one set. Names are taken first; shares are then drawn among the identities left with at
 * least two images, as one image alone makes no pair. The draw ranks identities by a number that depends on seed and
 * name only: one more folder moves hardly anybody. @throws DataError where a name is in both sets or none is found
 */
export function splitIdentities(
  identities: readonly Countable[],
  rules: { readonly validation: SplitRule; readonly test: SplitRule },
  seed: number,
): Split {
  const indexOf = placesOf(identities.map(({ name }) => name))
  const missing: string[] = []
  const owner = new Map<number, 'validation' | 'test'>()
  for (const set of ['test', 'validation'] as const) {
    const rule = rules[set]
    if (rule.kind !== 'names') continue
    let found = 0
    for (const name of new Set(rule.names)) {
      const indices = indexOf.get(name)
      if (indices === undefined) missing.push(name)
      for (const index of indices ?? []) {
        if (owner.get(index) === 'test' && set === 'validation') {
          throw new DataError(
            `${name} is listed for validation and for test; an identity can be in one set only`,
          )
        }
        owner.set(index, set)
        found += 1
      }
    }
    if (found === 0) throw new DataError(`None of the names in ${rule.source} is among the identities`)
  }
  const rank = identities.map(({ name }) => random(seed, 'split', name).uniform())
  const eligible = identities
    .map((_, index) => index)
    .filter((index) => !owner.has(index) && (identities[index]?.images ?? 0) >= 2)
    .toSorted(
      (a, b) =>
        (rank[a] ?? 0) - (rank[b] ?? 0) ||
        byCodePoint(identities[a]?.name ?? '', identities[b]?.name ?? '') ||
        a - b,
    )
  let next = 0
  for (const set of ['test', 'validation'] as const) {
    const rule = rules[set]
    if (rule.kind !== 'share') continue
    const share = checkNumber(set, rule.share, { min: 0, below: 1 })
    const count = share === 0 ? 0 : Math.max(2, Math.round(share * eligible.length))
    for (const index of eligible.slice(next, next + count)) owner.set(index, set)
    next += count
  }
  if (next > 0 && next > eligible.length - 2) {
    throw new DataError(
      `${counted(eligible.length, 'identity', 'identities')} with at least two images: too few to keep ${next} of ` +
        'them for validation and test; lower the shares or add identities',
    )
  }
  const members = (set: 'validation' | 'test' | undefined): number[] =>
    identities.map((_, index) => index).filter((index) => owner.get(index) === set)
  return { train: members(undefined), validation: members('validation'), test: members('test'), missing }
}
