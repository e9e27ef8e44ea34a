/** @file The warm-up of margin and scale, options that every head may have. */
import type { LossSettings, ScheduledScalar } from './head.ts'
import type { LossOptions } from './options.ts'

/** The share of its margin that a head applies, 0 … 1. */
export const marginShareName = 'head.marginShare'
/** The scale of an iteration. */
export const scaleName = 'head.scale'

const iterationsOf = (options: LossOptions, name: string): number =>
  options.has(name) ? options.number(name) : 0

/** From 0 at iteration 0 to 1 at iteration `over`; 1 throughout where `over` is 0. */
const ramp = (iteration: number, over: number): number => (over === 0 ? 1 : Math.min(1, iteration / over))

/** The share of the margin at an iteration. */
export function marginShare(options: LossOptions, iteration: number): number {
  return ramp(iteration, iterationsOf(options, 'marginWarmup'))
}

/** The scale at an iteration; the head must take one. */
export function scaleAt(options: LossOptions, iteration: number): number {
  const over = iterationsOf(options, 'scaleWarmup')
  const [from, to] = [over === 0 ? 0 : options.number('scaleFrom'), options.number('scale')]
  return from + (to - from) * ramp(iteration, over)
}

/** The iteration from which margin and scale have their values. */
export function rampsOver({ options = {} }: LossSettings): number {
  const [margin, scale] = [options['marginWarmup'], options['scaleWarmup']].map(Number)
  return Math.max(0, margin || 0, scale || 0)
}

/** The scalars to be fed where a ramp is asked for. */
export function ramps(options: LossOptions): ScheduledScalar[] {
  const result: ScheduledScalar[] = []
  if (iterationsOf(options, 'marginWarmup') > 0)
    result.push({ name: marginShareName, valueAt: (iteration) => marginShare(options, iteration) })
  if (iterationsOf(options, 'scaleWarmup') > 0)
    result.push({ name: scaleName, valueAt: (iteration) => scaleAt(options, iteration) })
  return result
}
