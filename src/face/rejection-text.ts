/** @file Rejection rules as users type and read them: `eyeDistance=24..,yaw=..45`. */
import { UsageError } from '../base/errors.ts'
import { nearest } from '../base/names.ts'
import { qualityNames, usualRejection } from './quality.ts'
import type { QualityLimits, QualityMeasure, RejectionRule } from './quality.ts'

/** A rule as it may be typed. */
export const ruleExample = 'eyeDistance=24..,yaw=..45,exposure=40..220'

const rangePattern = /^([A-Za-z]+)=(-?(?:\d+(?:\.\d*)?|\.\d+))?\.\.(-?(?:\d+(?:\.\d*)?|\.\d+))?$/

const measureOf = (name: string): QualityMeasure => {
  const found = qualityNames.find((known) => known === name)
  if (found !== undefined) return found
  const near = nearest(name, qualityNames)
  throw new UsageError(
    `Unknown measure \`${name}\` in a rejection rule; ${near === undefined ? `known are ${qualityNames.join(', ')}` : `did you mean \`${near}\`?`}`,
  )
}

/**
 * Reads a rule: `usual`, `none`, or the range in which each measure must lie, joined by commas; that replaces the usual
 * rule. The least or the greatest value of a range may be left out.
 * @throws UsageError naming the part that is not understood
 */
export function parseRejection(text: string): RejectionRule | false {
  const trimmed = text.trim()
  if (trimmed === 'none') return false
  if (trimmed === 'usual') return usualRejection
  const rule: Partial<Record<QualityMeasure, QualityLimits>> = {}
  for (const part of trimmed.split(',')) {
    const [, name = '', low = '', high = ''] = rangePattern.exec(part.trim()) ?? []
    if (low === '' && high === '') {
      throw new UsageError(
        `Expected a rejection rule like ${ruleExample}, or usual, or none; got ${JSON.stringify(part.trim())}`,
      )
    }
    const limits: QualityLimits = {
      ...(low === '' ? {} : { min: Number(low) }),
      ...(high === '' ? {} : { max: Number(high) }),
    }
    rule[measureOf(name)] = limits
  }
  return rule
}

/** The same text again. */
export function rejectionText(rule: RejectionRule | false): string {
  if (rule === false) return 'none'
  const parts = qualityNames.flatMap((measure) => {
    const { min, max } = rule[measure] ?? {}
    return min === undefined && max === undefined ? [] : [`${measure}=${min ?? ''}..${max ?? ''}`]
  })
  return parts.length === 0 ? 'none' : parts.join(',')
}
