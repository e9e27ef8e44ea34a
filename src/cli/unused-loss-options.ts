/** @file What is asked of a loss in vain: a scale or a margin that it has not. */
import { marginOptionOf, optionNames } from '../loss/registry.ts'

/** One sentence for each of `--scale` and `--margin` that was given although the loss does not know it. */
export function unusedLossOptions(
  name: string,
  given: { readonly scale?: number | undefined; readonly margin?: number | undefined },
): string[] {
  const known = optionNames(name)
  const own = marginOptionOf(name)
  const sentences = {
    scale: `${name} has no scale`,
    margin: `${name} has no margin of its cosine${own === undefined ? '' : ` (its margin is --loss-option ${own})`}`,
  }
  return (['scale', 'margin'] as const).flatMap((option) =>
    given[option] === undefined || known.has(option)
      ? []
      : [`${sentences[option]}; --${option} ${given[option]} is not used`],
  )
}
