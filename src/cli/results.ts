/** @file A verification result in words and as a table. */
import type { Interval, TarAtFar, VerificationResult } from '../evaluate/result.ts'
import { count, percent, rate, table } from './words.ts'

/** Accuracy with its uncertainty, on one line. */
export function verdict(result: VerificationResult): string {
  const { accuracy, standardError, accuracyInterval } = result
  const uncertainty =
    standardError === undefined
      ? `95 % interval ${interval(accuracyInterval)}`
      : `± ${(standardError * 100).toFixed(2)} standard error`
  return `accuracy ${percent(accuracy, 2)} (${uncertainty})`
}

/** The whole result, line by line. */
export function resultLines(result: VerificationResult): string[] {
  const { pairs } = result
  const skipped = pairs.skipped === 0 ? '' : `, ${count(pairs.skipped)} left out`
  return [
    ...table([
      ['accuracy', percent(result.accuracy, 2), interval(result.accuracyInterval)],
      ...(result.standardError === undefined ? [] : [['standard error', percent(result.standardError, 2)]]),
      ['AUC', result.auc.toFixed(4)],
      ['EER', percent(result.eer, 2)],
      ...result.tarAtFar.map(tarRow),
      ['threshold (cosine)', result.threshold.toFixed(4)],
    ]),
    `${count(pairs.total)} pairs: ${count(pairs.same)} of the same person, ${count(pairs.different)} of different people${skipped}`,
    result.protocol,
    ...result.warnings.map((warning) => `Warning: ${warning}`),
  ]
}

/** `97.1 to 98.2 %`. */
export function interval({ low, high }: Interval): string {
  return `${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)} %`
}

function tarRow(one: TarAtFar): string[] {
  const name = `TAR at FAR ${rate(one.far)}`
  if (one.tar === undefined) return [name, one.insufficient ?? 'insufficient pairs']
  return [name, percent(one.tar, 2), ...(one.interval === undefined ? [] : [interval(one.interval)])]
}
