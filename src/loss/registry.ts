/** @file Every loss by its name. */
import { unexpected, UsageError } from '../base/errors.ts'
import { nearest } from '../base/names.ts'
import { adacos } from './adacos.ts'
import { adaface } from './adaface.ts'
import { arcface, combined } from './arcface.ts'
import { center } from './center.ts'
import { contrastive } from './contrastive.ts'
import { cosface } from './cosface.ts'
import { curricularface } from './curricularface.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import type { LossOption } from './head.ts'
import { magface } from './magface.ts'
import type { MarginHead } from './margin-head.ts'
import { cosineOptions, sharedOptions } from './options.ts'
import { nsl, softmax } from './softmax.ts'
import { lsoftmax, sphereface } from './sphereface.ts'
import { triplet } from './triplet.ts'

/** A registered loss. */
export type Loss = MarginHead | EmbeddingLoss

/** The losses on embeddings; each may be added to any margin head. */
export const embeddingLosses: readonly EmbeddingLoss[] = [center, contrastive, triplet]

const losses: readonly Loss[] = [
  cosface,
  nsl,
  softmax,
  sphereface,
  lsoftmax,
  arcface,
  combined,
  adacos,
  curricularface,
  magface,
  adaface,
  ...embeddingLosses,
]

/** The names losses are registered under, without aliases. */
export const lossNames: readonly string[] = losses.map((loss) => loss.name)

/** The loss of a name or alias. @throws UsageError naming the nearest one */
export function lossByName(name: string): Loss {
  const wanted = name.toLowerCase()
  const found = losses.find((loss) => loss.name === wanted || loss.aliases.includes(wanted))
  if (found !== undefined) return found
  const near = nearest(
    wanted,
    losses.flatMap((loss) => [loss.name, ...loss.aliases]),
  )
  const { message } = unexpected('loss', `one of ${lossNames.join(', ')}`, name)
  throw new UsageError(near === undefined ? message : `${message} (did you mean ${near}?)`)
}

/** Every option a loss takes, its own first. */
export function optionsOf(loss: Loss): readonly LossOption[] {
  if (loss.kind === 'embedding') return loss.options
  return [
    ...loss.options,
    ...sharedOptions,
    ...(loss.normaliseWeights ? cosineOptions : []),
    ...embeddingLosses.flatMap((added) => [added.weight, ...added.options]),
  ]
}

/** The names of the options that the loss of a name takes. @throws UsageError naming the nearest one */
export function optionNames(name: string): ReadonlySet<string> {
  return new Set(optionsOf(lossByName(name)).map((option) => option.name))
}

/** The option that makes the margin of a loss; undefined where it has none. */
export function marginOptionOf(name: string): string | undefined {
  const loss = lossByName(name)
  if (loss.kind === 'embedding') return undefined
  return loss.ramped[0] ?? loss.options.find((option) => option.name === 'multiplier')?.name
}
