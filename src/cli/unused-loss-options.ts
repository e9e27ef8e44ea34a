/** @file What is asked of a loss in vain: a scale or a margin that it has not. */
import type { LossSettings } from '../loss/head.ts'
import { marginOptionOf, optionNames } from '../loss/registry.ts'
import { usedOptionNames } from '../loss/used-options.ts'

/** One sentence for each of `--scale` and `--margin` that was given although the loss does not know it. */
export function unusedLossOptions(
  loss: LossSettings,
  given: { readonly scale?: number | undefined; readonly margin?: number | undefined },
): string[] {
  const { name } = loss
  const used = usedOptionNames(loss)
  const own = marginOptionOf(name)
  const sentences = {
    scale: optionNames(name).has('scale')
      ? `${name} leaves embeddings their length (--loss-option normaliseFeatures=true gives them the scale)`
      : `${name} has no scale`,
    margin: `${name} has no margin of its cosine${own === undefined ? '' : ` (its margin is --loss-option ${own})`}`,
  }
  return (['scale', 'margin'] as const).flatMap((option) =>
    given[option] === undefined || used.has(option)
      ? []
      : [`${sentences[option]}; --${option} ${given[option]} is not used`],
  )
}
