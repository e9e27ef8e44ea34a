/**
 * @file The weights' gradient by Winograd's F(2×2, 3×3): both sides are transformed, sixteen pointwise convolutions over
 * images and tiles in place of channels give sixteen products, which are taken back to nine taps.
 */
import type { Value } from '../graph/value.ts'
import { bothBlocked } from './blocked-weights.ts'
import { isBlocked } from './lower-blocked.ts'
import { axes4, two } from './lower-convolution.ts'
import { asKernel, ceilTo, wholeBlocks } from './lower-weight-gradient.ts'
import { blockedDomain, int, ints, type EmitContext, type Lowering } from './lowering.ts'
import { four, inputPairs, outputPairs, weightMatrix, type Pair } from './winograd.ts'

/** Every second row from `before` rows above the first: a pair of rows added with signs. [batch, rows, columns, B]. */
const paired = (
  context: EmitContext,
  name: string,
  [batch, rows, columns]: readonly [number, number, number],
  { at, apart, signs }: Pair,
  before: number,
): string => {
  const block = context.target.blockSize
  const tiles = Math.ceil(rows / 2)
  const filter = context.once(`pair ${signs.join(' ')}`, () =>
    context.constant(
      [block, 1, 2, 1],
      Float32Array.from({ length: 2 * block }, (_, i) => signs[i < block ? 0 : 1]),
    ),
  )
  const attributes = {
    kernel_shape: ints([2, 1]),
    dilations: ints([apart, 1]),
    strides: ints([2, 1]),
    pads: ints([before - at, 0, (tiles - 1) * 2 + at + apart - before - (rows - 1), 0]),
    group: int(block),
  }
  const shaped = context.reshape(name, [batch, block, rows, columns], false)
  return context.op('Conv', [shaped, filter], attributes, blockedDomain)
}

/** A [batch, H, W·inner, B] tensor's sixteen transforms [batch, ⌈H/2⌉, ⌈W/2⌉, inner, B], by row and column. */
const transforms = (
  context: EmitContext,
  name: string,
  [batch, height, width, inner]: readonly [number, number, number, number],
  pairs: readonly Pair[],
  before: number,
): string[][] =>
  pairs.map((down) => {
    const lines = paired(context, name, [batch, height, width * inner], down, before)
    const rows = batch * Math.ceil(height / 2)
    return pairs.map((across) => paired(context, lines, [rows, width, inner], across, before))
  })

/** x as [N/B, H, W, I, Bn]. */
const imagesInmost = (context: EmitContext, x: Value): string => {
  const [n, i, height, width] = axes4(x)
  const block = context.target.blockSize
  const blocks = ceilTo(n, block) / block
  const whole = wholeBlocks(context, context.get(x, 'blocked'), x.shape)
  const size = i * height * width
  const inmost = context.op(
    'ReorderInput',
    [context.reshape(whole, [blocks, block, size, 1], false)],
    {},
    blockedDomain,
  )
  const apart = context.reshape(inmost, [blocks, i / block, height * width, block * block], false)
  return context.op('Transpose', [apart], { perm: ints([0, 2, 1, 3]) })
}

export const weightGradientWinograd: Lowering<'conv2dWeightGradient'> = {
  name: 'blocked-winograd',
  fits: ({ attributes: { stride, padding, kernel }, inputs: [x, dy], shape }, target) => {
    const [n] = axes4(x)
    return (
      isBlocked(target) &&
      stride === 1 &&
      padding === 1 &&
      kernel === 3 &&
      n >= target.blockSize / 2 &&
      dy !== undefined &&
      bothBlocked({ shape }, target.blockSize)
    )
  },
  emit: (context, node) => {
    const [x, dy] = two(node)
    const [n, i, height, width] = axes4(x)
    const [, o] = axes4(dy)
    const block = context.target.blockSize
    const blocks = ceilTo(n, block) / block
    const tiles = Math.ceil(height / 2) * Math.ceil(width / 2)
    const inputs = transforms(context, imagesInmost(context, x), [blocks, height, width, i], inputPairs, 1)
    const kernel = asKernel(context, dy)
    const outputs = transforms(context, kernel, [(o / block) * blocks, height, width, block], outputPairs, 0)
    const attributes = {
      kernel_shape: ints([1, 1]),
      strides: ints([1, 1]),
      pads: ints([0, 0, 0, 0]),
      group: int(1),
    }
    const products = four.flatMap((row) =>
      four.map((column) => {
        const [activation = '', weights = ''] = [inputs[row]?.[column], outputs[row]?.[column]]
        const shaped = [
          context.reshape(activation, [1, blocks * block * tiles, i / block, block], false),
          context.reshape(weights, [o, blocks * block * tiles, 1, 1], false),
        ]
        return context.reshape(context.op('Conv', shaped, attributes, blockedDomain), [1, o * i], false)
      }),
    )
    const matrix = weightMatrix(false)
    const back = context.constant(
      [9, 16],
      Float32Array.from({ length: 144 }, (_, at) => matrix[(at % 16) * 9 + Math.floor(at / 16)] ?? 0),
    )
    const taps = context.op('MatMul', [back, context.op('Concat', products, { axis: int(0) })])
    const apart = context.reshape(taps, [9, o / block, i / block, block * block], false)
    const turned = context.op('Transpose', [apart], { perm: ints([1, 2, 0, 3]) })
    context.set(node, context.reshape(turned, node.shape, false), 'blocked-weight')
  },
}
