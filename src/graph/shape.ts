/** @file Table op → shape and element type of its result. A node that breaks its op's law is never made. */
import { sizeOf, type DType } from '../tensor/tensor.ts'
import type { AnyValue, OpAttributes, OpKind } from './value.ts'

export interface ValueType {
  readonly shape: readonly number[]
  readonly dtype: DType
}

type ShapeRule<K extends OpKind> = (inputs: readonly AnyValue[], attributes: OpAttributes[K]) => ValueType

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** The shape two broadcast to, by numpy's rule. @throws RangeError where they do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1)
      throw new RangeError(`${text(a)} and ${text(b)} do not broadcast`)
    return left === 1 ? right : left
  })
}

/** Rows or columns of a convolution's result. */
export function convolvedLength(length: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((length + 2 * padding - kernel) / stride) + 1
}

const need = (holds: boolean, message: () => string): void => {
  if (!holds) throw new RangeError(message())
}

const floats = (inputs: readonly AnyValue[], count: number): readonly AnyValue[] => {
  need(inputs.length === count, () => `expected ${count} inputs, got ${inputs.length}`)
  for (const value of inputs) need(value.dtype === 'float32', () => `expected float32, got ${value.dtype}`)
  return inputs
}

const shapeAt = (inputs: readonly AnyValue[], index: number): readonly number[] => inputs[index]?.shape ?? []

const binary =
  (dtype: DType) =>
  (inputs: readonly AnyValue[]): ValueType => {
    need(
      inputs.length === 2 && inputs[0]?.dtype === inputs[1]?.dtype,
      () => 'expected two inputs of one type',
    )
    return { shape: broadcastShapes(shapeAt(inputs, 0), shapeAt(inputs, 1)), dtype }
  }

const arithmetic = (inputs: readonly AnyValue[]): ValueType => binary('float32')(floats(inputs, 2))
const unary = (inputs: readonly AnyValue[]): ValueType => {
  floats(inputs, 1)
  return { shape: shapeAt(inputs, 0), dtype: 'float32' }
}

const reduced = (
  inputs: readonly AnyValue[],
  { axes, keep }: { axes: readonly number[]; keep: boolean },
): ValueType => {
  const shape = shapeAt(floats(inputs, 1), 0)
  need(
    new Set(axes).size === axes.length &&
      axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length),
    () => `axes ${text(axes)} do not fit ${text(shape)}`,
  )
  const result = keep
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis))
  return { shape: result, dtype: 'float32' }
}

const channels = (x: readonly number[], slope: readonly number[]): void =>
  need(
    x.length >= 2 && slope.length === 1 && slope[0] === x[1],
    () => `slope ${text(slope)} does not fit ${text(x)}`,
  )

const rank4 = (shape: readonly number[], what: string): readonly [number, number, number, number] => {
  const [a, b, c, d] = shape
  if (shape.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new RangeError(`expected ${what} of four axes, got ${text(shape)}`)
  }
  return [a, b, c, d]
}

/** The table; total over the op set. */
export const shapeRules: { readonly [K in OpKind]: ShapeRule<K> } = {
  input: () => {
    throw new RangeError('inputs carry their own shape; use `input(name, shape)`')
  },
  constant: () => {
    throw new RangeError('constants carry their own shape; use `constant(shape, data)`')
  },
  add: arithmetic,
  subtract: arithmetic,
  multiply: arithmetic,
  divide: arithmetic,
  maximum: arithmetic,
  minimum: arithmetic,
  negate: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  abs: unary,
  floor: unary,
  cos: unary,
  sin: unary,
  acos: unary,
  sigmoid: unary,
  greater: (inputs) => binary('bool')(inputs),
  equal: (inputs) => binary('bool')(inputs),
  select: (inputs) => {
    need(inputs.length === 3 && inputs[0]?.dtype === 'bool', () => 'expected a bool condition and two values')
    floats(inputs.slice(1), 2)
    return {
      shape: broadcastShapes(shapeAt(inputs, 0), broadcastShapes(shapeAt(inputs, 1), shapeAt(inputs, 2))),
      dtype: 'float32',
    }
  },
  cast: (inputs, { to }) => ({ shape: shapeAt(inputs, 0), dtype: to }),
  stopGradient: unary,
  reshape: (inputs, { shape }) => {
    need(
      inputs.length === 1 && sizeOf(shape) === sizeOf(shapeAt(inputs, 0)),
      () => `${text(shapeAt(inputs, 0))} cannot be seen as ${text(shape)}`,
    )
    return { shape, dtype: inputs[0]?.dtype ?? 'float32' }
  },
  transpose: (inputs, { permutation }) => {
    const shape = shapeAt(floats(inputs, 1), 0)
    need(
      permutation.length === shape.length && shape.every((_, axis) => permutation.includes(axis)),
      () => `${text(permutation)} is no permutation of the axes of ${text(shape)}`,
    )
    return { shape: permutation.map((axis) => shape[axis] ?? 1), dtype: 'float32' }
  },
  broadcast: (inputs, { shape }) => {
    const from = shapeAt(floats(inputs, 1), 0)
    need(
      sameShape(broadcastShapes(from, shape), shape),
      () => `${text(from)} does not broadcast to ${text(shape)}`,
    )
    return { shape, dtype: 'float32' }
  },
  slice: (inputs, { starts, ends, steps }) => {
    const shape = shapeAt(floats(inputs, 1), 0)
    need(
      [starts, ends, steps].every((list) => list.length === shape.length),
      () => `slice of ${text(shape)} needs a start, end and step for each axis`,
    )
    const result = shape.map((length, axis) => {
      const [start, end, step] = [starts[axis] ?? 0, ends[axis] ?? length, steps[axis] ?? 1]
      need(
        start >= 0 && start < end && end <= length && step >= 1,
        () => `slice ${start}:${end}:${step} is outside axis ${axis} of ${text(shape)}`,
      )
      return Math.ceil((end - start) / step)
    })
    return { shape: result, dtype: 'float32' }
  },
  pad: (inputs, { before, after, inner }) => {
    const shape = shapeAt(floats(inputs, 1), 0)
    const all = [before, after, inner]
    need(
      all.every((list) => list.length === shape.length && list.every((n) => n >= 0)),
      () => `pad of ${text(shape)} needs three counts for each axis`,
    )
    return {
      shape: shape.map(
        (n, axis) => n + (n - 1) * (inner[axis] ?? 0) + (before[axis] ?? 0) + (after[axis] ?? 0),
      ),
      dtype: 'float32',
    }
  },
  concat: (inputs, { axis }) => {
    const first = shapeAt(floats(inputs, inputs.length), 0)
    need(
      inputs.length > 0 &&
        inputs.every(
          (value) =>
            value.shape.length === first.length && value.shape.every((n, a) => a === axis || n === first[a]),
        ),
      () => `cannot join ${inputs.map((value) => text(value.shape)).join(', ')} along axis ${axis}`,
    )
    const joined = inputs.reduce((sum, value) => sum + (value.shape[axis] ?? 0), 0)
    return { shape: first.map((n, a) => (a === axis ? joined : n)), dtype: 'float32' }
  },
  sum: reduced,
  max: reduced,
  matmul: (inputs, { transposeA, transposeB }) => {
    floats(inputs, 2)
    const [a, b] = [shapeAt(inputs, 0), shapeAt(inputs, 1)]
    const rank = a.length
    const [m, k] = transposeA ? [a[rank - 1], a[rank - 2]] : [a[rank - 2], a[rank - 1]]
    const [k2, n] = transposeB ? [b[rank - 1], b[rank - 2]] : [b[rank - 2], b[rank - 1]]
    need(
      rank >= 2 && b.length === rank && k === k2 && sameShape(a.slice(0, -2), b.slice(0, -2)),
      () => `cannot multiply ${text(a)} by ${text(b)}`,
    )
    return { shape: [...a.slice(0, -2), m ?? 1, n ?? 1], dtype: 'float32' }
  },
  oneHot: (inputs, { depth }) => {
    const shape = shapeAt(inputs, 0)
    need(
      inputs.length === 1 && inputs[0]?.dtype === 'int32' && shape.length === 1,
      () => 'expected int32 labels [N]',
    )
    return { shape: [shape[0] ?? 1, depth], dtype: 'float32' }
  },
  conv2d: (inputs, { stride, padding }) => {
    floats(inputs, 2)
    const [n, i, h, w] = rank4(shapeAt(inputs, 0), 'x')
    const [o, i2, k, k2] = rank4(shapeAt(inputs, 1), 'w')
    need(
      i === i2 && k === k2,
      () => `weights ${text(shapeAt(inputs, 1))} do not fit ${text(shapeAt(inputs, 0))}`,
    )
    const [rows, columns] = [convolvedLength(h, k, stride, padding), convolvedLength(w, k, stride, padding)]
    need(rows > 0 && columns > 0, () => `${text([h, w])} is too small for a ${k}×${k} kernel`)
    return { shape: [n, o, rows, columns], dtype: 'float32' }
  },
  conv2dInputGradient: (inputs, { stride, padding, height, width }) => {
    floats(inputs, 2)
    const [n, o, rows, columns] = rank4(shapeAt(inputs, 0), 'dy')
    const [o2, i, k] = rank4(shapeAt(inputs, 1), 'w')
    need(
      o === o2 &&
        convolvedLength(height, k, stride, padding) === rows &&
        convolvedLength(width, k, stride, padding) === columns,
      () =>
        `dy ${text(shapeAt(inputs, 0))} and w ${text(shapeAt(inputs, 1))} do not come from ${height}×${width}`,
    )
    return { shape: [n, i, height, width], dtype: 'float32' }
  },
  conv2dWeightGradient: (inputs, { stride, padding, kernel }) => {
    floats(inputs, 2)
    const [n, i, h, w] = rank4(shapeAt(inputs, 0), 'x')
    const [n2, o, rows, columns] = rank4(shapeAt(inputs, 1), 'dy')
    need(
      n === n2 &&
        convolvedLength(h, kernel, stride, padding) === rows &&
        convolvedLength(w, kernel, stride, padding) === columns,
      () => `dy ${text(shapeAt(inputs, 1))} does not come from ${text(shapeAt(inputs, 0))}`,
    )
    return { shape: [o, i, kernel, kernel], dtype: 'float32' }
  },
  prelu: (inputs) => {
    floats(inputs, 2)
    channels(shapeAt(inputs, 0), shapeAt(inputs, 1))
    return { shape: shapeAt(inputs, 0), dtype: 'float32' }
  },
  preluInputGradient: (inputs) => {
    floats(inputs, 3)
    channels(shapeAt(inputs, 0), shapeAt(inputs, 1))
    need(
      sameShape(shapeAt(inputs, 0), shapeAt(inputs, 2)),
      () => `dy ${text(shapeAt(inputs, 2))} does not fit x ${text(shapeAt(inputs, 0))}`,
    )
    return { shape: shapeAt(inputs, 0), dtype: 'float32' }
  },
  preluSlopeGradient: (inputs) => {
    floats(inputs, 2)
    const [x, dy] = [shapeAt(inputs, 0), shapeAt(inputs, 1)]
    need(x.length >= 2 && sameShape(x, dy), () => `dy ${text(dy)} does not fit x ${text(x)}`)
    return { shape: [x[1] ?? 1], dtype: 'float32' }
  },
}
