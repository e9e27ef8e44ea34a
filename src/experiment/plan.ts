/** @file An experiment as data: what is varied, over which seeds, on which data, judged how. */
import type { TrainConfig } from '../train/config.ts'
import { type Swept, type Variant } from './variants.ts'

/** Everything an experiment's outcome follows from. */
export interface ExperimentPlan {
  readonly schema: 'cosface-experiment/1'
  readonly kind: 'compare' | 'sweep' | 'normalisation'
  readonly sweep?: { readonly parameter: Swept; readonly option: string }
  readonly variants: readonly Variant[]
  /** The variant that the others are tested against. */
  readonly reference: string
  readonly seeds: readonly number[]
  /** What all runs share; loss and seed are the variant's. Its `splitSeed` says who is in which set. */
  readonly config: TrainConfig
  /** The list that is reported on; the test identities where absent. */
  readonly list?: { readonly images: string; readonly pairs: string }
  /** P of Eq 6's line. */
  readonly posterior: number
}

/** One training of an experiment. */
export interface Cell {
  readonly id: string
  readonly variant: Variant
  readonly seed: number
}

/** The trainings in their order: all variants with one seed, then with the next. */
export function cellsOf({ variants, seeds }: Pick<ExperimentPlan, 'variants' | 'seeds'>): readonly Cell[] {
  return seeds.flatMap((seed) =>
    variants.map((variant) => ({ id: `${variant.id}-seed${seed}`, variant, seed })),
  )
}

/** The configuration of one training. */
export function cellConfig({ config }: ExperimentPlan, { variant, seed }: Cell): TrainConfig {
  return { ...config, loss: variant.loss, seed }
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined

/** Settings that change no result worth naming: the machine's. */
const ofTheMachine = new Set(['config.threads', 'config.checkpointEvery'])

/** Where two plans differ, by path, with both values; nothing where they ask for the same. */
export function planDifferences(before: unknown, now: unknown, path: string = ''): readonly string[] {
  if (ofTheMachine.has(path)) return []
  const [a, b] = [fieldsOf(before), fieldsOf(now)]
  if (a !== undefined && b !== undefined) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    return keys.flatMap((key) => planDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`))
  }
  const [was, is] = [JSON.stringify(before) ?? 'not given', JSON.stringify(now) ?? 'not given']
  return was === is ? [] : [`${path} was ${was}, is ${is}`]
}
