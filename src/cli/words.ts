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

const byteUnits: readonly string[] = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `16 bytes`, `20.7 MiB`, `0.985 GiB`: bytes in three significant digits, never 1000 or more of a unit. */
export function bytesInWords(bytes: number): string {
  // what would be rounded to 1000 is a part of the next unit
  const steps = byteUnits.findIndex((_, i) => bytes < 999.5 * 1024 ** i)
  const power = steps < 0 ? byteUnits.length - 1 : steps
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toPrecision(3)} ${byteUnits[power]}`
}
