/** @file A loss with others added to it, written `softmax+center`. */
import { UsageError } from '../base/errors.ts'
import { nearest } from '../base/names.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import { embeddingLosses, lossByName } from './registry.ts'

/** What `name[+added…]` says. */
export interface LossSum {
  /** The same text with the names losses are registered under. */
  readonly text: string
  readonly base: string
  /** The weight of each added loss, by the option that carries it, as its paper has it. */
  readonly weights: Readonly<Record<string, number>>
}

const usualWeights: Readonly<Record<string, number>> = {
  centerWeight: 0.003,
  contrastiveWeight: 1,
  tripletWeight: 1,
}

const addable = embeddingLosses.flatMap((loss) => [loss.name, ...loss.aliases])

const addedLoss = (name: string, base: string): EmbeddingLoss => {
  const found = embeddingLosses.find((loss) => [loss.name, ...loss.aliases].includes(name.toLowerCase()))
  if (found !== undefined && lossByName(base).kind !== 'embedding') return found
  const near = found === undefined ? nearest(name, addable) : undefined
  throw new UsageError(
    `${name} cannot be added to ${base}; ${embeddingLosses.map((loss) => loss.name).join(', ')} can, to a loss with classes${near === undefined ? '' : ` (did you mean ${near}?)`}`,
  )
}

/** Reads `name[+added…]`. @throws UsageError for an unknown loss (the nearest is named) or one that cannot be added */
export function lossSum(text: string): LossSum {
  const [first = '', ...rest] = text.split('+').map((part) => part.trim())
  const base = lossByName(first).name
  const added = rest.map((name) => addedLoss(name, base))
  return {
    text: [base, ...added.map((loss) => loss.name)].join('+'),
    base,
    weights: Object.fromEntries(added.map(({ weight }) => [weight.name, usualWeights[weight.name] ?? 1])),
  }
}
