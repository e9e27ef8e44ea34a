/** @file Which losses a figure that is drawn from formulas can show. */
import type { LossSettings } from '../loss/head.ts'
import { lossByName } from '../loss/registry.ts'
import { lossTitle } from './loss-title.ts'

/** The losses that a figure shows, and a sentence for each that it cannot. */
export interface ShownLosses {
  readonly losses: readonly LossSettings[]
  readonly notes: readonly string[]
}

/** Losses whose boundary is no function of two cosines, and why. */
const restless: ReadonlyMap<string, string> = new Map([
  ['curricularface', 'its boundary moves while it trains'],
  ['magface', 'its boundary follows the length of each embedding'],
  ['adaface', 'its boundary follows the lengths of the embeddings'],
])

const whyNoBoundary = ({ name }: LossSettings): string | undefined => restless.get(lossByName(name).name)

const whyNoRegions = (settings: LossSettings): string | undefined => {
  const loss = lossByName(settings.name)
  return loss.kind === 'margin' && loss.normaliseWeights
    ? whyNoBoundary(settings)
    : 'lengths decide under it, too, and the circle shows none'
}

function shown(
  losses: readonly LossSettings[],
  figure: string,
  whyNot: (loss: LossSettings) => string | undefined,
): ShownLosses {
  // a scale moves no boundary: losses that differ in nothing else are one
  const different = losses.filter(
    (loss, index) => losses.findIndex((other) => lossTitle(other) === lossTitle(loss)) === index,
  )
  return {
    losses: different.filter((loss) => whyNot(loss) === undefined),
    notes: different.flatMap((loss) => {
      const reason = whyNot(loss)
      return reason === undefined ? [] : [`${figure} leaves out ${lossTitle(loss)}: ${reason}`]
    }),
  }
}

/** The losses with a boundary between two classes, as Fig 2 draws it. */
export function withBoundary(losses: readonly LossSettings[]): ShownLosses {
  return shown(losses, 'boundaries', whyNoBoundary)
}

/** The losses with regions on the circle, as Fig 3 draws them. */
export function withRegions(losses: readonly LossSettings[]): ShownLosses {
  return shown(losses, 'geometry', whyNoRegions)
}
