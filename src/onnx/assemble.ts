/** @file The last pass of the emitter: outputs get their names, what nobody needs is dropped. */
import type { OnnxInitializer, OnnxNode } from './model.ts'

/** An output's name in the model, and the tensor that it is. */
export interface Result {
  readonly port: string
  readonly from: string
}

const named = (nodes: readonly OnnxNode[], results: readonly Result[]): OnnxNode[] => {
  const produced = new Set(nodes.flatMap((node) => node.outputs))
  const ports = new Map<string, string>()
  const copies: OnnxNode[] = []
  for (const { port, from } of results) {
    // inputs, constants and tensors that are an output already cannot be renamed
    if (produced.has(from) && !ports.has(from)) ports.set(from, port)
    else
      copies.push({ op: 'Identity', inputs: [from], outputs: [port], attributes: {}, name: `output/${port}` })
  }
  const rename = (name: string): string => ports.get(name) ?? name
  return [...nodes, ...copies].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }))
}

/** Nodes and constants of the finished model. */
export function assemble(
  nodes: readonly OnnxNode[],
  initializers: ReadonlyMap<string, OnnxInitializer>,
  results: readonly Result[],
): { nodes: OnnxNode[]; initializers: Map<string, OnnxInitializer> } {
  const needed = new Set(results.map(({ port }) => port))
  const alive: OnnxNode[] = []
  for (const node of named(nodes, results).toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    for (const name of node.inputs) needed.add(name)
    alive.push(node)
  }
  return {
    nodes: alive.toReversed(),
    initializers: new Map([...initializers].filter(([name]) => needed.has(name))),
  }
}
