/** @file The legality check of a graph: every node obeys its op's law, wherever it came from. */
import { typeOf } from './node.ts'
import { inputsOf, valuesOf } from './order.ts'
import { sameShape } from './shape.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { AnyValue, Graph, OpKind, Value } from './value.ts'

const recomputed = <K extends OpKind>(
  value: Value<K>,
): { readonly shape: readonly number[]; readonly dtype: string } =>
  typeOf(value.kind, value.inputs, value.attributes)

const problemOf = (value: AnyValue): string | undefined => {
  if (!value.shape.every((length) => Number.isInteger(length) && length > 0))
    return 'has an axis that is no positive integer'
  if (value.kind === 'input') return value.attributes.name === '' ? 'is an input without a name' : undefined
  if (value.kind === 'constant') {
    return value.attributes.data.length === sizeOf(value.shape)
      ? undefined
      : 'holds another number of elements than its shape'
  }
  try {
    const { shape, dtype } = recomputed(value)
    return sameShape(shape, value.shape) && dtype === value.dtype
      ? undefined
      : `claims ${value.dtype}[${value.shape.join(', ')}] where its inputs give ${dtype}[${shape.join(', ')}]`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Checks every node of a graph against the tables. @throws RangeError naming the first node that breaks its law. */
export function verifyGraph(graph: Graph): void {
  inputsOf(graph)
  valuesOf(graph).forEach((value, index) => {
    const problem = problemOf(value)
    if (problem !== undefined) {
      throw new RangeError(
        `graph ${graph.name}: %${index} ${value.kind}${value.label === undefined ? '' : ` (${value.label})`} ${problem}`,
      )
    }
  })
}
