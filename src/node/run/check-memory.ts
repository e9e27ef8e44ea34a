/** @file A training that cannot fit is refused: the system would end it without a word. */
import { UsageError } from '../../base/errors.ts'
import { withCommas } from '../../base/words.ts'
import type { TrainConfig } from '../../train/config.ts'
import { partsThatFit, trainingMemory } from '../../train/memory.ts'
import { recipeOf } from '../../train/train.ts'
import { machineMemory } from '../session/machine-memory.ts'

const inWords = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/**
 * Checks that a training on the processor fits into memory; another device has its own.
 * @throws UsageError with a way that fits
 */
export function checkMemory(config: TrainConfig, classes: number, memory: number = machineMemory()): void {
  if (config.device !== 'cpu') return
  const recipe = recipeOf(config, classes)
  const needed = trainingMemory(recipe)
  if (needed <= memory) return
  const { batch, accumulate } = config
  // half, so that something else may run beside it
  const parts = partsThatFit(recipe, memory / 2)
  const instead =
    parts === undefined
      ? 'a smaller --batch, --size or --backbone takes less'
      : `\`--accumulate ${parts}\` makes the same update in parts of ${withCommas(batch / parts)}`
  const split = accumulate === 1 ? '' : ` in ${accumulate} parts`
  throw new UsageError(
    `A batch of ${withCommas(batch)}${split} takes about ${inWords(needed)}, this machine has ${inWords(memory)}; ${instead}`,
  )
}
