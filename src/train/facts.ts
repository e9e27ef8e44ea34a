/** @file What the diagnosis of a run is told before its first step: what its loss must be like, and what its data is like. */
import { expectLoss, guessedLoss, rampedLoss, type LossExpectation } from '../loss/expect-loss.ts'
import { rampsOver } from '../loss/ramps.ts'
import type { TrainConfig } from './config.ts'
import type { DataSummary } from './events.ts'
import type { Recipe } from './recipe.ts'
import { remediesOf } from './remedies.ts'
import type { DiagnosisFacts } from './signatures.ts'

/** The value of `of` at an iteration, found anew only where a scalar that follows the iteration has changed. */
const whileUnchanged = <T>(
  { scheduled }: Recipe['head'],
  of: (iteration: number) => T,
): ((iteration: number) => T) => {
  let last: { readonly key: string; readonly value: T } | undefined
  return (iteration) => {
    const key = scheduled.map(({ valueAt }) => valueAt(iteration)).join()
    if (last?.key !== key) last = { key, value: of(iteration) }
    return last.value
  }
}

/** What is known of a run before its first step. */
export function diagnosisFacts(
  config: TrainConfig,
  { head, classes }: Recipe,
  { largestIdentity = 0, images }: DataSummary,
  batchesPerEpoch: number,
): DiagnosisFacts {
  const { loss, embeddingSize, warmup } = config
  const size = { classes, embeddingSize }
  return {
    expected: whileUnchanged(head, (iteration): LossExpectation | undefined =>
      expectLoss(loss, size, iteration),
    ),
    guessed: (standing) => guessedLoss(loss, size, standing),
    ramped: (iteration, since, featureNorm) =>
      head.scheduled.length === 0 ? 0 : rampedLoss(loss, size, iteration, { since, featureNorm }),
    rampsOver: Math.max(warmup, rampsOver(loss)),
    remedies: remediesOf(config, size),
    largestShare: largestIdentity / images,
    batchesPerEpoch,
  }
}
