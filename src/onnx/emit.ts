/** @file Graph → ONNX: every value is emitted once, by the lowering the plan chose for it. */
import { atOnce, type Pieces } from '../base/breather.ts'
import { valuesOf } from '../graph/order.ts'
import type { Graph, Value } from '../graph/value.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { bytesOf } from '../base/bytes.ts'
import { batchValues, leftToUser } from './analyse.ts'
import { createEmission } from './context.ts'
import type { Device } from './device.ts'
import { encodeOnnx } from './encode.ts'
import { assemble } from './assemble.ts'
import { layoutFits, packLayout } from './layout.ts'
import { blockedDomain, signatureOf, type Target } from './lowering.ts'
import { candidates, emitNode, emitSum } from './lowerings.ts'
import type { OnnxInitializer, OnnxPort } from './model.ts'
import type { Layout, Plan } from './plan.ts'
import type { EmittedProgram, ProgramTensor } from './program.ts'

export interface EmitOptions {
  readonly device: Device
  /** Leaves the leading axis of the fed inputs open, under the name `N`. @defaultValue false */
  readonly dynamicBatch?: boolean
  /** Graph inputs that become constants of the model, canonical. */
  readonly constants?: ReadonlyMap<string, Tensor>
  /** @defaultValue `cosface` */
  readonly producer?: string
  readonly metadata?: Readonly<Record<string, string>>
}

// the newest that old runtimes and all execution providers read
const opset = 17

/** Emits a graph as an ONNX model. @throws RangeError where the plan or the constants do not fit the graph. */
export function emitProgram(graph: Graph, plan: Plan, options: EmitOptions): EmittedProgram {
  return atOnce(emitting(graph, plan, options))
}

// values emitted between two rests
const piece = 100

/** The same in pieces. */
export function* emitting(graph: Graph, plan: Plan, options: EmitOptions): Pieces<EmittedProgram> {
  const fixed = options.constants ?? new Map<string, Tensor>()
  const target: Target = { device: options.device, blockSize: plan.blockSize, frozen: fixed.size > 0 }
  const order = valuesOf(graph)
  const ends = Object.entries(graph.outputs)
  const batch =
    options.dynamicBatch === true ? batchValues(order, (name) => !fixed.has(name)) : new Set<Value>()
  const pending = leftToUser(order, Object.values(graph.outputs))
  const emission = createEmission({
    target,
    batch,
    pending,
    choose: (value) => plan.lowerings[signatureOf(value)] ?? candidates(value, target)[0] ?? 'plain',
    emit: (value) => emitOne(value),
    absorb: (value, addition) => emitSum(context, value, context.choice(value), addition),
  })
  const { context } = emission

  function emitOne(value: Value): void {
    emission.at(value.label ?? value.kind)
    emitNode(context, value, context.choice(value))
  }

  const layoutOf = (name: string, shape: readonly number[]): Layout => {
    const layout = plan.layouts[name] ?? 'plain'
    if (!layoutFits(shape, layout, plan.blockSize)) {
      throw new RangeError(
        `The plan keeps ${name} [${shape.join(', ')}] ${layout}, which its shape does not allow`,
      )
    }
    return layout
  }

  const inputs: ProgramTensor[] = []
  const constants = new Map<string, OnnxInitializer>()
  const ports: OnnxPort[] = []
  for (const [index, value] of order.entries()) {
    if (index % piece === 0) yield
    if (value.kind === 'constant') {
      context.set(value, context.constant(value.shape, value.attributes.data))
    } else if (value.kind === 'input') {
      const { name } = value.attributes
      const { shape, dtype } = value
      const layout = layoutOf(name, shape)
      context.set(value, name, layout)
      const held = fixed.get(name)
      if (held !== undefined) {
        const bytes = bytesOf(packLayout({ shape, data: held.data }, layout, plan.blockSize))
        constants.set(name, { dtype, shape, bytes })
      } else {
        inputs.push({ name, port: name, shape, dtype, layout })
        ports.push({ name, dtype, shape: openShape(value, batch) })
      }
    } else if (!pending.has(value)) {
      emitOne(value)
    }
  }

  const taken = new Set([...inputs.map(({ name }) => name), ...constants.keys()])
  const outputs = ends.map(([name, value]): ProgramTensor => {
    const layout = layoutOf(name, value.shape)
    return {
      name,
      port: taken.has(name) ? `${name}:next` : name,
      shape: value.shape,
      dtype: value.dtype,
      layout,
    }
  })
  const results = outputs.map(({ name, port, layout }) => ({
    port,
    from: context.get(output(graph, name), layout),
  }))
  yield
  const { nodes, initializers } = assemble(
    emission.nodes,
    new Map([...constants, ...emission.initializers]),
    results,
  )
  yield
  const blocked = nodes.some((node) => node.domain === blockedDomain)
  const model = encodeOnnx({
    name: graph.name,
    producer: options.producer ?? 'cosface',
    opsets: blocked ? { '': opset, [blockedDomain]: 1 } : { '': opset },
    inputs: ports,
    outputs: outputs.map(({ name, port, dtype }) => ({
      name: port,
      dtype,
      shape: openShape(output(graph, name), batch),
    })),
    nodes,
    initializers,
    metadata: options.metadata ?? {},
  })
  return { model, inputs, outputs }
}

function output(graph: Graph, name: string): Value {
  const value = graph.outputs[name]
  if (value === undefined) throw new RangeError(`the graph ${graph.name} has no output ${name}`)
  return value
}

function openShape(value: Value, batch: ReadonlySet<Value>): (number | string)[] {
  return batch.has(value) ? ['N', ...value.shape.slice(1)] : [...value.shape]
}
