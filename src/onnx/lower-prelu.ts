/** @file PReLU forwards and backwards. */
import type { Value } from '../graph/value.ts'
import { isBlocked } from './lower-blocked.ts'
import { channelSums } from './lower-reduce.ts'
import { layoutFits } from './layout.ts'
import {
  blockedDomain,
  floats,
  int,
  ints,
  plain,
  text,
  type Attributes,
  type EmitContext,
  type Lowering,
  type Target,
} from './lowering.ts'

/** One number for each channel, shaped so that it broadcasts against x [N, C, …]. */
export function perChannel(context: EmitContext, slope: Value, x: Value): string {
  return context.reshape(context.get(slope), [slope.shape[0] ?? 1, ...x.shape.slice(2).map(() => 1)], false)
}

const inputs = (node: Value): readonly [Value, Value, Value] => {
  const [a, b, c = b] = node.inputs
  if (a === undefined || b === undefined || c === undefined) throw new Error(`${node.kind} lacks an input`)
  return [a, b, c]
}

export const preluPlain: Lowering<'prelu'> = plain((context, node) => {
  const [x, slope] = inputs(node)
  context.set(node, context.op('PRelu', [context.get(x), perChannel(context, slope, x)]))
})

export const preluInputGradientPlain: Lowering<'preluInputGradient'> = plain((context, node) => {
  const [x, slope, dy] = inputs(node)
  const positive = context.op('Greater', [context.get(x), context.constant([], Float32Array.of(0))])
  const weakened = context.op('Mul', [context.get(dy), perChannel(context, slope, x)])
  context.set(node, context.op('Where', [positive, context.get(dy), weakened]))
})

export const preluSlopeGradientPlain: Lowering<'preluSlopeGradient'> = plain((context, node) => {
  const [x, dy] = inputs(node)
  const negative = context.op('Min', [context.get(x), context.constant([], Float32Array.of(0))])
  const product = context.op('Mul', [context.get(dy), negative])
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1)
  context.set(
    node,
    context.op('ReduceSum', [product, context.constant([axes.length], axes)], { keepdims: int(0) }),
  )
})

/** A number for every channel times a blocked tensor, in one pass: a depthwise 1×1 convolution. */
const scaled = (
  context: EmitContext,
  [name, factors, ...more]: readonly [string, string, ...string[]],
  channels: number,
  attributes: Attributes = {},
): string =>
  context.op(
    'Conv',
    [name, context.reshape(factors, [channels, 1, 1, 1], false), ...more],
    {
      kernel_shape: ints([1, 1]),
      strides: ints([1, 1]),
      pads: ints([0, 0, 0, 0]),
      group: int(channels),
      ...attributes,
    },
    blockedDomain,
  )

const numbers = (context: EmitContext, value: number, count = 1): string =>
  context.once(`${value} × ${count}`, () =>
    context.constant(count === 1 ? [] : [count], new Float32Array(count).fill(value)),
  )

/** min(x, 0): all that the way back needs of x. */
const negativePart = (context: EmitContext, x: Value): string =>
  context.op('Min', [context.get(x, 'blocked'), numbers(context, 0)])

const lessOne = (context: EmitContext, slope: Value): string =>
  context.op('Sub', [context.get(slope), numbers(context, 1)])

const fitsBlocked = (x: Value | undefined, target: Target): boolean =>
  isBlocked(target) && x !== undefined && layoutFits(x.shape, 'blocked', target.blockSize)

/**
 * x + (1 − slope)·max(−x, 0) in standard operators: between convolutions with constant weights the runtime keeps this in
 * its blocked layout, which it leaves for a PRelu.
 */
export const preluDepthwise: Lowering<'prelu'> = {
  name: 'depthwise',
  fits: (node, target) => target.frozen === true && target.device === 'cpu' && node.shape.length === 4,
  emit: (context, node) => {
    const [x, slope] = inputs(node)
    const channels = slope.shape[0] ?? 1
    const attributes = { kernel_shape: ints([1, 1]), group: int(channels) }
    const scale = (name: string, factors: string): string =>
      context.op('Conv', [name, context.reshape(factors, [channels, 1, 1, 1], false)], attributes)
    const negative = context.op('Relu', [scale(context.get(x), numbers(context, -1, channels))])
    const rest = context.op('Sub', [numbers(context, 1), context.get(slope)])
    context.set(node, context.op('Add', [scale(negative, rest), context.get(x)]))
  },
}

/** x + (slope − 1)·min(x, 0). */
export const preluBlocked: Lowering<'prelu'> = {
  name: 'blocked',
  fits: (node, target) => fitsBlocked(node.inputs[0], target),
  emit: (context, node) => {
    const [x, slope] = inputs(node)
    const parts = [negativePart(context, x), lessOne(context, slope), '', context.get(x, 'blocked')] as const
    context.set(node, scaled(context, parts, slope.shape[0] ?? 1), 'blocked')
  },
}

/** dy·(1 + (slope − 1)·[x < 0]); the step is a hard sigmoid so steep that nothing lies on its slope. */
export const preluInputGradientBlocked: Lowering<'preluInputGradient'> = {
  name: 'blocked',
  fits: (node, target) => fitsBlocked(node.inputs[0], target),
  emit: (context, node) => {
    const [x, slope, dy] = inputs(node)
    const channels = slope.shape[0] ?? 1
    const steep = { activation: text('HardSigmoid'), activation_params: floats([1e30, 0]) }
    const minus = numbers(context, -1, channels)
    const isNegative = scaled(context, [negativePart(context, x), minus], channels, steep)
    const one = numbers(context, 1, channels)
    const mask = scaled(context, [isNegative, lessOne(context, slope), one], channels)
    context.set(node, context.op('Mul', [context.get(dy, 'blocked'), mask]), 'blocked')
  },
}

export const preluSlopeGradientBlocked: Lowering<'preluSlopeGradient'> = {
  name: 'blocked',
  fits: (node, target) => fitsBlocked(node.inputs[0], target),
  emit: (context, node) => {
    const [x, dy] = inputs(node)
    const product = context.op('Mul', [context.get(dy, 'blocked'), negativePart(context, x)])
    context.set(node, channelSums(context, product, x.shape))
  },
}
