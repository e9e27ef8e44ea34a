/** @file What a network is made of: named parameters and buffers, and how each starts. */
import type { AnyValue } from '../graph/value.ts'

/** How a parameter's first numbers are drawn. */
export type Initialiser =
  /** Uniform in ±√(3 / fanIn), Caffe's xavier filler. */
  | { readonly kind: 'xavier'; readonly fanIn: number }
  /** Normal, mean 0. */
  | { readonly kind: 'gaussian'; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number }

/** A trained array. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: Initialiser
  /** Whether weight decay applies; not to biases and PReLU slopes. */
  readonly decay: boolean
}

/** An array that the step updates and no gradient reaches. */
export interface Buffer {
  readonly name: string
  readonly shape: readonly number[]
  /** The value of every element before the first step. */
  readonly initial: number
}

/** Graph values by parameter or buffer name. */
export type Values = Readonly<Record<string, AnyValue>>

/** What a network returns: its output and its updated buffers by name. */
export interface NetworkOutput {
  readonly output: AnyValue
  readonly buffers: Values
}

/** Whether statistics come from the batch or from the buffers. */
export type Mode = 'train' | 'infer'

/** A network as data: what it needs and how it computes. */
export interface Network {
  readonly parameters: readonly Parameter[]
  readonly buffers: readonly Buffer[]
  /** @param x [N, 3, H, W] @returns output [N, D] */
  build(x: AnyValue, values: Values, mode: Mode): NetworkOutput
}

/** The value of `name`. @throws RangeError where the network's own name is missing. */
export function valueNamed(values: Values, name: string): AnyValue {
  const value = values[name]
  if (value === undefined) throw new RangeError(`no value was given for the parameter ${name}`)
  return value
}
