/** @file A loss in words: its name, and scale and margin only where it knows them. */
import { usedOptionNames } from '../loss/used-options.ts'
import type { LossConfig } from '../train/config.ts'

/** What a loss was told, by name: of scale and margin what it takes, then the options given beside. */
export function lossEntries(loss: LossConfig): readonly (readonly [string, number | boolean])[] {
  const { scale, margin, options = {} } = loss
  const known = usedOptionNames(loss)
  return Object.entries({ scale, margin, ...options }).filter(([option]) => known.has(option))
}

/** `cosface, scale 64, margin 0.35` */
export function lossInWords(loss: LossConfig): string {
  return [loss.name, ...lossEntries(loss).map(([option, value]) => `${option} ${String(value)}`)].join(', ')
}
