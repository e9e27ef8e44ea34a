/** @file What the numbers mean, in sentences; and what they do not mean. */
import type { Question } from '../evaluate/protocol/record.ts'
import type { TarAtFar, VerificationResult } from '../evaluate/result.ts'
import { count, fixed, percent, shortPercent } from '../plot/format.ts'

/** What the images show. Drawn faces say nothing about photographs. */
export type ImageKind = 'photographs' | 'drawn faces'

/** How a set of pairs was used. */
export type SetRole = 'test' | 'validation' | 'watch'

/** The smallest round number of pairs of which the result can be told in whole pairs. */
const roundTotal = (accuracy: number): number => (accuracy < 0.985 ? 100 : accuracy < 0.9985 ? 1000 : 10_000)

/** The headline: of so many pairs, how many are decided rightly, and between which bounds. */
export function headline(result: VerificationResult, images: ImageKind, unseen: boolean = true): string {
  const total = roundTotal(result.accuracy)
  const { low, high } = result.accuracyInterval
  const digits = (high - low) * total < 2 ? 1 : 0
  const who =
    images === 'photographs'
      ? `photographs of people${unseen ? ' it has never seen' : ''}`
      : `drawn faces${unseen ? ' it has never seen' : ''}`
  return (
    `Of ${count(total)} pairs of ${who}, about ${count(result.accuracy * total)} are decided rightly ` +
    `(with 95 % confidence between ${fixed(low * total, digits)} and ${fixed(high * total, digits)}).`
  )
}

/** An accuracy with its uncertainty: `91.2 % ± 0.4 (90.4 to 91.9 %)`. */
export function accuracyWithError(result: VerificationResult): string {
  const { low, high } = result.accuracyInterval
  const error = result.standardError === undefined ? '' : ` ± ${fixed(result.standardError * 100, 2)}`
  return `${percent(result.accuracy)}${error} (${intervalText(low, high)})`
}

/** `90.4 to 91.9 %`. */
export function intervalText(low: number, high: number, digits: number = 1): string {
  return `${fixed(low * 100, digits)} to ${percent(high, digits)}`
}

/** `90.4–91.9 %`, for tables. */
export function intervalShort(low: number, high: number): string {
  return `${fixed(low * 100, 1)}–${percent(high)}`
}

/** What a false accept rate means to somebody who is not let in, or is. */
export function oneIn(far: number): string {
  return `one stranger in ${count(1 / far)}`
}

/** One operating point in a sentence; says so where the pairs cannot carry it. */
export function tarSentence(point: TarAtFar): string {
  if (point.tar === undefined)
    return `At a false accept rate of ${shortPercent(point.far)} nothing can be said: ${point.insufficient ?? 'insufficient pairs'}.`
  const bounds =
    point.interval === undefined ? '' : ` (${intervalText(point.interval.low, point.interval.high)})`
  return `Letting ${oneIn(point.far)} pass, it recognises ${percent(point.tar)} of same-person pairs${bounds}.`
}

const otherImages = 'Other cameras, ages, poses or crops can give other numbers.'

const reach: Readonly<Record<Question, readonly string[]>> = {
  pairs: [
    `They hold for verification, one face against one other, on images of this kind, prepared in the same way. ${otherImages}`,
    'They do not carry over to searching a gallery. Against a thousand enrolled people there are a thousand chances of a false match; identification must be measured as identification.',
  ],
  searches: [
    `They hold for searches among about so many people, on images of this kind, prepared in the same way. ${otherImages}`,
    'Among more people there are more chances of a false match: a figure at one size says little about ten times as many.',
  ],
}

const always: readonly string[] = [
  'They are averages. They say nothing about any group of people: no claim about age, sex, origin or skin may be drawn from them unless each group was measured.',
  'They are not a licence to decide about a person. A match is evidence with a stated error rate, to be weighed by somebody who may be wrong as well.',
]

/** What the numbers may and may not be used for. */
export function limits(
  images: ImageKind,
  roles: readonly SetRole[],
  question: Question = 'pairs',
): readonly string[] {
  const said: string[] = []
  if (images === 'drawn faces')
    said.push(
      'These are drawn faces. They show that the machinery works: that the loss separates identities and that the evaluation is sound. They say nothing about photographs of people.',
    )
  if (roles.includes('test') && roles.includes('validation'))
    said.push(
      'The validation numbers chose the checkpoint and so flatter it a little. The test numbers were computed once, after every choice was made: quote those.',
    )
  else if (roles.includes('validation'))
    said.push(
      'These numbers come from the validation identities, which also chose the checkpoint, so they flatter it a little. Keep identities apart as a test set, and measure once, before quoting a figure.',
    )
  else if (roles.includes('test'))
    said.push(
      'The test identities took no part in training or in choosing. Each further look at them, followed by a change, makes the number less honest.',
    )
  return [...said, ...reach[question], ...always]
}
