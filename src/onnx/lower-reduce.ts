/** @file Sums and maxima over axes; of a blocked tensor they are taken where it lies. */
import type { Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { viewShape } from './lower-elementwise.ts'
import { blockedDomain, int, ints, plain, type EmitContext, type Lowering } from './lowering.ts'

type Reduced = Value<'sum'> | Value<'max'>

/** Since opset 13 sums take their axes as an input; maxima do so only since 18. */
const reduce = (context: EmitContext, node: Reduced, name: string, axes: readonly number[]): string => {
  const keepdims = int(node.attributes.keep ? 1 : 0)
  return node.kind === 'max'
    ? context.op('ReduceMax', [name], { axes: ints(axes), keepdims })
    : context.op('ReduceSum', [name, context.constant([axes.length], axes)], { keepdims })
}

// below this a runtime's own running sum in single precision is exact enough
const longSum = 8192

/** The largest divisor of n that is at most √n. */
const rowsOf = (n: number): number => {
  for (let rows = Math.floor(Math.sqrt(n)); rows > 1; rows--) if (n % rows === 0) return rows
  return 1
}

/**
 * The sum of all elements, by rows about as long as there are rows: a runtime adds up in single precision one after the
 * other, which loses 2·10⁻³ of 4·10⁷ squares. No second pass over the data: a row is summed where the whole would be.
 */
const total = (context: EmitContext, node: Value<'sum'>, name: string, size: number): string => {
  const rows = size < longSum ? 1 : rowsOf(size)
  const all = node.inputs[0]?.shape.map((_, axis) => axis) ?? []
  if (rows === 1) return reduce(context, node, name, all)
  const table = context.reshape(name, [rows, size / rows], false)
  const sums = context.op('ReduceSum', [table, context.constant([1], [1])], { keepdims: int(0) })
  const sum = context.op('ReduceSum', [sums, context.constant([1], [0])], { keepdims: int(0) })
  return context.reshape(sum, node.shape, false)
}

/** Axes of [N, C/B, H·W, B] that stand for those of [N, C, H, W]; undefined where the result would be blocked too. */
const viewAxes = (axes: readonly number[]): number[] | undefined => {
  const channels = axes.includes(1)
  const pixels = axes.includes(2)
  if (pixels !== axes.includes(3) || (!pixels && !channels)) return undefined
  return [
    ...(axes.includes(0) ? [0] : []),
    ...(channels ? [1] : []),
    ...(pixels ? [2] : []),
    ...(channels ? [3] : []),
  ]
}

/** The sums [C] over images and pixels of a blocked tensor: the runtime's pooling is its fastest way over the pixels. */
export function channelSums(context: EmitContext, name: string, shape: readonly number[]): string {
  const [n = 1, c = 1, h = 1, w = 1] = shape
  const means = context.op('GlobalAveragePool', [name], {}, blockedDomain)
  const pixels = context.once(`${h * w} × 1 × ${n}`, () =>
    context.constant([1, n], new Float32Array(n).fill(h * w)),
  )
  const sums = context.op('Gemm', [pixels, context.reshape(means, [n, c], false)])
  return context.reshape(sums, [c], false)
}

const overImagesAndPixels = (axes: readonly number[]): boolean =>
  axes.length === 3 && [0, 2, 3].every((axis) => axes.includes(axis))

const emitReduced = (context: EmitContext, node: Reduced): void => {
  const [x] = node.inputs
  if (x === undefined) return
  const { axes } = node.attributes
  if (axes.length === 0) {
    // an empty list of axes would mean all of them
    context.set(node, context.get(x))
    return
  }
  if (axes.length === x.shape.length) {
    // the order of the elements does not matter: any layout will do
    const layout = (['blocked-weight', 'blocked'] as const).find((candidate) => context.has(x, candidate))
    const name = context.get(x, layout)
    const reduced =
      node.kind === 'sum' ? total(context, node, name, sizeOf(x.shape)) : reduce(context, node, name, axes)
    context.set(node, reduced)
    return
  }
  const inView = context.has(x, 'blocked') ? viewAxes(axes) : undefined
  if (inView === undefined) {
    context.set(node, reduce(context, node, context.get(x), axes))
    return
  }
  if (node.kind === 'sum' && overImagesAndPixels(axes)) {
    const sums = channelSums(context, context.get(x, 'blocked'), x.shape)
    context.set(node, context.reshape(sums, node.shape, false))
    return
  }
  const seen = context.reshape(context.get(x, 'blocked'), viewShape(x.shape, context.target.blockSize), false)
  context.set(node, context.reshape(reduce(context, node, seen, inView), node.shape, false))
}

export const lowerSum: readonly Lowering<'sum'>[] = [plain(emitReduced)]
export const lowerMax: readonly Lowering<'max'>[] = [plain(emitReduced)]
