/** @file Equal values become one; steps that change nothing disappear. The numbers stay what they were. */
import { anyValue } from './node.ts'
import { valuesOf } from './order.ts'
import { sameShape } from './shape.ts'
import type { AnyValue, Graph, OpKind, Value } from './value.ts'

const isConstant = (value: AnyValue | undefined, number: number): boolean =>
  value?.kind === 'constant' && value.attributes.data.length === 1 && value.attributes.data[0] === number

/** The input a node merely repeats, if it does. */
const repeats = (value: AnyValue): AnyValue | undefined => {
  const [a, b] = value.inputs
  const same = (from: AnyValue | undefined): AnyValue | undefined =>
    from !== undefined && sameShape(from.shape, value.shape) && from.dtype === value.dtype ? from : undefined
  if (value.kind === 'reshape' || value.kind === 'broadcast' || value.kind === 'cast') return same(a)
  if (value.kind === 'transpose')
    return value.attributes.permutation.every((from, axis) => from === axis) ? a : undefined
  if (value.kind === 'multiply') return isConstant(b, 1) ? same(a) : isConstant(a, 1) ? same(b) : undefined
  if (value.kind === 'divide' || value.kind === 'subtract')
    return isConstant(b, value.kind === 'divide' ? 1 : 0) ? same(a) : undefined
  if (value.kind === 'add') return isConstant(b, 0) ? same(a) : isConstant(a, 0) ? same(b) : undefined
  return undefined
}

/** A chain of reshapes is its last one. */
const withoutChain = (inputs: readonly AnyValue[], kind: OpKind): readonly AnyValue[] => {
  const [first] = inputs
  return kind === 'reshape' && first?.kind === 'reshape' ? first.inputs : inputs
}

/** The same graph with common parts shared and idle steps removed. */
export function simplify(graph: Graph): Graph {
  const ids = new Map<AnyValue, number>()
  const known = new Map<string, AnyValue>()
  const replaced = new Map<AnyValue, AnyValue>()
  const idOf = (value: AnyValue): number => {
    const id = ids.get(value) ?? ids.size
    ids.set(value, id)
    return id
  }
  const rebuilt = <K extends OpKind>(value: Value<K>, inputs: readonly AnyValue[]): Value<K> =>
    Object.freeze({ ...value, inputs })
  for (const value of valuesOf(graph)) {
    const inputs = withoutChain(
      value.inputs.map((from) => replaced.get(from) ?? from),
      value.kind,
    )
    const changed =
      inputs.length !== value.inputs.length || inputs.some((from, index) => from !== value.inputs[index])
    const candidate: AnyValue = changed ? anyValue(rebuilt(value, inputs)) : value
    const kept = repeats(candidate)
    if (kept !== undefined) {
      replaced.set(value, kept)
      continue
    }
    const big = candidate.kind === 'constant' && candidate.attributes.data.length > 64
    const attributes =
      candidate.kind === 'constant' ? [...candidate.attributes.data.subarray(0, 64)] : candidate.attributes
    const key = big
      ? `#${idOf(candidate)}`
      : JSON.stringify([candidate.kind, inputs.map(idOf), attributes, candidate.shape, candidate.dtype])
    const twin = known.get(key)
    if (twin === undefined) known.set(key, candidate)
    replaced.set(value, twin ?? candidate)
  }
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, value]) => [name, replaced.get(value) ?? value]),
  )
  return { name: graph.name, outputs }
}
