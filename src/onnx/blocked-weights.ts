/** @file Weights as the blocked convolution wants them, and turned for the way back. */
import { layoutFits } from './layout.ts'
import { axes4 } from './lower-convolution.ts'
import { blockedDomain, int, ints, type EmitContext } from './lowering.ts'
import type { Value } from '../graph/value.ts'

/** Weights [O, I, k, k] for a convolution that reads blocked channels: [O/B, I/B, k, k, Bi, Bo]. */
export function forwardWeights(context: EmitContext, w: Value): string {
  return context.get(w, 'blocked-weight')
}

/** Weights [O, I, k, k], I less than a block, for a convolution that reads plain pixels: [O/B, I, k, k, Bo]. */
export function firstWeights(context: EmitContext, w: Value): string {
  const [o, i, kernel] = axes4(w)
  const block = context.target.blockSize
  const apart = context.reshape(context.get(w), [o / block, block, i, kernel * kernel], false)
  const turned = context.op('Transpose', [apart], { perm: ints([0, 2, 3, 1]) })
  return context.reshape(turned, [o, i, kernel, kernel], false)
}

/**
 * Every block of the weights turned over its diagonal: [O/B, I/B, k·k, Bo, Bi].
 * The runtime's own reordering of channels is its fastest transposition.
 */
export function turnedBlocks(context: EmitContext, w: Value): string {
  const [o, i, side] = axes4(w)
  const block = context.target.blockSize
  const squares = (o * i * side * side) / (block * block)
  const apart = context.reshape(context.get(w, 'blocked-weight'), [squares, block, block, 1], false)
  return context.op('ReorderInput', [apart], {}, blockedDomain)
}

/** Chosen taps of the weights for a convolution from outputs to inputs: [I/B, O/B, taps, Bo, Bi]. */
export function backwardWeights(
  context: EmitContext,
  w: Value,
  taps: readonly number[],
  kernel: readonly [number, number],
): string {
  const [o, i, side] = axes4(w)
  const block = context.target.blockSize
  const shape = [o / block, i / block, side * side, block * block]
  const apart = context.reshape(turnedBlocks(context, w), shape, false)
  const swapped = context.op('Transpose', [apart], { perm: ints([1, 0, 2, 3]) })
  const picked = context.op('Gather', [swapped, context.constant([taps.length], taps)], { axis: int(2) })
  return context.reshape(picked, [i, o, ...kernel], false)
}

/** Whether weights of this shape can be blocked on both sides. */
export function bothBlocked(w: Pick<Value, 'shape'> | undefined, blockSize: number): boolean {
  return w !== undefined && layoutFits(w.shape, 'blocked-weight', blockSize)
}
