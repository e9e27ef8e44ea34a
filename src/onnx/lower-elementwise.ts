/** @file Element-wise operations: they run in whatever layout their operands already have. */
import { sameShape } from '../graph/shape.ts'
import type { OpKind, Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { layoutFits } from './layout.ts'
import { plain, type EmitContext, type Lowering } from './lowering.ts'

/** The blocked form of a 4-D shape as element-wise operators see it: [N, C/B, H·W, B]. */
export function viewShape(shape: readonly number[], block: number): number[] {
  const [n = 1, c = 1, h = 1, w = 1] = shape
  return [n, c / block, h * w, block]
}

/** A blocked value as [N, C/B, H·W, B]. */
export function view(context: EmitContext, value: Value): string {
  return context.reshape(
    context.get(value, 'blocked'),
    viewShape(value.shape, context.target.blockSize),
    false,
  )
}

/** Back from the view: the same numbers under their nominal shape. */
export function unview(context: EmitContext, name: string, shape: readonly number[]): string {
  return context.reshape(name, shape, false)
}

/** `value` without the repetition along axes that the user repeats anyway. */
const unrepeated = (value: Value, shape: readonly number[]): Value => {
  const inner = value.kind === 'broadcast' ? value.inputs[0] : undefined
  return inner === undefined || inner.shape.length > shape.length ? value : unrepeated(inner, shape)
}

/** The operands with needless repetitions taken away; one of them keeps the full shape where none has it. */
const operandsOf = (node: Value): Value[] => {
  const bare = node.inputs.map((value) => unrepeated(value, node.shape))
  const covered = node.shape.every((length, axis) =>
    bare.some((value) => (value.shape[axis - node.shape.length + value.shape.length] ?? 1) === length),
  )
  return covered && bare.some((value) => value.shape.length === node.shape.length) ? bare : [...node.inputs]
}

/** How an operand of a blocked result is seen next to its view; undefined where it cannot be. */
const operandView = (
  context: EmitContext,
  value: Value,
  shape: readonly number[],
): (() => string) | undefined => {
  const [n = 1, c = 1, h = 1, w = 1] = shape
  const block = context.target.blockSize
  if (sizeOf(value.shape) === 1) return () => context.get(value)
  const padded = [...new Array<number>(4 - value.shape.length).fill(1), ...value.shape]
  const [vn = 1, vc = 1, vh = 1, vw = 1] = padded
  if ((vn !== 1 && vn !== n) || (vh === h && vw === w) === (vh === 1 && vw === 1 && h * w !== 1))
    return undefined
  if (vc === 1) return () => context.reshape(context.get(value), [vn, 1, vh * vw, 1], false)
  if (vc !== c) return undefined
  if (vh * vw === 1) return () => context.reshape(context.get(value), [vn, c / block, 1, block], false)
  return value.shape.length === 4 ? () => view(context, value) : undefined
}

const emitBlocked = (context: EmitContext, node: Value, operands: readonly Value[], op: string): boolean => {
  const { shape } = node
  if (!layoutFits(shape, 'blocked', context.target.blockSize)) return false
  const full = operands.filter((value) => sameShape(value.shape, shape))
  if (!full.some((value) => context.has(value, 'blocked'))) return false
  if (full.length === operands.length) {
    const names = operands.map((value) => context.get(value, 'blocked'))
    context.set(node, context.op(op, names), 'blocked')
    return true
  }
  const views = operands.map((value) => operandView(context, value, shape))
  if (views.includes(undefined)) return false
  const names = views.map((make) => make?.() ?? '')
  context.set(node, unview(context, context.op(op, names), shape), 'blocked')
  return true
}

/** Parameters and what is computed from them alone keep the layout of the weights. */
const emitWeight = (context: EmitContext, node: Value, operands: readonly Value[], op: string): boolean => {
  if (!operands.some((value) => context.has(value, 'blocked-weight'))) return false
  const fits = (value: Value): boolean => sameShape(value.shape, node.shape) || sizeOf(value.shape) === 1
  if (!operands.every(fits)) return false
  const names = operands.map((value) =>
    sameShape(value.shape, node.shape) ? context.get(value, 'blocked-weight') : context.get(value),
  )
  context.set(node, context.op(op, names), 'blocked-weight')
  return true
}

/** Emits `node` as the element-wise operator `op` over its inputs. */
export function emitElementwise(context: EmitContext, node: Value, op: string): void {
  const operands = operandsOf(node)
  // a pending operand is emitted now, so that its layout is known
  for (const value of operands) context.settle(value)
  if (emitWeight(context, node, operands, op) || emitBlocked(context, node, operands, op)) return
  context.set(
    node,
    context.op(
      op,
      operands.map((value) => context.get(value)),
    ),
  )
}

/** The lowering of an operation that is one ONNX operator, element by element. */
export function elementwise<K extends OpKind>(op: string): readonly Lowering<K>[] {
  return [plain<K>((context, node) => emitElementwise(context, node, op))]
}
