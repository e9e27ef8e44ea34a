/** @file Sums and maxima over axes; of a blocked tensor they are taken where it lies. */
import type { Value } from '../graph/value.ts'
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
    context.set(node, reduce(context, node, context.get(x, layout), axes))
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
