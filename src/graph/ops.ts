/** @file Constructors of nodes: the vocabulary networks, losses and optimizers are written in. */
import { tensor, type DType } from '../tensor/tensor.ts'
import { node } from './node.ts'
import { sameShape } from './shape.ts'
import type { AnyValue, ConstantData, Convolution, Value } from './value.ts'

/** A value, or a number that stands for a float32 scalar. */
export type Operand = AnyValue | number

/** A value fed from outside under `name`. @defaultValue dtype float32 */
export function input(name: string, shape: readonly number[], dtype: DType = 'float32'): Value<'input'> {
  return Object.freeze({ kind: 'input', inputs: [], attributes: { name }, shape, dtype, label: name })
}

/** A value known beforehand. @throws RangeError where the data do not fit the shape. */
export function constant(shape: readonly number[], data: ConstantData): Value<'constant'> {
  const dtype = data instanceof Int32Array ? 'int32' : 'float32'
  if (data instanceof Float32Array) tensor(shape, data)
  return Object.freeze({ kind: 'constant', inputs: [], attributes: { data }, shape, dtype, label: undefined })
}

/** A float32 constant without axes. */
export function scalar(value: number): Value<'constant'> {
  return constant([], Float32Array.of(value))
}

const valueOf = (operand: Operand): AnyValue => (typeof operand === 'number' ? scalar(operand) : operand)

export const add = (a: Operand, b: Operand): Value<'add'> => node('add', [valueOf(a), valueOf(b)], {})
export const subtract = (a: Operand, b: Operand): Value<'subtract'> =>
  node('subtract', [valueOf(a), valueOf(b)], {})
export const multiply = (a: Operand, b: Operand): Value<'multiply'> =>
  node('multiply', [valueOf(a), valueOf(b)], {})
export const divide = (a: Operand, b: Operand): Value<'divide'> =>
  node('divide', [valueOf(a), valueOf(b)], {})
export const maximum = (a: Operand, b: Operand): Value<'maximum'> =>
  node('maximum', [valueOf(a), valueOf(b)], {})
export const minimum = (a: Operand, b: Operand): Value<'minimum'> =>
  node('minimum', [valueOf(a), valueOf(b)], {})
export const negate = (x: AnyValue): Value<'negate'> => node('negate', [x], {})
export const exp = (x: AnyValue): Value<'exp'> => node('exp', [x], {})
export const log = (x: AnyValue): Value<'log'> => node('log', [x], {})
export const sqrt = (x: AnyValue): Value<'sqrt'> => node('sqrt', [x], {})
export const abs = (x: AnyValue): Value<'abs'> => node('abs', [x], {})
export const floor = (x: AnyValue): Value<'floor'> => node('floor', [x], {})
export const cos = (x: AnyValue): Value<'cos'> => node('cos', [x], {})
export const sin = (x: AnyValue): Value<'sin'> => node('sin', [x], {})
export const acos = (x: AnyValue): Value<'acos'> => node('acos', [x], {})
export const sigmoid = (x: AnyValue): Value<'sigmoid'> => node('sigmoid', [x], {})
/** a > b, as bool. */
export const greater = (a: Operand, b: Operand): Value<'greater'> =>
  node('greater', [valueOf(a), valueOf(b)], {})
/** a = b, as bool. */
export const equal = (a: Operand, b: Operand): Value<'equal'> => node('equal', [valueOf(a), valueOf(b)], {})
/** condition ? a : b. */
export const select = (condition: AnyValue, a: Operand, b: Operand): Value<'select'> =>
  node('select', [condition, valueOf(a), valueOf(b)], {})
export const cast = (x: AnyValue, to: DType): Value<'cast'> => node('cast', [x], { to })
/** The identity, through which no gradient flows. */
export const stopGradient = (x: AnyValue): Value<'stopGradient'> => node('stopGradient', [x], {})

export const reshape = (x: AnyValue, shape: readonly number[]): Value<'reshape'> =>
  node('reshape', [x], { shape })
/** Axis a of the result is axis `permutation[a]` of x. */
export const transpose = (x: AnyValue, permutation: readonly number[]): Value<'transpose'> =>
  node('transpose', [x], { permutation })
/** x repeated to `shape`, by numpy's rule; x itself where it already has it. */
export const broadcast = (x: AnyValue, shape: readonly number[]): AnyValue =>
  sameShape(x.shape, shape) ? x : node('broadcast', [x], { shape })

/** Elements start … end − 1 along one axis. */
export function sliceAxis(x: AnyValue, axis: number, start: number, end: number): Value<'slice'> {
  return slice(
    x,
    x.shape.map((_, a) => (a === axis ? start : 0)),
    x.shape.map((length, a) => (a === axis ? end : length)),
  )
}

/** Elements start, start + step, … below end along each axis. @defaultValue steps of 1 */
export function slice(
  x: AnyValue,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = x.shape.map(() => 1),
): Value<'slice'> {
  return node('slice', [x], { starts, ends, steps })
}

/** Zeros before, after and between elements along each axis. */
export function pad(
  x: AnyValue,
  before: readonly number[],
  after: readonly number[],
  inner: readonly number[] = x.shape.map(() => 0),
): Value<'pad'> {
  return node('pad', [x], { before, after, inner })
}

export const concat = (values: readonly AnyValue[], axis: number): Value<'concat'> =>
  node('concat', values, { axis })

const allAxes = (x: AnyValue): number[] => x.shape.map((_, axis) => axis)

/** The sum over `axes` (all by default); `keep` leaves them with length 1. */
export const sum = (x: AnyValue, axes: readonly number[] = allAxes(x), keep = false): Value<'sum'> =>
  node('sum', [x], { axes, keep })
/** The largest element over `axes` (all by default). */
export const max = (x: AnyValue, axes: readonly number[] = allAxes(x), keep = false): Value<'max'> =>
  node('max', [x], { axes, keep })
/** The arithmetic mean over `axes` (all by default). */
export const mean = (x: AnyValue, axes: readonly number[] = allAxes(x), keep = false): Value<'divide'> =>
  divide(
    sum(x, axes, keep),
    axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1),
  )

/** op(a) · op(b) over the last two axes. */
export const matmul = (
  a: AnyValue,
  b: AnyValue,
  {
    transposeA = false,
    transposeB = false,
  }: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Value<'matmul'> => node('matmul', [a, b], { transposeA, transposeB })
/** Labels [N] → [N, depth] with a single 1 in each row; a label outside [0, depth) gives zeros. */
export const oneHot = (labels: AnyValue, depth: number): Value<'oneHot'> =>
  node('oneHot', [labels], { depth })

/** x [N, I, H, W] with w [O, I, k, k] → [N, O, H', W'] (cross-correlation, as all networks mean it). */
export const conv2d = (x: AnyValue, w: AnyValue, { stride, padding }: Convolution): Value<'conv2d'> =>
  node('conv2d', [x, w], { stride, padding })
/** The gradient of `conv2d` with respect to x. */
export const conv2dInputGradient = (
  dy: AnyValue,
  w: AnyValue,
  { stride, padding, height, width }: Convolution & { height: number; width: number },
): Value<'conv2dInputGradient'> => node('conv2dInputGradient', [dy, w], { stride, padding, height, width })
/** The gradient of `conv2d` with respect to w. */
export const conv2dWeightGradient = (
  x: AnyValue,
  dy: AnyValue,
  { stride, padding, kernel }: Convolution & { kernel: number },
): Value<'conv2dWeightGradient'> => node('conv2dWeightGradient', [x, dy], { stride, padding, kernel })

/** x > 0 ? x : slope·x, one slope [C] for each channel (axis 1). */
export const prelu = (x: AnyValue, slope: AnyValue): Value<'prelu'> => node('prelu', [x, slope], {})
export const preluInputGradient = (x: AnyValue, slope: AnyValue, dy: AnyValue): Value<'preluInputGradient'> =>
  node('preluInputGradient', [x, slope, dy], {})
export const preluSlopeGradient = (x: AnyValue, dy: AnyValue): Value<'preluSlopeGradient'> =>
  node('preluSlopeGradient', [x, dy], {})
