/** @file Which states live in the layout of the blocked convolution's weights. */
import { inOrder } from '../graph/order.ts'
import { sameShape } from '../graph/shape.ts'
import type { AnyValue, Graph, Value } from '../graph/value.ts'
import { layoutFits } from './layout.ts'
import { signatureOf } from './lowering.ts'
import type { Layout } from './plan.ts'

/** Sets of things that belong together. */
class Groups<T> {
  readonly #parents = new Map<T, T>()

  of(item: T): T {
    const parent = this.#parents.get(item)
    return parent === undefined || parent === item ? item : this.of(parent)
  }

  join(a: T, b: T): void {
    this.#parents.set(this.of(a), this.of(b))
  }
}

/** Whether a blocked convolution reads its second input in the blocked weights' layout. */
const readsBlocked = (value: AnyValue, lowerings: Readonly<Record<string, string>>): boolean =>
  (value.kind === 'conv2d' || value.kind === 'conv2dInputGradient') &&
  lowerings[signatureOf(value)]?.startsWith('blocked') === true

/**
 * States joined by same-shaped arithmetic (a parameter, its momentum, what replaces them) take one layout: the blocked
 * weights' where a blocked convolution reads one of them.
 */
export function stateLayouts(
  graphs: readonly Graph[],
  stateNames: readonly string[],
  lowerings: Readonly<Record<string, string>>,
  blockSize: number,
): Record<string, Layout> {
  const states = new Set(stateNames)
  const groups = new Groups<Value | string>()
  const blocked: Value[] = []
  for (const graph of graphs) {
    for (const value of inOrder(Object.values(graph.outputs))) {
      if (value.kind === 'input' && states.has(value.attributes.name))
        groups.join(value, value.attributes.name)
      const [, weights] = value.inputs
      if (weights !== undefined && readsBlocked(value, lowerings)) blocked.push(weights)
      if (value.shape.length !== 4 || value.kind.startsWith('conv2d')) continue
      for (const from of value.inputs) if (sameShape(from.shape, value.shape)) groups.join(value, from)
    }
    for (const [name, value] of Object.entries(graph.outputs)) if (states.has(name)) groups.join(value, name)
  }
  const chosen = new Set(
    blocked
      .filter((value) => layoutFits(value.shape, 'blocked-weight', blockSize))
      .map((value) => groups.of(value)),
  )
  return Object.fromEntries(
    stateNames.filter((name) => chosen.has(groups.of(name))).map((name) => [name, 'blocked-weight']),
  )
}
