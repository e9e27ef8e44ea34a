/** @file Matrix products, and the one-hot rows they are often taken with. */
import type { Value } from '../graph/value.ts'
import { int, ints, plain, type EmitContext, type Lowering } from './lowering.ts'

const turned = (context: EmitContext, value: Value, turn: boolean): string => {
  const name = context.get(value)
  const last = value.shape.length - 1
  if (!turn) return name
  const perm = value.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis))
  return context.op('Transpose', [name], { perm: ints(perm) })
}

export const lowerMatmul: readonly Lowering<'matmul'>[] = [
  plain((context, node) => {
    const [a, b] = node.inputs
    if (a === undefined || b === undefined) return
    const { transposeA, transposeB } = node.attributes
    if (node.shape.length === 2) {
      const attributes = { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) }
      context.set(node, context.op('Gemm', [context.get(a), context.get(b)], attributes))
      return
    }
    context.set(node, context.op('MatMul', [turned(context, a, transposeA), turned(context, b, transposeB)]))
  }),
]

export const lowerOneHot: readonly Lowering<'oneHot'>[] = [
  // ONNX's OneHot reads −1 as the last class; a comparison gives such labels a row of zeros
  plain((context, node) => {
    const [labels] = node.inputs
    if (labels === undefined) return
    const { depth } = node.attributes
    const column = context.op('Unsqueeze', [context.get(labels), context.constant([1], [1])])
    const classes = context.constant(
      [1, depth],
      Int32Array.from({ length: depth }, (_, index) => index),
    )
    context.set(node, context.op('Cast', [context.op('Equal', [column, classes])], { to: int(1) }))
  }),
]
