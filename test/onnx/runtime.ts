/** @file Emitted programs run on ONNX Runtime, straight and synchronously awaited; for tests of the emitter alone. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { interpret } from '../../src/graph/interpret.ts'
import type { Graph } from '../../src/graph/value.ts'
import { emitProgram, type EmitOptions } from '../../src/onnx/emit.ts'
import { atOnce } from '../../src/base/breather.ts'
import { packLayout, unpacking } from '../../src/onnx/layout.ts'
import type { Plan } from '../../src/onnx/plan.ts'
import { probeBlockSize } from '../../src/onnx/probe.ts'
import type { EmittedProgram } from '../../src/onnx/program.ts'

export type HostFeed = Float32Array | Int32Array

/** Runs a program; arrays go in and come out as they lie in the model. */
export async function runProgram(
  program: EmittedProgram,
  feeds: readonly HostFeed[],
): Promise<readonly (Float32Array | Int32Array | Uint8Array)[]> {
  const session = await InferenceSession.create(program.model, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'extended',
    logSeverityLevel: 3,
  })
  const inputs = program.inputs.map(({ port, dtype, shape }, index) => {
    const data = feeds[index]
    if (data === undefined) throw new Error(`no feed for ${port}`)
    return [port, new OrtTensor(dtype, data, shape)] as const
  })
  const results = await session.run(Object.fromEntries(inputs))
  await session.release()
  return program.outputs.map(({ port }) => {
    const data = results[port]?.data
    if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data
    throw new Error(`no numbers for ${port}`)
  })
}

/** A graph's results on ONNX Runtime, canonical. */
export async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, HostFeed>>,
  plan: Plan,
  options: EmitOptions = { device: 'cpu' },
): Promise<Map<string, { shape: readonly number[]; data: ArrayLike<number> }>> {
  const program = emitProgram(graph, plan, options)
  const inputs = program.inputs.map(({ name, shape, layout }) => {
    const data = feeds[name]
    if (data === undefined) throw new Error(`no feed for ${name}`)
    return data instanceof Float32Array ? packLayout({ shape, data }, layout, plan.blockSize) : data
  })
  const outputs = await runProgram(program, inputs)
  const results = new Map<string, { shape: readonly number[]; data: ArrayLike<number> }>()
  program.outputs.forEach(({ name, shape, layout }, index) => {
    const data = outputs[index] ?? new Float32Array()
    const canonical =
      data instanceof Float32Array
        ? {
            shape,
            data: atOnce(unpacking(new Float32Array(data.length), data, shape, layout, plan.blockSize)),
          }
        : { shape, data }
    results.set(name, canonical)
  })
  return results
}

/** The largest error of ONNX Runtime against the interpreter, relative to the largest number of each result. */
export async function errorAgainstInterpreter(
  graph: Graph,
  feeds: Readonly<Record<string, HostFeed>>,
  plan: Plan,
  options?: EmitOptions,
): Promise<number> {
  const wanted = interpret(graph, feeds)
  const got = await runGraph(graph, feeds, plan, options)
  let worst = 0
  for (const [name, { shape, data }] of Object.entries(wanted)) {
    const other = got.get(name)
    if (other === undefined || other.data.length !== data.length || String(other.shape) !== String(shape))
      return Infinity
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    data.forEach((value, index) => {
      const error = Math.abs(value - (other.data[index] ?? Number.NaN)) / scale
      // a NaN is as wrong as can be, unless it is wanted
      if (!(error <= worst)) worst = Number.isNaN(error) ? (Number.isNaN(value) ? worst : Infinity) : error
    })
  }
  return worst
}

/** The block size of the runtime on this machine; 1 where it has no blocked layout. */
export function blockSizeHere(): Promise<number> {
  return probeBlockSize(async (program, inputs) => {
    const floats = inputs.map((array) => (array instanceof Uint8Array ? Int32Array.from(array) : array))
    return runProgram(program, floats)
  })
}
