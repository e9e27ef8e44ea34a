/** @file A loss in words: its name, and scale and margin only where it knows them. */
import { optionNames } from '../loss/registry.ts'
import type { LossConfig } from '../train/config.ts'

/** What a loss was told, by name: of scale and margin what it takes, then the options given beside. */
export function lossEntries({
  name,
  scale,
  margin,
  options = {},
}: LossConfig): readonly (readonly [string, number | boolean])[] {
  const known = optionNames(name)
  return Object.entries({ scale, margin, ...options }).filter(([option]) => known.has(option))
}

/** `cosface, scale 64, margin 0.35` */
export function lossInWords(loss: LossConfig): string {
  return [loss.name, ...lossEntries(loss).map(([option, value]) => `${option} ${String(value)}`)].join(', ')
}
