/** @file Means, deviations and quantiles, accumulated in float64. */

/** The arithmetic mean; of equal values exactly that value. @throws RangeError on an empty list */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('Expected at least one value for a mean, got none')
  // summing differences from the first keeps the mean of equal thresholds from landing just above them
  const first = values[0]!
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! - first
  return first + sum / values.length
}

/**
 * The standard deviation; `ddof` is subtracted from the count in the divisor: 0 for a population, 1 for a sample.
 * @throws RangeError where no more than `ddof` values are given
 */
export function standardDeviation(values: ArrayLike<number>, ddof: 0 | 1): number {
  if (values.length <= ddof) {
    throw new RangeError(`Expected more than ${ddof} values for a standard deviation, got ${values.length}`)
  }
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2
  return Math.sqrt(sum / (values.length - ddof))
}

/**
 * The quantile at `share` in [0, 1] of ascending values, linear between neighbours.
 * @throws RangeError on an empty list or a share outside [0, 1]
 */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) throw new RangeError('Expected at least one value for a quantile, got none')
  if (!(share >= 0 && share <= 1)) throw new RangeError(`Expected a share in [0, 1], got ${share}`)
  const position = share * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below]!
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!
  return low + (high - low) * (position - below)
}
