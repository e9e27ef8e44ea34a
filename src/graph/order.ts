import type { AnyValue, Graph } from './value.ts'

/** Every value that `outputs` need, each after its inputs; the order depends on nothing but the graph. */
export function inOrder(outputs: readonly AnyValue[]): AnyValue[] {
  const done = new Set<AnyValue>()
  const order: AnyValue[] = []
  // an explicit stack: networks of a thousand layers must not overflow the call stack
  const stack: { value: AnyValue; next: number }[] = []
  const visit = (value: AnyValue): void => {
    if (!done.has(value)) stack.push({ value, next: 0 })
  }
  for (const output of outputs) {
    visit(output)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top.value.inputs[top.next++]
      if (child !== undefined) {
        visit(child)
        continue
      }
      stack.pop()
      if (done.has(top.value)) continue
      done.add(top.value)
      order.push(top.value)
    }
  }
  return order
}

/** The values of a graph, inputs before users. */
export function valuesOf(graph: Graph): AnyValue[] {
  return inOrder(Object.values(graph.outputs))
}

/** The inputs a graph is fed, by name. @throws RangeError where one name stands for two different inputs. */
export function inputsOf(graph: Graph): Map<string, AnyValue> {
  const inputs = new Map<string, AnyValue>()
  for (const value of valuesOf(graph)) {
    if (value.kind !== 'input') continue
    const { name } = value.attributes
    if (inputs.has(name)) throw new RangeError(`the graph ${graph.name} has two inputs named ${name}`)
    inputs.set(name, value)
  }
  return inputs
}
