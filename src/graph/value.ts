/** @file The nodes of a graph: frozen values, each made by one operation from other values. */
import type { DType } from '../tensor/tensor.ts'

/** Numbers held by a constant. */
export type ConstantData = Float32Array | Int32Array

/** Rows and columns; for strides, paddings and kernels. */
export interface Convolution {
  /** Step in both directions. */
  readonly stride: number
  /** Zeros added on each of the four sides. */
  readonly padding: number
}

/** What each operation needs besides its inputs. Every table over operations is total over these keys. */
export interface OpAttributes {
  /** A value fed from outside. */
  input: { readonly name: string }
  constant: { readonly data: ConstantData }
  // element-wise, two inputs, numpy broadcasting
  add: object
  subtract: object
  multiply: object
  divide: object
  maximum: object
  minimum: object
  // element-wise, one input
  negate: object
  exp: object
  log: object
  sqrt: object
  abs: object
  floor: object
  cos: object
  sin: object
  acos: object
  /** 1 / (1 + e^−x) */
  sigmoid: object
  /** a > b, as bool */
  greater: object
  /** a = b, as bool */
  equal: object
  /** condition ? a : b, broadcasting all three */
  select: object
  cast: { readonly to: DType }
  /** The identity forwards; nothing flows back. */
  stopGradient: object
  reshape: { readonly shape: readonly number[] }
  transpose: { readonly permutation: readonly number[] }
  broadcast: { readonly shape: readonly number[] }
  /** Elements start, start + step, … below end, along each axis; steps are at least 1. */
  slice: {
    readonly starts: readonly number[]
    readonly ends: readonly number[]
    readonly steps: readonly number[]
  }
  /** Zeros before, after and (`inner`) between the elements along each axis: the adjoint of `slice`. */
  pad: {
    readonly before: readonly number[]
    readonly after: readonly number[]
    readonly inner: readonly number[]
  }
  concat: { readonly axis: number }
  sum: { readonly axes: readonly number[]; readonly keep: boolean }
  max: { readonly axes: readonly number[]; readonly keep: boolean }
  /** Matrix product over the last two axes, leading axes equal; either side transposed first. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  /** int32 [N] → float32 [N, depth]; a label outside [0, depth) gives a row of zeros. */
  oneHot: { readonly depth: number }
  /** x [N, I, H, W], w [O, I, k, k] → [N, O, H', W'] */
  conv2d: Convolution
  /** dy [N, O, H', W'], w [O, I, k, k] → dx [N, I, H, W] */
  conv2dInputGradient: Convolution & { readonly height: number; readonly width: number }
  /** x [N, I, H, W], dy [N, O, H', W'] → dw [O, I, k, k] */
  conv2dWeightGradient: Convolution & { readonly kernel: number }
  /** x [N, C, …], slope [C] → x > 0 ? x : slope·x */
  prelu: object
  /** x, slope [C], dy → x > 0 ? dy : slope·dy */
  preluInputGradient: object
  /** x [N, C, …], dy → Σ dy·min(x, 0) as [C] */
  preluSlopeGradient: object
}

export type OpKind = keyof OpAttributes

/** One node. Values are immutable and may be shared freely between graphs. */
export interface Value<K extends OpKind = OpKind> {
  readonly kind: K
  readonly inputs: readonly AnyValue[]
  readonly attributes: OpAttributes[K]
  readonly shape: readonly number[]
  readonly dtype: DType
  /** Where it comes from, in the network's words (`stage2.unit1.conv1`); shown in prints and failures. */
  readonly label: string | undefined
}

/** A value of any kind; discriminated by `kind`. */
export type AnyValue = { [K in OpKind]: Value<K> }[OpKind]

/** A pure function from named inputs to named outputs. */
export interface Graph {
  readonly name: string
  readonly outputs: Readonly<Record<string, AnyValue>>
}
