/** @file Which options of a loss have an effect. */
import type { LossSettings } from './head.ts'
import { normalisesFeatures } from './margin-head.ts'
import { readOptions } from './options.ts'
import { lossByName, optionsOf } from './registry.ts'

/** The names of the options that a loss so set takes heed of: all it has, but no scale where embeddings keep their length. */
export function usedOptionNames(settings: LossSettings): ReadonlySet<string> {
  const loss = lossByName(settings.name)
  const known = optionsOf(loss)
  const names = known.map((option) => option.name)
  if (loss.kind === 'embedding' || normalisesFeatures(loss, readOptions(loss.name, known, settings)))
    return new Set(names)
  return new Set(names.filter((name) => name !== 'scale'))
}
