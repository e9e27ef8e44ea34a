/** @file Checks of arguments; each returns the value it was given or throws a `UsageError`. */
import { shown, unexpected, UsageError } from './errors.ts'
import { nearest } from './names.ts'

/** Why a range is as it is, told with a value outside it; each side has its own reason. */
export interface RangeReasons {
  /** Of the least value. */
  readonly low?: string
  /** Of the greatest value. */
  readonly high?: string
  /** Of integers alone. */
  readonly whole?: string
}

/** An inclusive range of numbers; `above` and `below` exclude the end. */
export interface Range {
  readonly min?: number
  readonly max?: number
  readonly above?: number
  readonly below?: number
  readonly integer?: boolean
  readonly because?: RangeReasons
}

/** Bounds that are better known by another name. */
const named: ReadonlyMap<number, string> = new Map([[Math.PI / 2, 'π/2']])

const inWords = (bound: number): string => named.get(bound) ?? String(bound)

/** The range in words: `a number in [0, 2]`, `an integer of at least 1`. */
export function rangeInWords(range: Range): string {
  const kind = range.integer === true ? 'an integer' : 'a number'
  const low = range.min ?? range.above
  const high = range.max ?? range.below
  if (low !== undefined && high !== undefined) {
    return `${kind} in ${range.min === undefined ? '(' : '['}${inWords(low)}, ${inWords(high)}${range.max === undefined ? ')' : ']'}`
  }
  if (low !== undefined) return `${kind} ${range.min === undefined ? 'above' : 'of at least'} ${inWords(low)}`
  if (high !== undefined)
    return `${kind} ${range.max === undefined ? 'below' : 'of at most'} ${inWords(high)}`
  return kind
}

/** Checks that `value` is a finite number within `range`. @throws UsageError */
export function checkNumber(name: string, value: unknown, range: Range = {}): number {
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (range.integer !== true || Number.isInteger(value)) &&
    (range.min === undefined || value >= range.min) &&
    (range.max === undefined || value <= range.max) &&
    (range.above === undefined || value > range.above) &&
    (range.below === undefined || value < range.below)
  if (fits) return value
  const { message } = unexpected(name, rangeInWords(range), value)
  const reason = typeof value === 'number' ? reasonAgainst(value, range) : undefined
  throw new UsageError(reason === undefined ? message : `${message}: ${reason}`)
}

/** The reason of the side that a value breaks; a number between integers breaks that before an end. */
function reasonAgainst(value: number, range: Range): string | undefined {
  const { because = {}, min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range
  if (!Number.isFinite(value)) return undefined
  if (range.integer === true && !Number.isInteger(value)) return because.whole
  if (value < min || value <= above) return because.low
  return value > max || value >= below ? because.high : undefined
}

/** Checks that `value` is an integer within `range`. @throws UsageError */
export function checkInteger(name: string, value: unknown, range: Range = {}): number {
  return checkNumber(name, value, { ...range, integer: true })
}

/** Checks that `value` is one of `choices`; a near miss is answered with a suggestion. @throws UsageError */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`
  throw new UsageError(unexpected(name, `one of ${choices.join(', ')}`, value).message + hint)
}

/**
 * Checks that `options` has only `known` keys; names the nearest right one.
 * @param elsewhere names that are taken in another place, which may also have been meant
 * @throws UsageError
 */
export function checkKeys(
  what: string,
  options: object,
  known: readonly string[],
  elsewhere: readonly string[] = [],
): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const near = nearest(key, [...elsewhere, ...known])
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean \`${near}\`?`
    throw new UsageError(`Unknown option \`${key}\` for ${what}; ${hint}`)
  }
}

/** Checks that `options` is an object with only `known` keys; names the nearest right one. @throws UsageError */
export function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new UsageError(
      `Expected ${what} to be given an object with ${known.join(', ')}, got ${shown(options)}`,
    )
  checkKeys(what, options, known)
}
