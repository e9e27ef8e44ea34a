/**
 * @file 3×3 convolutions of stride 1 by Winograd's F(2×2, 3×3): 16 products in place of 36. Each of the sixteen
 * transformed inputs is a depthwise 2×2 convolution, each product a pointwise one, all on the blocked layout.
 */
import type { Value } from '../graph/value.ts'
import { four, inputPairs, weightMatrix, type Pair } from './winograd.ts'
import { bothBlocked, turnedBlocks } from './blocked-weights.ts'
import { isBlocked } from './lower-blocked.ts'
import { interleaved } from './interleave.ts'
import { axes4, two } from './lower-convolution.ts'
import { emitSlice } from './lower-shape.ts'
import {
  blockedDomain,
  int,
  ints,
  type Addition,
  type EmitContext,
  type Lowering,
  type Placed,
} from './lowering.ts'

/** One of the sixteen transformed inputs: [N, C, ⌈H/2⌉, ⌈W/2⌉], blocked. */
const transformed = (
  context: EmitContext,
  x: string,
  shape: readonly number[],
  down: Pair,
  across: Pair,
): string => {
  const [, channels = 1, height = 1, width = 1] = shape
  const values = down.signs.flatMap((row) => across.signs.map((column) => row * column))
  const { blockSize } = context.target
  const filter = context.once(`pairs ${channels} ${values.join(' ')}`, () =>
    context.constant(
      [channels, 1, 2, 2],
      Float32Array.from({ length: channels * 4 }, (_, at) => values[Math.floor(at / blockSize) % 4] ?? 0),
    ),
  )
  const end = (length: number, { at, apart }: Pair): number =>
    2 * Math.ceil(length / 2) - 2 + at + apart - length
  const attributes = {
    kernel_shape: ints([2, 2]),
    dilations: ints([down.apart, across.apart]),
    strides: ints([2, 2]),
    pads: ints([1 - down.at, 1 - across.at, end(height, down), end(width, across)]),
    group: int(channels),
  }
  return context.op('Conv', [x, filter], attributes, blockedDomain)
}

/** The sixteen transformed weights, each for a pointwise convolution; `taps` are [9, to/B, from/B, B·B]. */
const transformedWeights = (
  context: EmitContext,
  taps: string,
  [to, from]: readonly [number, number],
  turned: boolean,
): ((row: number, column: number) => string) => {
  const size = to * from
  const constant = context.constant([16, 9], weightMatrix(turned))
  const all = context.op('MatMul', [constant, context.reshape(taps, [9, size], false)])
  return (row, column) => {
    const at = row * 4 + column
    return context.reshape(
      emitSlice(context, all, [16, size], [at, 0], [at + 1, size]),
      [to, from, 1, 1],
      false,
    )
  }
}

const pointwise = {
  kernel_shape: ints([1, 1]),
  strides: ints([1, 1]),
  pads: ints([0, 0, 0, 0]),
  group: int(1),
}

/** The convolution of x [N, C, H, W] by weights that are already transformed: [N, O, H, W], blocked. */
const emitProducts = (
  context: EmitContext,
  x: Value,
  outputs: number,
  weights: (row: number, column: number) => string,
): string => {
  const [n, , height, width] = axes4(x)
  const block = context.target.blockSize
  const source = context.get(x, 'blocked')
  const product = (row: number, column: number, sum?: string): string => {
    const [down, across] = [inputPairs[row], inputPairs[column]]
    if (down === undefined || across === undefined) throw new RangeError('there are four rows and columns')
    const inputs = [transformed(context, source, x.shape, down, across), weights(row, column)]
    return context.op('Conv', sum === undefined ? inputs : [...inputs, '', sum], pointwise, blockedDomain)
  }
  // Aᵀ = [1 1 1 0; 0 1 −1 −1] from both sides; the outer rows are added by the convolutions themselves
  const columns = four.map((column) => {
    const [first, second] = [product(1, column), product(2, column)]
    const upper = product(0, column, context.op('Add', [first, second]))
    const lower = product(3, column, context.op('Sub', [first, second]))
    return [upper, lower] as const
  })
  const lines = ([0, 1] as const).map((row) => {
    const [a = '', b = '', c = '', d = ''] = columns.map((column) => column[row])
    const left = context.op('Add', [context.op('Add', [b, c]), a])
    const right = context.op('Add', [context.op('Sub', [b, c]), d])
    return [left, right]
  })
  const [tilesDown, tilesAcross] = [Math.ceil(height / 2), Math.ceil(width / 2)]
  const images = (n * outputs) / block
  const whole = interleaved(context, lines, images, tilesDown, tilesAcross)
  const padded = [images, tilesDown * 2, tilesAcross * 2, block]
  const cut = emitSlice(context, whole, padded, [0, 0, 0, 0], [images, height, width, block])
  return context.reshape(cut, [n, outputs, height, width], false)
}

/** Weights as [9, O/B, I/B, B·B] (or the other way round, blocks turned), taps outermost. */
const tapsFirst = (context: EmitContext, w: Value, turned: boolean): string => {
  const [o, i] = axes4(w)
  const block = context.target.blockSize
  const blocks = turned ? turnedBlocks(context, w) : context.get(w, 'blocked-weight')
  const apart = context.reshape(blocks, [o / block, i / block, 9, block * block], false)
  return context.op('Transpose', [apart], { perm: ints(turned ? [2, 1, 0, 3] : [2, 0, 1, 3]) })
}

const withResidual = (context: EmitContext, addition: Addition, make: () => string): Placed | undefined =>
  'residual' in addition
    ? { name: context.op('Add', [make(), context.get(addition.residual, 'blocked')]), layout: 'blocked' }
    : undefined

const forward = (context: EmitContext, node: Value<'conv2d'>): string => {
  const [x, w] = two(node)
  const [o, i] = axes4(w)
  return emitProducts(context, x, o, transformedWeights(context, tapsFirst(context, w, false), [o, i], false))
}

const backward = (context: EmitContext, node: Value<'conv2dInputGradient'>): string => {
  const [dy, w] = two(node)
  const [o, i] = axes4(w)
  return emitProducts(context, dy, i, transformedWeights(context, tapsFirst(context, w, true), [i, o], true))
}

const fits = (stride: number, padding: number, w: Value | undefined): boolean =>
  stride === 1 && padding === 1 && w?.shape[2] === 3

/** Forwards. */
export const convWinograd: Lowering<'conv2d'> = {
  name: 'blocked-winograd',
  fits: ({ attributes: { stride, padding }, inputs: [, w] }, target) =>
    isBlocked(target) && fits(stride, padding, w) && bothBlocked(w, target.blockSize),
  emit: (context, node) => context.set(node, forward(context, node), 'blocked'),
  emitSum: (context, node, addition) => withResidual(context, addition, () => forward(context, node)),
}

/** Back to the input: the same with the weights turned by half a turn. */
export const inputGradientWinograd: Lowering<'conv2dInputGradient'> = {
  name: 'blocked-winograd',
  fits: ({ attributes: { stride, padding }, inputs: [, w] }, target) =>
    isBlocked(target) && fits(stride, padding, w) && bothBlocked(w, target.blockSize),
  emit: (context, node) => context.set(node, backward(context, node), 'blocked'),
  emitSum: (context, node, addition) => withResidual(context, addition, () => backward(context, node)),
}
