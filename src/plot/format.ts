/** @file Numbers as readers see them: the same on every machine, whatever its language setting. */

import { withCommas } from '../base/words.ts'

const minus = (text: string): string => text.replace('-', '−')

/** A count with thousands set apart: 12,345. */
export function count(value: number): string {
  return minus(withCommas(Math.round(value)))
}

/** A number with fixed decimals and a real minus sign. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return minus(Number(text) === 0 ? text.replace('-', '') : text)
}

/** A share in [0, 1] as a percentage: 0.912 → 91.2 %. */
export function percent(share: number, digits: number = 1): string {
  return `${fixed(share * 100, digits)} %`
}

/** A share as a percentage with no more digits than it needs: 0.001 → 0.1 %. */
export function shortPercent(share: number): string {
  return `${minus(String(Number((share * 100).toPrecision(3))))} %`
}

/** A number with no more digits than it needs, up to three significant ones. */
export function short(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) {
    const exponent = Math.floor(Math.log10(Math.abs(value)))
    const mantissa = Number((value / 10 ** exponent).toPrecision(2))
    const power = `10${superscript(exponent)}`
    return mantissa === 1 ? power : `${minus(String(mantissa))}·${power}`
  }
  return Math.abs(value) >= 1000 ? count(value) : minus(String(Number(value.toPrecision(3))))
}

/** An integer in raised digits: −4 → ⁻⁴. */
export function superscript(value: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹'
  return [...String(value)].map((sign) => (sign === '-' ? '⁻' : (digits[Number(sign)] ?? sign))).join('')
}

/** A duration in words of two units at most: 3 min 20 s. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${fixed(seconds, 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
