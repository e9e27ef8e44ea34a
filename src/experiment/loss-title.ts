/** @file How losses are called in figures and on the page. */
import type { LossOption, LossSettings } from '../loss/head.ts'
import { lossSum } from '../loss/added.ts'
import { embeddingLosses, lossByName, marginOptionOf, optionsOf } from '../loss/registry.ts'
import { short } from '../plot/format.ts'

/** The names of the losses as their papers write them. */
export const properNames = {
  softmax: 'softmax',
  nsl: 'NSL',
  cosface: 'LMCL',
  arcface: 'ArcFace',
  sphereface: 'A-Softmax',
  lsoftmax: 'L-Softmax',
  combined: 'combined margin',
  adacos: 'AdaCos',
  curricularface: 'CurricularFace',
  magface: 'MagFace',
  adaface: 'AdaFace',
} as const

const names: Readonly<Record<string, string>> = properNames

// of these no single number is the margin
const severalMargins: ReadonlySet<string> = new Set(['combined', 'magface'])

type Value = number | boolean

const told = (option: string, value: Value): string =>
  typeof value === 'number' ? `${option} = ${short(value)}` : value ? option : `no ${option}`

/** What an option is where nothing is said of it; a loss that is added has the weight of its paper. */
const usualValue = (loss: string, option: LossOption): Value => {
  const added = embeddingLosses.find(({ weight }) => weight.name === option.name)
  return added === undefined
    ? option.default
    : (lossSum(`${loss}+${added.name}`).weights[option.name] ?? option.default)
}

/** How a loss is called in figures: its margin, what is added to it, and what else is not as usual. */
export function lossTitle(settings: LossSettings): string {
  const loss = lossByName(settings.name)
  const { margin, options = {} } = settings
  const given: Readonly<Record<string, Value | undefined>> = { margin, ...options }
  const own = severalMargins.has(loss.name) ? undefined : marginOptionOf(loss.name)
  const known = optionsOf(loss)
  const m = own === undefined ? undefined : (given[own] ?? known.find(({ name }) => name === own)?.default)
  const name = names[loss.name] ?? loss.name
  const head =
    loss.name === 'cosface' && m === 0
      ? 'NSL (LMCL with m = 0)'
      : typeof m === 'number'
        ? `${name}, m = ${short(m)}`
        : name
  const added = embeddingLosses.filter(({ weight }) => Number(given[weight.name] ?? 0) > 0)
  const others = known.flatMap((option) => {
    const value = given[option.name]
    const isTold = value === undefined || option.name === own || value === usualValue(loss.name, option)
    return isTold ? [] : [told(option.name, value)]
  })
  return [[head, ...added.map((one) => one.name)].join(' + '), ...others].join(', ')
}

/** How several losses are called side by side: those that differ in their scale alone with their scale. */
export function lossTitles(losses: readonly LossSettings[]): string[] {
  const titles = losses.map(lossTitle)
  return titles.map((title, index) => {
    const scale = losses[index]?.scale
    const isAlone = titles.indexOf(title) === titles.lastIndexOf(title)
    return isAlone || scale === undefined ? title : `${title}, s = ${short(scale)}`
  })
}
