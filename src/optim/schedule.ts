/** @file Learning rates as pure functions of the iteration, counted from 0. */

/** How the learning rate falls. */
export type Schedule =
  /** Multiplied by `factor` at each milestone; milestone M takes effect at iteration M. */
  | { readonly kind: 'multi-step'; readonly milestones: readonly number[]; readonly factor: number }
  /** base · (1 − t)^power, t the share of the run done. */
  | { readonly kind: 'polynomial'; readonly power: number }
  /** base · (1 + cos πt) / 2 */
  | { readonly kind: 'cosine' }

export interface LearningRate {
  readonly base: number
  readonly schedule: Schedule
  /** Iterations of linear warm-up, the first of which already moves: base · (i + 1) / warmup. */
  readonly warmup: number
  /** Updates of the whole run. */
  readonly iterations: number
}

const shares: {
  readonly [K in Schedule['kind']]: (
    schedule: Extract<Schedule, { kind: K }>,
    iteration: number,
    t: number,
  ) => number
} = {
  'multi-step': ({ milestones, factor }, iteration) =>
    factor ** milestones.filter((milestone) => iteration >= milestone).length,
  polynomial: ({ power }, _, t) => (1 - t) ** power,
  cosine: (_, __, t) => (1 + Math.cos(Math.PI * t)) / 2,
}

const shareAt = <K extends Schedule['kind']>(
  schedule: Extract<Schedule, { kind: K }> & { kind: K },
  iteration: number,
  t: number,
): number => shares[schedule.kind](schedule, iteration, t)

/** The learning rate of one update. */
export function learningRateAt(
  { base, schedule, warmup, iterations }: LearningRate,
  iteration: number,
): number {
  const t = Math.min(1, Math.max(0, (iteration - warmup) / Math.max(1, iterations - warmup)))
  const ramp = iteration < warmup ? (iteration + 1) / warmup : 1
  return base * ramp * shareAt(schedule, iteration, t)
}
