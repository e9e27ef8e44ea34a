/** @file What an experiment varies: losses side by side, one setting of a loss, or the normalisation of Table 1. */
import { checkKeys } from '../base/check.ts'
import { unexpected, UsageError } from '../base/errors.ts'
import { parseNumber } from '../base/option.ts'
import { lossSum } from '../loss/added.ts'
import { checkLoss } from '../loss/build.ts'
import { lossByName, optionNames } from '../loss/registry.ts'
import type { LossConfig } from '../train/config.ts'

/** One of the things compared. */
export interface Variant {
  /** Part of folder names. */
  readonly id: string
  /** What tables and figures call it. */
  readonly name: string
  readonly loss: LossConfig
  /** The swept setting's value. */
  readonly value?: number
  /** The variant from whose trained weights this one starts. */
  readonly from?: string
}

/** What holds for all variants unless they say otherwise. */
export type SharedLoss = Pick<LossConfig, 'scale' | 'margin' | 'options'>

/** How the losses of a comparison are written. */
export const lossGrammar = 'at least two of name[+added…][:option=value…], separated by commas'

type Values = Readonly<Record<string, number | boolean>>

/** The shared options that a loss has. */
const ownOf = (name: string, options: Values): Values => {
  const known = optionNames(name)
  return Object.fromEntries(Object.entries(options).filter(([key]) => known.has(key)))
}

const withSettings = (name: string, shared: SharedLoss, own: Values): LossConfig => {
  const { scale, margin, ...rest } = own
  if (typeof scale === 'boolean') throw unexpected('scale', 'a number', scale)
  if (typeof margin === 'boolean') throw unexpected('margin', 'a number', margin)
  const options = { ...ownOf(name, shared.options ?? {}), ...rest }
  const loss: LossConfig = {
    name,
    scale: scale ?? shared.scale,
    margin: margin ?? shared.margin,
    ...(Object.keys(options).length === 0 ? {} : { options }),
  }
  checkLoss(loss)
  return loss
}

const optionValue = (loss: string, text: string): readonly [string, number | boolean] => {
  const [key = '', value = '', ...more] = text.split('=')
  const read = value === 'true' ? true : value === 'false' ? false : parseNumber(value)
  if (key === '' || typeof read === 'string' || more.length > 0)
    throw new UsageError(`Expected option=value after ${loss}:, got ${text === '' ? 'nothing' : text}`)
  checkKeys(`the loss ${loss}`, { [key]: read }, [...optionNames(loss)])
  return [key, read]
}

const slug = (text: string): string => text.replaceAll(/[^A-Za-z0-9.+=-]+/g, '-')

/** The loss of a text like `softmax+center` or `cosface:margin=0.25`. @throws UsageError as `lossVariants` */
export function lossVariant(text: string, shared: SharedLoss): Variant {
  const [head = '', ...settings] = text.split(':').map((part) => part.trim())
  const { text: sum, base, weights } = lossSum(head)
  const own = settings.map((setting) => optionValue(base, setting))
  const name = [sum, ...settings].join(':')
  return {
    id: slug(name),
    name,
    loss: withSettings(base, shared, { ...weights, ...Object.fromEntries(own) }),
  }
}

/** @throws UsageError where one of them is named twice */
export function checkOnce(variants: readonly Variant[]): void {
  const ids = variants.map(({ id }) => id)
  const twice = variants.find(({ id }, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new UsageError(`The loss ${twice.name} is named twice`)
}

/**
 * The losses of a comparison.
 * @throws UsageError on an unknown loss or option (the nearest is named), one that is named twice, or a single one
 */
export function lossVariants(texts: readonly string[], shared: SharedLoss): readonly Variant[] {
  const variants = texts.map((text) => lossVariant(text.trim(), shared))
  checkOnce(variants)
  if (variants.length < 2)
    throw new UsageError(`Expected two or more losses to compare, got ${variants[0]?.name ?? 'none'}`)
  for (const key of Object.keys(shared.options ?? {})) {
    const known = [...new Set(variants.flatMap(({ loss }) => [...optionNames(loss.name)]))]
    checkKeys('these losses', { [key]: true }, known)
  }
  return variants
}

/** What can be swept, with the options that carry it in order of preference. */
const swept = {
  margin: ['margin', 'marginRadians', 'multiplier'],
  scale: ['scale'],
} as const

/** What can be swept. */
export type Swept = keyof typeof swept

/** The option of a loss that a sweep changes. @throws UsageError where it has none */
export function sweptOption(loss: string, parameter: Swept): string {
  const known = optionNames(loss)
  const found = swept[parameter].find((name) => known.has(name))
  if (found === undefined) throw new UsageError(`The loss ${loss} has no ${parameter} to sweep`)
  return found
}

/** One loss at several values of one setting. @throws UsageError for a value out of the option's range, or a single one */
export function sweepVariants(
  loss: string,
  parameter: Swept,
  values: readonly number[],
  shared: SharedLoss,
): readonly Variant[] {
  const { name } = lossByName(loss)
  const option = sweptOption(name, parameter)
  if (values.length < 2)
    throw new UsageError(`Expected two or more values of ${parameter}, got ${values.join(', ')}`)
  return values.map((value) => ({
    id: slug(`${option}-${value}`),
    name: `${option} ${value}`,
    value,
    loss: withSettings(name, shared, { [option]: value }),
  }))
}

/**
 * Table 1: LMCL with and without feature normalisation. Without it the paper starts from a network trained by softmax,
 * which is therefore trained first; what happens without that start is shown as well.
 */
export function normalisationVariants(shared: SharedLoss): readonly Variant[] {
  const lmcl = (normaliseFeatures: boolean): LossConfig =>
    withSettings('cosface', shared, { normaliseFeatures })
  return [
    { id: 'softmax', name: 'softmax', loss: withSettings('softmax', shared, {}) },
    { id: 'unnormalised', name: 'LMCL, features not normalised, from scratch', loss: lmcl(false) },
    {
      id: 'unnormalised-from-softmax',
      name: 'LMCL, features not normalised, from softmax',
      loss: lmcl(false),
      from: 'softmax',
    },
    { id: 'normalised', name: 'LMCL, features normalised', loss: lmcl(true) },
  ]
}
