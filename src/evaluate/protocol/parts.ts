/** @file A benchmark in parts that are each judged on their own: the mean over parts, and how far they lie apart. */
import { mean, standardDeviation } from '../../tensor/statistics.ts'
import type { FigureGroup } from './figure.ts'
import type { VerificationResult } from '../result.ts'

export interface PartsResult {
  readonly schema: 'cosface-parts/1'
  readonly protocol: string
  readonly parts: readonly { readonly part: string; readonly accuracy: number }[]
  /** Mean over parts. */
  readonly accuracy: number
  /** Population standard deviation over parts. */
  readonly deviation: number
  /** The most errors of a part over the fewest; absent where a part has none. */
  readonly skewedErrorRatio?: number
}

/** The parts together. */
export function joinParts(results: readonly (VerificationResult & { readonly part: string })[]): PartsResult {
  const parts = results.map(({ part, accuracy }) => ({ part, accuracy }))
  const accuracies = parts.map(({ accuracy }) => accuracy)
  const [most, fewest] = [1 - Math.min(...accuracies), 1 - Math.max(...accuracies)]
  return {
    schema: 'cosface-parts/1',
    protocol:
      'each part judged on its own, with thresholds of its own; the mean of their accuracies, and how far they lie apart',
    parts,
    accuracy: mean(accuracies),
    deviation: standardDeviation(accuracies, 0),
    ...(fewest > 0 ? { skewedErrorRatio: most / fewest } : {}),
  }
}

/** Their figures. */
export function partsFigures(result: PartsResult): FigureGroup {
  const { accuracy, deviation, parts, skewedErrorRatio } = result
  return {
    title: 'All parts',
    procedure: result.protocol,
    counts: [['parts', parts.length]],
    figures: [
      { id: 'accuracy', name: 'accuracy, mean of the parts', unit: 'share', value: accuracy },
      {
        id: 'population-std',
        name: 'population std of the accuracy over parts',
        unit: 'share',
        value: deviation,
      },
    ],
    ...(skewedErrorRatio === undefined
      ? {}
      : {
          remarks: [
            `The part with most errors has ${skewedErrorRatio.toFixed(2)} times those of the part with fewest`,
          ],
        }),
  }
}
