/** @file Operations that move numbers without computing: reshape, transpose, broadcast, slice, pad, concat. */
import { UsageError } from '../base/errors.ts'
import type { Value } from '../graph/value.ts'
import { int, ints, plain, type EmitContext, type Lowering } from './lowering.ts'

const at = (list: readonly number[], axis: number): number => list[axis] ?? 0

/** Refuses what would need the number of samples written down where it is left open. */
const keepsBatch = (context: EmitContext, node: Value, holds: boolean): boolean => {
  const x = node.inputs[0]
  if (x === undefined || !context.isBatch(x)) return false
  if (!holds)
    throw new UsageError(`Expected \`${node.kind}\` to keep the batch axis, which is left open here`)
  return true
}

export const lowerReshape: readonly Lowering<'reshape'>[] = [
  plain((context, node) => {
    const [x] = node.inputs
    if (x === undefined) return
    const batch = keepsBatch(context, node, x.shape[0] === node.shape[0])
    context.set(node, context.reshape(context.get(x), node.shape, batch))
  }),
]

export const lowerTranspose: readonly Lowering<'transpose'>[] = [
  plain((context, node) => {
    const [x] = node.inputs
    if (x === undefined) return
    const { permutation } = node.attributes
    keepsBatch(context, node, permutation[0] === 0)
    context.set(node, context.op('Transpose', [context.get(x)], { perm: ints(permutation) }))
  }),
]

export const lowerBroadcast: readonly Lowering<'broadcast'>[] = [
  plain((context, node) => {
    const [x] = node.inputs
    if (x === undefined) return
    // Expand broadcasts both ways: a 1 keeps the open batch axis as it is
    const batch = context.isBatch(x) && x.shape.length === node.shape.length
    const shape = batch ? [1, ...node.shape.slice(1)] : node.shape
    context.set(node, context.op('Expand', [context.get(x), context.constant([shape.length], shape)]))
  }),
]

/** Slice along the axes where something is left out. */
export function emitSlice(
  context: EmitContext,
  name: string,
  shape: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = shape.map(() => 1),
): string {
  const axes = shape
    .map((_, axis) => axis)
    .filter((axis) => at(starts, axis) > 0 || at(ends, axis) < at(shape, axis) || at(steps, axis) > 1)
  if (axes.length === 0) return name
  const list = (values: readonly number[]): string =>
    context.constant(
      [axes.length],
      axes.map((axis) => at(values, axis)),
    )
  return context.op('Slice', [
    name,
    list(starts),
    list(ends),
    context.constant([axes.length], axes),
    list(steps),
  ])
}

export const lowerSlice: readonly Lowering<'slice'>[] = [
  plain((context, node) => {
    const [x] = node.inputs
    if (x === undefined) return
    const { starts, ends, steps } = node.attributes
    keepsBatch(context, node, x.shape[0] === node.shape[0])
    context.set(node, emitSlice(context, context.get(x), x.shape, starts, ends, steps))
  }),
]

/** Zeros before and after, none between. */
export function emitPad(
  context: EmitContext,
  name: string,
  before: readonly number[],
  after: readonly number[],
): string {
  if ([...before, ...after].every((count) => count === 0)) return name
  return context.op('Pad', [name, context.constant([before.length * 2], [...before, ...after])])
}

/** `inner` zeros between neighbours: each element becomes a row with zeros behind it, the last row's are cut off. */
export function emitDilate(
  context: EmitContext,
  name: string,
  shape: readonly number[],
  inner: readonly number[],
): string {
  if (inner.every((count) => count === 0)) return name
  const apart = shape.flatMap((length, axis) => (at(inner, axis) > 0 ? [length, 1] : [length]))
  const zeros = shape.flatMap((_, axis) => (at(inner, axis) > 0 ? [0, at(inner, axis)] : [0]))
  const rows = emitPad(
    context,
    context.reshape(name, apart, false),
    apart.map(() => 0),
    zeros,
  )
  const grown = shape.map((length, axis) => length * (at(inner, axis) + 1))
  const ends = shape.map((length, axis) => length + (length - 1) * at(inner, axis))
  return emitSlice(
    context,
    context.reshape(rows, grown, false),
    grown,
    grown.map(() => 0),
    ends,
  )
}

export const lowerPad: readonly Lowering<'pad'>[] = [
  plain((context, node) => {
    const [x] = node.inputs
    if (x === undefined) return
    const { before, after, inner } = node.attributes
    const dilates = inner.some((count) => count > 0)
    keepsBatch(context, node, x.shape[0] === node.shape[0] && !dilates)
    context.set(node, emitPad(context, emitDilate(context, context.get(x), x.shape, inner), before, after))
  }),
]

export const lowerConcat: readonly Lowering<'concat'>[] = [
  plain((context, node) => {
    const { axis } = node.attributes
    keepsBatch(context, node, axis !== 0)
    context.set(
      node,
      context.op(
        'Concat',
        node.inputs.map((value) => context.get(value)),
        { axis: int(axis) },
      ),
    )
  }),
]
