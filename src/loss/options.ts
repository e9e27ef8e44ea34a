/** @file Reading a loss's options: defaults, ranges, misspellings; and the options every margin head shares. */
import { checkKeys, checkNumber, type RangeReasons } from '../base/check.ts'
import { unexpected, UsageError } from '../base/errors.ts'
import type { LossOption, LossSettings } from './head.ts'

/** Options after checking, every one with a value. */
export interface LossOptions {
  /** @throws RangeError where the loss has no such number. */
  number(name: string): number
  /** False where the loss has no such switch. */
  flag(name: string): boolean
  has(name: string): boolean
}

/** s: the length every embedding is given. */
export const scaleOption: LossOption = {
  name: 'scale',
  meaning: 's, the length every normalised embedding is given',
  unit: 'none',
  default: 64,
  range: { above: 0, max: 1000 },
  paper: '64; at least the bound of Eq 6',
}

/** Why m of LMCL lies where it does. */
export const marginBecause: RangeReasons = {
  low: 'below 0 the own class would be helped instead of asked for more',
  high: 'no classes can keep a margin above C/(C−1), 2 for two of them (Eq 7)',
}

/** m of LMCL: a difference of cosines. */
export const marginOption: LossOption = {
  name: 'margin',
  meaning: 'm, what the own cosine must exceed the others by',
  unit: 'cosine',
  default: 0.35,
  range: { min: 0, max: 2, because: marginBecause },
  paper: '0.35; 0 … 0.45 in Fig 5',
}

/** Whether embeddings are normalised; for heads that can do without. */
export function normaliseFeaturesOption(byDefault: boolean, paper: string): LossOption {
  return {
    name: 'normaliseFeatures',
    meaning: 'give every embedding the length s; off, its own length stays and the scale is not used',
    unit: 'none',
    default: byDefault,
    paper,
  }
}

/** Options of every margin head. */
export const sharedOptions: readonly LossOption[] = [
  {
    name: 'labelSmoothing',
    meaning: 'share of the target spread evenly over all classes',
    unit: 'share',
    default: 0,
    range: { min: 0, below: 1 },
    paper: 'not used',
  },
]

/** Options of the heads with normalised weights. */
export const cosineOptions: readonly LossOption[] = [
  {
    name: 'filterCosine',
    meaning:
      'leave out other classes whose cosine is above this (probably the same person, wrongly labelled); 1 is off',
    unit: 'cosine',
    default: 1,
    range: { min: -1, max: 1 },
    paper: 'not used; 0.4 where label noise is known to be high',
  },
  {
    name: 'subcenters',
    meaning: 'K, centres of each class; the nearest counts',
    unit: 'none',
    default: 1,
    range: { min: 1, max: 32, integer: true },
    paper: 'not used; 3 in sub-centre ArcFace',
  },
]

/** The ramp of the scale. */
export const scaleWarmupOptions: readonly LossOption[] = [
  {
    name: 'scaleWarmup',
    meaning: 'iterations over which the scale goes from `scaleFrom` to its value; 0 is off',
    unit: 'iterations',
    default: 0,
    range: { min: 0, integer: true },
    paper: 'not used',
  },
  {
    name: 'scaleFrom',
    meaning: 'the scale at the first iteration of its warm-up',
    unit: 'none',
    default: 16,
    range: { above: 0, max: 1000 },
    paper: 'not used',
  },
]

/** The ramp of the margin. */
export const marginWarmupOption: LossOption = {
  name: 'marginWarmup',
  meaning: 'iterations over which the margin grows from 0 to its value; 0 is off',
  unit: 'iterations',
  default: 0,
  range: { min: 0, integer: true },
  paper: 'not used',
}

const valueOf = (option: LossOption, given: unknown): number | boolean => {
  if (given === undefined) return option.default
  if (typeof option.default === 'number') return checkNumber(option.name, given, option.range)
  if (typeof given !== 'boolean') throw unexpected(option.name, 'true or false', given)
  return given
}

/** What settings hold beside `options`. */
const besideOptions: readonly string[] = ['scale', 'margin']

/** What stands for the margin where a loss calls it otherwise: a cosine before an angle or a multiple. */
const marginAmong = (known: readonly LossOption[]): string | undefined =>
  ['marginCosine', 'marginRadians', 'multiplier'].find((name) => known.some((option) => option.name === name))

/**
 * The options of `what` as given, or by default. `scale` and `margin` are taken where the loss knows them.
 * @throws UsageError on an unknown name or a value out of range
 */
export function readOptions(what: string, known: readonly LossOption[], settings: LossSettings): LossOptions {
  const given = settings.options ?? {}
  const names = known.map((option) => option.name)
  const beside = besideOptions.filter((name) => names.includes(name))
  for (const name of beside.filter((one) => one in given))
    throw new UsageError(
      `Expected \`${name}\` of the loss ${what} beside its options (--${name} on the command line), got it among them`,
    )
  const own = marginAmong(known)
  if ('margin' in given && own !== undefined)
    throw new UsageError(`Unknown option \`margin\` for the loss ${what}; did you mean \`${own}\`?`)
  checkKeys(
    `the loss ${what}`,
    given,
    names.filter((name) => !beside.includes(name)),
    beside,
  )
  const values = new Map(
    known.map((option) => {
      const own =
        option.name === 'scale'
          ? settings.scale
          : option.name === 'margin'
            ? settings.margin
            : given[option.name]
      return [option.name, valueOf(option, own)]
    }),
  )
  return {
    number: (name) => {
      const value = values.get(name)
      if (typeof value !== 'number') throw new RangeError(`The loss ${what} has no number \`${name}\``)
      return value
    },
    flag: (name) => values.get(name) === true,
    has: (name) => values.has(name),
  }
}
