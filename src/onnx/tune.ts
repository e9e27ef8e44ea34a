/** @file Measuring lowerings: each operation alone, in every way it can be said, in the layouts it has inside a step. */
import { anyValue } from '../graph/node.ts'
import type { AnyValue, Graph, OpKind, Value } from '../graph/value.ts'
import * as ops from '../graph/ops.ts'
import { choicesOf } from './choose.ts'
import type { Device } from './device.ts'
import { emitProgram } from './emit.ts'
import { layoutFits } from './layout.ts'
import { signatureOf } from './lowering.ts'
import { candidates } from './lowerings.ts'
import type { Layout } from './plan.ts'
import type { EmittedProgram } from './program.ts'
import { preferred } from './rules.ts'

export interface TuneOptions {
  readonly device: Device
  readonly blockSize: number
  /** Seconds of one run of a program; the caller warms up and takes a robust middle of several. */
  readonly time: (program: EmittedProgram) => Promise<number>
  /** Told of every measurement as it is made. */
  readonly onMeasured?: (measurement: Measurement) => void
  readonly signal?: AbortSignal
}

export interface Measurement {
  readonly signature: string
  readonly lowering: string
  readonly seconds: number
  /** Whether it is the table's choice. */
  readonly preferred: boolean
}

export interface Tuning {
  /** Operation signature → lowering, where measuring disagrees with the table: `overrides` of `choosePlan`. */
  readonly overrides: Readonly<Record<string, string>>
  readonly measurements: readonly Measurement[]
}

/** How much faster a measured lowering must be to displace the table's choice. */
export const displacement = 0.9

const layoutOf = (shape: readonly number[], isWeight: boolean, blockSize: number): Layout => {
  const layout: Layout = isWeight ? 'blocked-weight' : 'blocked'
  return layoutFits(shape, layout, blockSize) ? layout : 'plain'
}

const withInputs = <K extends OpKind>(node: Value<K>, inputs: readonly AnyValue[]): Value<K> =>
  Object.freeze({ ...node, inputs })

/** The operation alone: its inputs fed, in the layouts they would have among other blocked operations. */
const alone = (node: AnyValue, blockSize: number): { graph: Graph; layouts: Record<string, Layout> } => {
  const inputs = node.inputs.map((value, index) => ops.input(`input${index}`, value.shape, value.dtype))
  const readsWeights = node.kind === 'conv2d' || node.kind === 'conv2dInputGradient'
  const layouts = Object.fromEntries(
    inputs.map(({ attributes: { name }, shape }, index) => [
      name,
      layoutOf(shape, readsWeights && index === 1, blockSize),
    ]),
  )
  return {
    graph: { name: signatureOf(node), outputs: { output: anyValue(withInputs(node, inputs)) } },
    layouts: { ...layouts, output: layoutOf(node.shape, node.kind === 'conv2dWeightGradient', blockSize) },
  }
}

/** Measures every lowering of every distinct operation of the graphs. @throws the signal's reason when aborted */
export async function tune(graphs: readonly Graph[], options: TuneOptions): Promise<Tuning> {
  const { device, time, onMeasured, signal } = options
  const target = { device, blockSize: device === 'cpu' ? options.blockSize : 1 }
  const measurements: Measurement[] = []
  const overrides: Record<string, string> = {}
  for (const [signature, node] of choicesOf(graphs, target)) {
    const names = candidates(node, target)
    const usual = preferred(node, names, device)
    const { graph, layouts } = alone(node, target.blockSize)
    const seconds = new Map<string, number>()
    for (const lowering of names) {
      signal?.throwIfAborted()
      const plan = { blockSize: target.blockSize, lowerings: { [signature]: lowering }, layouts }
      const taken = await time(emitProgram(graph, plan, { device }))
      seconds.set(lowering, taken)
      const measurement = { signature, lowering, seconds: taken, preferred: lowering === usual }
      measurements.push(measurement)
      onMeasured?.(measurement)
    }
    const best = names.reduce(
      (a, b) => ((seconds.get(b) ?? Infinity) < (seconds.get(a) ?? Infinity) ? b : a),
      usual,
    )
    const limit = (seconds.get(usual) ?? Infinity) * displacement
    if ((seconds.get(best) ?? Infinity) <= limit && best !== usual) overrides[signature] = best
  }
  return { overrides, measurements }
}
