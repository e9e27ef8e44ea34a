import type { Interval } from './result.ts'

/** The normal quantile of two-sided 95 % intervals. */
export const z95 = 1.959963984540054

/** The Wilson interval of `hits` of `count` at 95 %: sensible near 0 and 1, where hits ± 2 deviations is not. */
export function wilson(hits: number, count: number, z: number = z95): Interval {
  if (!(count > 0 && hits >= 0 && hits <= count)) {
    throw new RangeError(`Expected hits in [0, count] and a count above 0, got ${hits} of ${count}`)
  }
  const share = hits / count
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z / (2 * count)) ** 2)
  const centre = share + z ** 2 / (2 * count)
  const scale = 1 + z ** 2 / count
  // at the ends the bound is exact; rounding must not push it past the share itself
  return {
    low: hits === 0 ? 0 : (centre - spread) / scale,
    high: hits === count ? 1 : (centre + spread) / scale,
  }
}
