/** @file Convolution's three passes in standard ONNX. */
import type { Convolution, Value } from '../graph/value.ts'
import { emitDilate, emitSlice } from './lower-shape.ts'
import { int, ints, plain, type Attributes, type EmitContext, type Lowering } from './lowering.ts'

/** Attributes of ONNX's Conv; `end` is the padding below and to the right where it differs. */
export function convAttributes({ stride, padding }: Convolution, kernel: number): Attributes {
  return {
    kernel_shape: ints([kernel, kernel]),
    strides: ints([stride, stride]),
    pads: ints([padding, padding, padding, padding]),
    group: int(1),
  }
}

/** Lengths of a 4-D value's axes. */
export function axes4(value: Value | undefined): readonly [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = value?.shape ?? []
  return [a, b, c, d]
}

/** The two inputs of a convolution pass. */
export function two(node: Value): readonly [Value, Value] {
  const [a, b] = node.inputs
  if (a === undefined || b === undefined) throw new Error(`${node.kind} has two inputs`)
  return [a, b]
}

const emitConv = (context: EmitContext, node: Value<'conv2d'>, bias?: Value): string => {
  const [x, w] = two(node)
  const [, , kernel] = axes4(w)
  const inputs = [x, w, ...(bias === undefined ? [] : [bias])].map((value) => context.get(value))
  return context.op('Conv', inputs, convAttributes(node.attributes, kernel))
}

export const convPlain: Lowering<'conv2d'> = {
  ...plain((context, node) => context.set(node, emitConv(context, node))),
  emitSum: (context, node, addition) =>
    'bias' in addition ? { name: emitConv(context, node, addition.bias), layout: 'plain' } : undefined,
}

/** Weights turned by half a turn, inputs and outputs swapped: [O, I, k, k] → [I, O, k, k]. */
const rotated = (context: EmitContext, w: Value): string => {
  const [o, i, kernel] = axes4(w)
  const flat = context.reshape(context.get(w), [o, i, kernel * kernel], false)
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => kernel * kernel - 1 - tap)
  const turned = context.op('Gather', [flat, context.constant([taps.length], taps)], { axis: int(2) })
  const swapped = context.op('Transpose', [turned], { perm: ints([1, 0, 2]) })
  return context.reshape(swapped, [i, o, kernel, kernel], false)
}

/** A convolution of dy, spread out by the stride, with the turned weights. */
export const inputGradientPlain: Lowering<'conv2dInputGradient'> = plain((context, node) => {
  const [dy, w] = two(node)
  const [, , kernel] = axes4(w)
  const { stride, padding, height, width } = node.attributes
  const [, , rows, columns] = axes4(dy)
  const spread = emitDilate(context, context.get(dy), dy.shape, [0, 0, stride - 1, stride - 1])
  const lengths = [(rows - 1) * stride + 1, (columns - 1) * stride + 1]
  const [down = 1, across = 1] = lengths
  const before = kernel - 1 - padding
  const after = [height - down + padding, width - across + padding]
  // a padding wider than the kernel means that the rim of dy reaches no pixel
  const cut = [0, 0, Math.max(-before, 0), Math.max(-before, 0)]
  const ends = [
    dy.shape[0] ?? 1,
    dy.shape[1] ?? 1,
    ...lengths.map((n, axis) => n + Math.min(after[axis] ?? 0, 0)),
  ]
  const inner = emitSlice(context, spread, [...ends.slice(0, 2), down, across], cut, ends)
  const pads = [before, before, ...after].map((count) => Math.max(count, 0))
  const attributes = { kernel_shape: ints([kernel, kernel]), pads: ints(pads), group: int(1) }
  context.set(node, context.op('Conv', [inner, rotated(context, w)], attributes))
})

const swapFirst = (context: EmitContext, name: string): string =>
  context.op('Transpose', [name], { perm: ints([1, 0, 2, 3]) })

/** A convolution of x with dy, images standing where channels stand: [I, N, H, W] * [O, N, H', W'] → [I, O, k, k]. */
export const weightGradientPlain: Lowering<'conv2dWeightGradient'> = plain((context, node) => {
  const [x, dy] = two(node)
  const [, i, height, width] = axes4(x)
  const [, o, rows, columns] = axes4(dy)
  const { stride, padding, kernel } = node.attributes
  const attributes = {
    kernel_shape: ints([rows, columns]),
    dilations: ints([stride, stride]),
    pads: ints([padding, padding, padding, padding]),
    group: int(1),
  }
  const name = context.op(
    'Conv',
    [swapFirst(context, context.get(x)), swapFirst(context, context.get(dy))],
    attributes,
  )
  // rows and columns that the stride never reached give extra taps
  const down = height + 2 * padding - (rows - 1) * stride
  const across = width + 2 * padding - (columns - 1) * stride
  const taps = emitSlice(context, name, [i, o, down, across], [0, 0, 0, 0], [i, o, kernel, kernel])
  context.set(node, swapFirst(context, taps))
})
