/** `1,200 images`, `1 image`: a number with its noun. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${withCommas(count)} ${count === 1 ? noun : plural}`
}

/** The word that agrees with a number: `agreeing(1, 'was', 'were')`. */
export function agreeing(count: number, one: string, many: string): string {
  return count === 1 ? one : many
}

/** The first five of many, and that there are more: `a, b, c, d, e, …`. */
export function firstFive(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
}

/** No more than three significant digits: `0.293`. */
export function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** Thousands set apart: `494,414`. */
export function withCommas(count: number): string {
  return count.toLocaleString('en-US')
}
