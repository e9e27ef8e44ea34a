/** @file What may be changed on a loss where a training does not go well; each loss's record says which of it it takes. */
import type { LossOptions } from './options.ts'

/** An option and the value it should get. */
export interface OptionChange {
  /** As in the loss's options; `margin` is an option of the command line of its own. */
  readonly option: string
  readonly value: number
}

/** The remedies a loss takes; the diagnosis proposes no other of it. Empty where the options leave no room. */
export interface LossRemedies {
  /** Makes the loss easier at first, in a run of so many iterations; absent where it has no margin or no ramp. */
  readonly easeIn?: (options: LossOptions, iterations: number) => readonly OptionChange[]
  /** Asks for about half the margin; absent where it has none. */
  readonly lessMargin?: (options: LossOptions) => readonly OptionChange[]
  /** What to do instead, where embeddings of length 0 make the loss itself smallest. */
  readonly collapsed?: string
}

const two = (value: number): number => Number(value.toPrecision(2))

/** The margin grows over the first third of the run. */
export const rampMargin: NonNullable<LossRemedies['easeIn']> = (options, iterations) =>
  options.number('marginWarmup') > 0
    ? []
    : [{ option: 'marginWarmup', value: Math.max(1, Math.round(iterations / 3)) }]

/** Half of each of these margins that is more than 0. */
export const halve =
  (...names: readonly string[]): NonNullable<LossRemedies['lessMargin']> =>
  (options) =>
    names
      .filter((name) => options.number(name) > 0)
      .map((option) => ({ option, value: two(options.number(option) / 2) }))

/** λ falls a tenth as fast; without annealing it is switched on. */
export const slowAnnealing: NonNullable<LossRemedies['easeIn']> = (options) =>
  options.number('lambdaBase') === 0
    ? [{ option: 'lambdaBase', value: 1000 }]
    : [{ option: 'lambdaGamma', value: two(options.number('lambdaGamma') / 10) }]

/** λ stops falling earlier, so that more of the plain cosine stays; without annealing the angle counts once less. */
export const moreCosine: NonNullable<LossRemedies['lessMargin']> = (options) => {
  const multiplier = options.number('multiplier')
  if (multiplier === 1) return []
  return options.number('lambdaBase') === 0
    ? [{ option: 'multiplier', value: multiplier - 1 }]
    : [{ option: 'lambdaMin', value: Math.max(1, two(3 * options.number('lambdaMin'))) }]
}
