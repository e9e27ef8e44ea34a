/** @file What the emitter wants to know of a graph beforehand: users, values left to them, the open batch axis. */
import type { AnyValue, Value } from '../graph/value.ts'

/** The users of each value, graph outputs aside, in order; a user that takes it twice is listed twice. */
export function usersOf(order: readonly AnyValue[]): Map<Value, Value[]> {
  const users = new Map<Value, Value[]>(order.map((value) => [value, []]))
  for (const value of order) for (const from of value.inputs) users.get(from)?.push(value)
  return users
}

/** Convolutions whose only user adds something to them: the convolution can do that itself, so it waits for the add. */
export function leftToUser(order: readonly AnyValue[], outputs: readonly AnyValue[]): Set<Value> {
  const users = usersOf(order)
  const kept = new Set(outputs)
  const left = order.filter((value) => {
    if (value.kind !== 'conv2d' && value.kind !== 'conv2dInputGradient') return false
    const [user, another] = users.get(value) ?? []
    return user?.kind === 'add' && another === undefined && !kept.has(value)
  })
  return new Set<Value>(left)
}

/** The values whose leading axis counts samples, where that of the fed inputs is left open. */
export function batchValues(order: readonly AnyValue[], isFed: (name: string) => boolean): Set<Value> {
  const batch = new Set<Value>()
  const keeps = (value: AnyValue): boolean => {
    const from = (index: number): boolean => {
      const input = value.inputs[index]
      return input !== undefined && batch.has(input)
    }
    switch (value.kind) {
      case 'input':
        return value.shape.length > 0 && isFed(value.attributes.name)
      case 'sum':
      case 'max':
        return from(0) && !value.attributes.axes.includes(0)
      case 'matmul':
        return value.shape.length > 2 ? from(0) || from(1) : from(0) && !value.attributes.transposeA
      default:
        return value.inputs.some((_, index) => from(index))
    }
  }
  for (const value of order) if (keeps(value)) batch.add(value)
  return batch
}
