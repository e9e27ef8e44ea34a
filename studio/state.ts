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
  /** cos θ₁ and cos θ₂ of the point in Fig 2. */
  readonly cosineOne: number
  readonly cosineTwo: number
  /** From where the sphere is seen: longitude and latitude, degrees. */
  readonly turn: number
  readonly tilt: number
}

/** The name of a setting. */
export type LabKey = keyof LabState

/** A number of a range. */
export interface NumberField {
  readonly kind: 'number'
  readonly min: number
  readonly max: number
  readonly integer: boolean
}

/** One of a few words. */
export interface ChoiceField<T> {
  readonly kind: 'choice'
  readonly choices: readonly T[]
}

/** What one setting may be, and how it is called in the address. */
export interface Field<T> {
  readonly name: string
  readonly initial: T
  readonly form: NumberField | ChoiceField<T>
  /** What a complaint asks for. */
  readonly wanted: string
  /** The value of a text; undefined where it is none. */
  readonly read: (text: string) => T | undefined
}

const number = (name: string, initial: number, min: number, max: number, integer = false): Field<number> => ({
  name,
  initial,
  form: { kind: 'number', min, max, integer },
  wanted: `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`,
  read: (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    return value >= min && value <= max && (!integer || Number.isInteger(value)) ? value : undefined
  },
})

const choice = <T extends string>(name: string, initial: T, choices: readonly T[]): Field<T> => ({
  name,
  initial,
  form: { kind: 'choice', choices },
  wanted: `one of ${choices.join(', ')}`,
  read: (text) => choices.find((one) => one === text),
})

/** Every setting, in the order of the address. */
export const fields: { readonly [K in LabKey]: Field<LabState[K]> } = {
  left: choice<LabLoss>('left', 'nsl', labLosses),
  right: choice<LabLoss | 'none'>('right', 'cosface', [...labLosses, 'none']),
  scale: number('s', 16, 1, 64),
  margin: number('m', 0.2, 0, 1),
  marginRadians: number('angle', 0.3, 0, 1.5),
  multiplier: number('multiplier', 2, 1, 4, true),
  classes: number('c', 8, 2, 16, true),
  learningRate: number('lr', 0.02, 0.001, 0.2),
  dimensions: number('d', 2, 2, 3, true),
  seed: number('seed', 1, 1, 9999, true),
  speed: choice<Speed>('speed', 'normal', ['slow', 'normal', 'fast']),
  length: number('length', 1.6, 0.25, 3),
  noise: number('noise', 6, 0, 30),
  posterior: number('p', 0.99, 0.5, 0.9999),
  embeddingSize: number('size', 2, 2, 512, true),
  feature: number('x', 69, 0, 360),
  first: number('w1', 34, 0, 360),
  second: number('w2', 126, 0, 360),
  cosineOne: number('c1', 0.5, -1, 1),
  cosineTwo: number('c2', 0.35, -1, 1),
  turn: number('turn', 30, 0, 360),
  tilt: number('tilt', 20, -90, 90),
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
  cosineOne: fields.cosineOne.initial,
  cosineTwo: fields.cosineTwo.initial,
  turn: fields.turn.initial,
  tilt: fields.tilt.initial,
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

const withText = <K extends LabKey>(state: LabState, key: K, text: string): LabState | undefined => {
  const value = fields[key].read(text)
  return value === undefined ? undefined : { ...state, [key]: value }
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

/** The settings of a query; what it does not say, or says wrongly, is as a reader first finds it. */
export function stateOf(query: string): ParsedState {
  const complaints: string[] = []
  let state = initialState
  const names = keys.map((key) => fields[key].name)
  for (const [name, text] of new URLSearchParams(query)) {
    const key = keys.find((one) => fields[one].name === name)
    if (key === undefined) {
      const near = nearest(name, names)
      const hint = near === undefined ? '' : `; perhaps “${near}” was meant`
      complaints.push(`The address sets “${short(name)}”, which is no setting of this page${hint}.`)
      continue
    }
    const next = withText(state, key, text)
    if (next !== undefined) state = next
    else
      complaints.push(
        `“${name}=${short(text)}” in the address is not ${fields[key].wanted}; ${initialState[key]} is used.`,
      )
  }
  return { state, complaints }
}
