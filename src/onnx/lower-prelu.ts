/** @file PReLU forwards and backwards. */
import type { Value } from '../graph/value.ts'
import { int, plain, type EmitContext, type Lowering } from './lowering.ts'

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
