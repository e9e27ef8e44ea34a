/** @file Everything the lab's reader can set, and how it stands in the address. A new setting is a new row of `fields`. */
import { nearest } from '../src/base/names.ts'

/** The losses the lab offers: those with class weights, which a plane can show. */
export const labLosses = [
  'softmax',
  'nsl',
  'cosface',
  'arcface',
  'sphereface',
  'lsoftmax',
  'combined',
  'adacos',
  'curricularface',
  'magface',
  'adaface',
] as const

/** A loss of the lab. */
export type LabLoss = (typeof labLosses)[number]

/** How fast the experiment runs. */
export type Speed = 'slow' | 'normal' | 'fast'

/** All settings of the page; the figures above the experiment and the experiment share them. */
export interface LabState {
  /** The left experiment's loss. */
  readonly left: LabLoss
  /** The right experiment's loss, from the same seed; `none` shows one alone. */
  readonly right: LabLoss | 'none'
  /** s. */
  readonly scale: number
  /** m of LMCL, a cosine. */
  readonly margin: number
  /** m of ArcFace, radians. */
  readonly marginRadians: number
  /** m of A-Softmax and L-Softmax. */
  readonly multiplier: number
  /** C. */
  readonly classes: number
  readonly learningRate: number
  /** D of the experiment: 2 in the plane, 3 on the sphere. */
  readonly dimensions: number
  readonly seed: number
  readonly speed: Speed
  /** How many times as long as W₂ the weight W₁ is in the figure of softmax's boundary. */
  readonly length: number
  /** Standard deviation of the noise added to features, degrees. */
  readonly noise: number
  /** P of Eq 6. */
  readonly posterior: number
  /** D of Eq 7's figure. */
  readonly embeddingSize: number
  /** Where the feature of Fig 3 points, degrees. */
  readonly feature: number
  /** Where W₁ and W₂ of Fig 3 point, degrees. */
  readonly first: number
  readonly second: number
}

/** The name of a setting. */
export type LabKey = keyof LabState

interface NumberField {
  readonly kind: 'number'
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  readonly initial: number
}

interface ChoiceField<T extends string> {
  readonly kind: 'choice'
  readonly choices: readonly T[]
  readonly initial: T
}

type Field<T> = [T] extends [number] ? NumberField : [T] extends [string] ? ChoiceField<T> : never

/** What each setting may be. */
export const fields: { readonly [K in LabKey]: { readonly name: string } & Field<LabState[K]> } = {
  left: { name: 'left', kind: 'choice', choices: labLosses, initial: 'nsl' },
  right: { name: 'right', kind: 'choice', choices: [...labLosses, 'none'], initial: 'cosface' },
  scale: { name: 's', kind: 'number', min: 1, max: 64, initial: 16 },
  margin: { name: 'm', kind: 'number', min: 0, max: 1, initial: 0.2 },
  marginRadians: { name: 'angle', kind: 'number', min: 0, max: 1.5, initial: 0.3 },
  multiplier: { name: 'multiplier', kind: 'number', min: 1, max: 4, integer: true, initial: 2 },
  classes: { name: 'c', kind: 'number', min: 2, max: 16, integer: true, initial: 8 },
  learningRate: { name: 'lr', kind: 'number', min: 0.001, max: 0.2, initial: 0.02 },
  dimensions: { name: 'd', kind: 'number', min: 2, max: 3, integer: true, initial: 2 },
  seed: { name: 'seed', kind: 'number', min: 1, max: 9999, integer: true, initial: 1 },
  speed: { name: 'speed', kind: 'choice', choices: ['slow', 'normal', 'fast'], initial: 'normal' },
  length: { name: 'length', kind: 'number', min: 0.25, max: 4, initial: 1.6 },
  noise: { name: 'noise', kind: 'number', min: 0, max: 30, initial: 6 },
  posterior: { name: 'p', kind: 'number', min: 0.5, max: 0.9999, initial: 0.99 },
  embeddingSize: { name: 'size', kind: 'number', min: 2, max: 512, integer: true, initial: 2 },
  feature: { name: 'x', kind: 'number', min: 0, max: 360, initial: 69 },
  first: { name: 'w1', kind: 'number', min: 0, max: 360, initial: 34 },
  second: { name: 'w2', kind: 'number', min: 0, max: 360, initial: 126 },
}

const keys = Object.keys(fields).filter((key): key is LabKey => key in fields)

/** The settings a reader finds. */
export const initialState: LabState = {
  left: fields.left.initial,
  right: fields.right.initial,
  scale: fields.scale.initial,
  margin: fields.margin.initial,
  marginRadians: fields.marginRadians.initial,
  multiplier: fields.multiplier.initial,
  classes: fields.classes.initial,
  learningRate: fields.learningRate.initial,
  dimensions: fields.dimensions.initial,
  seed: fields.seed.initial,
  speed: fields.speed.initial,
  length: fields.length.initial,
  noise: fields.noise.initial,
  posterior: fields.posterior.initial,
  embeddingSize: fields.embeddingSize.initial,
  feature: fields.feature.initial,
  first: fields.first.initial,
  second: fields.second.initial,
}

/** The settings as a query, without those at their initial value; empty where all are. */
export function queryOf(state: LabState): string {
  const query = new URLSearchParams()
  for (const key of keys)
    if (state[key] !== initialState[key]) query.set(fields[key].name, String(state[key]))
  return query.toString()
}

/** What an address says, and a sentence for each thing in it that could not be used. */
export interface ParsedState {
  readonly state: LabState
  readonly complaints: readonly string[]
}

/** The settings of a query; what it does not say, or says wrongly, is as a reader first finds it. */
export function stateOf(query: string): ParsedState {
  const complaints: string[] = []
  const found: Partial<Record<LabKey, number | string>> = {}
  const names = keys.map((key) => fields[key].name)
  for (const [name, text] of new URLSearchParams(query)) {
    const key = keys.find((one) => fields[one].name === name)
    if (key === undefined) {
      const near = nearest(name, names)
      complaints.push(
        `The address sets “${short(name)}”, which is no setting of this page${near === undefined ? '' : `; perhaps “${near}” was meant`}.`,
      )
      continue
    }
    const value = read(fields[key], text)
    if (value !== undefined) found[key] = value
    else
      complaints.push(
        `${name}=${short(text)} in the address is not ${wanted(fields[key])}; ${name}=${initialState[key]} is used.`,
      )
  }
  return { state: { ...initialState, ...found }, complaints }
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

const read = (field: NumberField | ChoiceField<string>, text: string): number | string | undefined => {
  if (field.kind === 'choice') return field.choices.find((choice) => choice === text)
  const value = text.trim() === '' ? NaN : Number(text)
  const fits = value >= field.min && value <= field.max && (field.integer !== true || Number.isInteger(value))
  return fits ? value : undefined
}

const wanted = (field: NumberField | ChoiceField<string>): string =>
  field.kind === 'choice'
    ? `one of ${field.choices.join(', ')}`
    : `${field.integer === true ? 'a whole number' : 'a number'} from ${field.min} to ${field.max}`
