/** @file The values of a sweep as written: `0.35`, `0,0.2,0.35`, `from:to`, `from:to:step`, `from:to:xfactor`. */
import { parseNumber } from '../base/option.ts'
import { unexpected, UsageError } from '../base/errors.ts'

/** How far a range goes where it does not say. */
export type Pace =
  | { readonly kind: 'add'; readonly step: number }
  | { readonly kind: 'multiply'; readonly factor: number }

const most = 100

/** The grammar in words. */
export const rangeGrammar =
  'a number, numbers separated by commas, or from:to, from:to:step (steps added) or from:to:x2 (multiplied)'

/** Values without the noise of binary fractions: 0.15000000000000002 is 0.15. */
const clean = (value: number): number => Number(value.toPrecision(12))

/**
 * The values of `text`, ascending where it is a range; the end of a range is always one of them.
 * @throws UsageError on anything else, a range that goes nowhere, or more than 100 values
 */
export function parseRange(name: string, text: string, pace: Pace): readonly number[] {
  const number = (part: string): number => {
    const value = parseNumber(part)
    if (typeof value !== 'number') throw unexpected(name, rangeGrammar, text)
    return value
  }
  const parts = text.split(':').map((part) => part.trim())
  if (parts.length === 1) {
    const values = text.split(',').map(number)
    if (new Set(values).size < values.length) throw unexpected(name, 'different numbers', text)
    return values
  }
  const [from, to] = [number(parts[0] ?? ''), number(parts[1] ?? '')]
  if (parts.length > 3) throw unexpected(name, rangeGrammar, text)
  if (to <= from) throw unexpected(name, 'a range from a smaller to a larger number', text)
  const own = parts[2]
  const chosen: Pace =
    own === undefined
      ? pace
      : own.startsWith('x')
        ? { kind: 'multiply', factor: number(own.slice(1)) }
        : { kind: 'add', step: number(own) }
  return chosen.kind === 'add'
    ? added(name, text, from, to, chosen.step)
    : multiplied(name, text, from, to, chosen.factor)
}

const tooMany = (name: string, text: string): UsageError =>
  new UsageError(`Expected \`${name}\` to be at most ${most} values, got more: ${text}`)

const added = (name: string, text: string, from: number, to: number, step: number): readonly number[] => {
  if (!(step > 0)) throw unexpected(name, 'a range whose step is above 0', text)
  const count = Math.floor((to - from) / step + 1e-9)
  if (count >= most) throw tooMany(name, text)
  return withEnd(
    Array.from({ length: count + 1 }, (_, i) => clean(from + i * step)),
    to,
  )
}

const multiplied = (
  name: string,
  text: string,
  from: number,
  to: number,
  factor: number,
): readonly number[] => {
  if (!(from > 0)) throw unexpected(name, 'a range from a number above 0, where it is multiplied', text)
  if (!(factor > 1)) throw unexpected(name, 'a range whose factor is above 1', text)
  const count = Math.floor(Math.log(to / from) / Math.log(factor) + 1e-9)
  if (count >= most) throw tooMany(name, text)
  return withEnd(
    Array.from({ length: count + 1 }, (_, i) => clean(from * factor ** i)),
    to,
  )
}

const withEnd = (values: readonly number[], to: number): readonly number[] =>
  Math.abs((values.at(-1) ?? to) - to) <= 1e-9 * Math.max(1, Math.abs(to)) ? values : [...values, to]
