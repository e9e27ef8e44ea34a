/** @file Convolutions on the runtime's blocked layout: forwards, and backwards to the input. */
import type { Value } from '../graph/value.ts'
import { backwardWeights, bothBlocked, firstWeights, forwardWeights } from './blocked-weights.ts'
import { interleaved } from './interleave.ts'
import { axes4, two } from './lower-convolution.ts'
import {
  blockedDomain,
  int,
  ints,
  type Addition,
  type Attributes,
  type EmitContext,
  type Lowering,
  type Target,
} from './lowering.ts'

/** Whether the target has the blocked layout. */
export const isBlocked = (target: Target): boolean => target.device === 'cpu' && target.blockSize > 1

/** The runtime's convolution; bias and residual are its third and fourth input. */
export function blockedConv(
  context: EmitContext,
  x: string,
  w: string,
  attributes: Attributes,
  addition?: Addition,
): string {
  const inputs = [x, w]
  if (addition !== undefined && 'bias' in addition) inputs.push(context.get(addition.bias))
  if (addition !== undefined && 'residual' in addition)
    inputs.push('', context.get(addition.residual, 'blocked'))
  return context.op('Conv', inputs, attributes, blockedDomain)
}

const emitForward = (context: EmitContext, node: Value<'conv2d'>, addition?: Addition): string => {
  const [x, w] = two(node)
  const [, i, kernel] = axes4(w)
  const { stride, padding } = node.attributes
  const attributes = {
    kernel_shape: ints([kernel, kernel]),
    strides: ints([stride, stride]),
    pads: ints([padding, padding, padding, padding]),
    group: int(1),
  }
  // fewer channels than a block holds are read as plain pixels
  const first = i < context.target.blockSize
  const weights = first ? firstWeights(context, w) : forwardWeights(context, w)
  return blockedConv(context, context.get(x, first ? 'plain' : 'blocked'), weights, attributes, addition)
}

export const convBlocked: Lowering<'conv2d'> = {
  name: 'blocked',
  fits: (node, target) => {
    const [o, i] = axes4(node.inputs[1])
    const { blockSize } = target
    return isBlocked(target) && o % blockSize === 0 && (i < blockSize || i % blockSize === 0)
  },
  emit: (context, node) => context.set(node, emitForward(context, node), 'blocked'),
  emitSum: (context, node, addition) => ({ name: emitForward(context, node, addition), layout: 'blocked' }),
}

const emitStraightBack = (
  context: EmitContext,
  node: Value<'conv2dInputGradient'>,
  addition?: Addition,
): string => {
  const [dy, w] = two(node)
  const [, , kernel] = axes4(w)
  const area = kernel * kernel
  const taps = Array.from({ length: area }, (_, tap) => area - 1 - tap)
  const before = kernel - 1 - node.attributes.padding
  const attributes = {
    kernel_shape: ints([kernel, kernel]),
    strides: ints([1, 1]),
    pads: ints([before, before, before, before]),
    group: int(1),
  }
  const weights = backwardWeights(context, w, taps, [kernel, kernel])
  return blockedConv(context, context.get(dy, 'blocked'), weights, attributes, addition)
}

/** Stride 1: a convolution with the weights turned by half a turn. */
export const inputGradientBlocked: Lowering<'conv2dInputGradient'> = {
  name: 'blocked',
  fits: (node, target) => {
    const { stride, padding } = node.attributes
    const [, w] = node.inputs
    const kernel = w?.shape[2] ?? 0
    return isBlocked(target) && stride === 1 && padding < kernel && bothBlocked(w, target.blockSize)
  },
  emit: (context, node) => context.set(node, emitStraightBack(context, node), 'blocked'),
  emitSum: (context, node, addition) => ({
    name: emitStraightBack(context, node, addition),
    layout: 'blocked',
  }),
}

/** One parity of the rows (or columns) of dx: the taps that reach it, and the padding that lines dy up with it. */
interface Phase {
  readonly taps: readonly number[]
  readonly before: number
  readonly after: number
}

const phaseOf = (parity: number, kernel: number, padding: number, length: number, from: number): Phase => {
  const taps: number[] = []
  for (let tap = kernel - 1; tap >= 0; tap--) if ((parity + padding - tap) % 2 === 0) taps.push(tap)
  const offset = (tap: number | undefined): number => (parity + padding - (tap ?? 0)) / 2
  const first = offset(taps[0])
  const last = offset(taps.at(-1))
  return { taps, before: -first, after: length / 2 - 1 + last - (from - 1) }
}

const phasesOf = (node: Value<'conv2dInputGradient'>): { rows: Phase[]; columns: Phase[] } => {
  const [dy, w] = node.inputs
  const { padding, height, width } = node.attributes
  const kernel = w?.shape[2] ?? 1
  const parities = [0, 1]
  return {
    rows: parities.map((parity) => phaseOf(parity, kernel, padding, height, dy?.shape[2] ?? 1)),
    columns: parities.map((parity) => phaseOf(parity, kernel, padding, width, dy?.shape[3] ?? 1)),
  }
}

/** Stride 2: every parity of rows and columns of dx is a small convolution of its own; the four are interleaved. */
export const inputGradientPhases: Lowering<'conv2dInputGradient'> = {
  name: 'blocked-phases',
  fits: (node, target) => {
    const { stride, height, width } = node.attributes
    if (!isBlocked(target) || stride !== 2 || (height % 2) + (width % 2) > 0) return false
    const { rows, columns } = phasesOf(node)
    const whole = [...rows, ...columns].every(
      ({ taps, before, after }) => taps.length > 0 && before >= 0 && after >= 0,
    )
    return whole && bothBlocked(node.inputs[1], target.blockSize)
  },
  emit: (context, node) => {
    const [dy, w] = two(node)
    const [n, i, height, width] = axes4(node)
    const [, , kernel] = axes4(w)
    const { rows, columns } = phasesOf(node)
    const part = (row: Phase, column: Phase): string => {
      const taps = row.taps.flatMap((down) => column.taps.map((across) => down * kernel + across))
      const shape = [row.taps.length, column.taps.length] as const
      const attributes = {
        kernel_shape: ints(shape),
        strides: ints([1, 1]),
        pads: ints([row.before, column.before, row.after, column.after]),
        group: int(1),
      }
      return blockedConv(
        context,
        context.get(dy, 'blocked'),
        backwardWeights(context, w, taps, shape),
        attributes,
      )
    }
    const parts = rows.map((row) => columns.map((column) => part(row, column)))
    const whole = interleaved(context, parts, (n * i) / context.target.blockSize, height / 2, width / 2)
    context.set(node, context.reshape(whole, node.shape, false), 'blocked')
  },
}
