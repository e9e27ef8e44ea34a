/**
 * @file The gradient of the weights as one blocked convolution: images stand where channels stood, the output's
 * gradient is the kernel, and a block of input channels lies along each row, so that the runtime's kernel has wide
 * rows to work on. A step of the kernel along a row is a whole block: a dilation.
 */
import type { Value } from '../graph/value.ts'
import { isBlocked } from './lower-blocked.ts'
import { axes4, two } from './lower-convolution.ts'
import { emitPad } from './lower-shape.ts'
import { blockedDomain, int, ints, type EmitContext, type Lowering } from './lowering.ts'

export const ceilTo = (length: number, block: number): number => Math.ceil(length / block) * block

/** Zero images up to a whole block of them. */
export const wholeBlocks = (context: EmitContext, name: string, shape: readonly number[]): string => {
  const [n = 1] = shape
  const missing = ceilTo(n, context.target.blockSize) - n
  return emitPad(
    context,
    name,
    shape.map(() => 0),
    shape.map((_, axis) => (axis === 0 ? missing : 0)),
  )
}

/** x as [I/q, N/B, H, W·q, Bn]: q channels of a block (all where there are fewer) along each row, images inmost. */
const asActivation = (context: EmitContext, x: Value, q: number): string => {
  const [n, i, height, width] = axes4(x)
  const block = context.target.blockSize
  const blocks = ceilTo(n, block) / block
  const size = i * height * width
  const layout = q === block ? 'blocked' : 'plain'
  const whole = wholeBlocks(context, context.get(x, layout), x.shape)
  const inmost = context.op(
    'ReorderInput',
    [context.reshape(whole, [blocks, block, size, 1], false)],
    {},
    blockedDomain,
  )
  const [shape, perm] =
    layout === 'blocked'
      ? [
          [blocks, i / q, height * width * q * block],
          [1, 0, 2],
        ]
      : [
          [blocks, i, height * width, block],
          [0, 2, 1, 3],
        ]
  return context.op('Transpose', [context.reshape(inmost, shape, false)], { perm: ints(perm) })
}

/** dy as a kernel: [O/B, N/B, H', W', Bn, Bo]. */
export const asKernel = (context: EmitContext, dy: Value): string => {
  const [n, o, rows, columns] = axes4(dy)
  const block = context.target.blockSize
  const blocks = ceilTo(n, block) / block
  const whole = wholeBlocks(context, context.get(dy, 'blocked'), dy.shape)
  const apart = context.reshape(whole, [blocks, block, o / block, rows * columns, block], false)
  const turned = context.op('Transpose', [apart], { perm: ints([2, 0, 3, 1, 4]) })
  return context.reshape(turned, [o, blocks * block, rows, columns], false)
}

export const weightGradientBlocked: Lowering<'conv2dWeightGradient'> = {
  name: 'blocked',
  fits: (node, target) => {
    const [n, i] = axes4(node.inputs[0])
    const [, o] = axes4(node.inputs[1])
    const block = target.blockSize
    // half a block of images is as few as can be filled up with zeros and still pay
    return isBlocked(target) && o % block === 0 && (i < block || i % block === 0) && n >= block / 2
  },
  emit: (context, node) => {
    const [x, dy] = two(node)
    const [n, i, height, width] = axes4(x)
    const [, o, rows, columns] = axes4(dy)
    const { stride, padding, kernel } = node.attributes
    const block = context.target.blockSize
    const q = Math.min(i, block)
    const images = ceilTo(n, block)
    const end = (length: number, from: number): number => (from - 1) * stride + kernel - padding - length
    const [below, right] = [end(height, rows), end(width, columns)]
    // padding inside a row would take the kernel's slow path for most of the few outputs: it is written out instead
    const cells = context.reshape(
      asActivation(context, x, q),
      [(i / q) * (images / block), height, width, q * block],
      false,
    )
    const padded = emitPad(context, cells, [0, 0, padding, 0], [0, Math.min(below, 0), right, 0])
    const activation = context.reshape(
      padded,
      [i / q, images, height + Math.min(below, 0), (width + padding + right) * q],
      false,
    )
    const attributes = {
      kernel_shape: ints([rows, columns]),
      dilations: ints([stride, stride * q]),
      strides: ints([1, 1]),
      pads: ints([padding, 0, Math.max(below, 0), 0]),
      group: int(1),
    }
    const taps = context.op('Conv', [activation, asKernel(context, dy)], attributes, blockedDomain)
    const area = kernel * kernel
    if (q === block) {
      const apart = context.reshape(taps, [i / block, o / block, area * block * block], false)
      const turned = context.op('Transpose', [apart], { perm: ints([1, 0, 2]) })
      context.set(node, context.reshape(turned, node.shape, false), 'blocked-weight')
      return
    }
    const apart = context.reshape(taps, [o / block, area, i, block], false)
    const turned = context.op('Transpose', [apart], { perm: ints([0, 3, 2, 1]) })
    context.set(node, context.reshape(turned, node.shape, false))
  },
}
