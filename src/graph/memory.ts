/** @file How much a graph holds while it is computed, told from its values alone. */
import { sizeOf } from '../tensor/tensor.ts'
import { valuesOf } from './order.ts'
import type { AnyValue, Graph } from './value.ts'

const bytesOf = ({ shape, dtype }: AnyValue): number => sizeOf(shape) * (dtype === 'bool' ? 1 : 4)

/**
 * The most bytes of computed values that are needed at one time, where each is let go after its last user; what is fed is not
 * counted.
 */
export function mostHeld(graph: Graph): number {
  const order = valuesOf(graph).filter(({ kind }) => kind !== 'input' && kind !== 'constant')
  const lastUser = new Map<AnyValue, AnyValue>()
  for (const value of order) for (const from of value.inputs) lastUser.set(from, value)
  const kept = new Set(Object.values(graph.outputs))
  const computed = new Set(order)
  let held = 0
  let most = 0
  for (const value of order) {
    held += bytesOf(value)
    most = Math.max(most, held)
    for (const from of new Set(value.inputs))
      if (computed.has(from) && !kept.has(from) && lastUser.get(from) === value) held -= bytesOf(from)
  }
  return most
}
