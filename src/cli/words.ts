/** @file Numbers as people read them. */

/** `42 s`, `3 min`, `1 h 05 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown'
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** A share as per cent with one digit, two where it is close to the ends. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

/** A rate as people write it: `0.1`, `1e-4`. */
export function rate(value: number): string {
  return String(Number(value.toPrecision(3)))
}
