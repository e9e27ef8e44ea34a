/** @file Addition: a convolution that nothing else reads adds a bias or a residual by itself. */
import { sameShape } from '../graph/shape.ts'
import type { Value } from '../graph/value.ts'
import { emitElementwise } from './lower-elementwise.ts'
import { plain, type Addition, type EmitContext, type Lowering } from './lowering.ts'

/** The vector [O] that `value` spreads over [1, O, 1, 1], if it does. */
const biasOf = (value: Value, shape: readonly number[]): Value | undefined => {
  const [vector] = value.inputs
  const spread = sameShape(value.shape, [1, shape[1] ?? 1, 1, 1])
  return value.kind === 'reshape' && spread && vector?.shape.length === 1 ? vector : undefined
}

const additionOf = (value: Value, shape: readonly number[]): Addition | undefined => {
  if (sameShape(value.shape, shape)) return { residual: value }
  const bias = biasOf(value, shape)
  return bias && { bias }
}

const absorbed = (context: EmitContext, node: Value, pending: Value, other: Value): boolean => {
  if (!context.isPending(pending) || !sameShape(pending.shape, node.shape)) return false
  const addition = additionOf(other, node.shape)
  const sum = addition && context.absorb(pending, addition)
  if (sum === undefined) return false
  context.set(node, sum.name, sum.layout)
  return true
}

export const lowerAdd: readonly Lowering<'add'>[] = [
  plain((context, node) => {
    const [a, b] = node.inputs
    if (a === undefined || b === undefined) return
    if (absorbed(context, node, a, b) || absorbed(context, node, b, a)) return
    emitElementwise(context, node, 'Add')
  }),
]
