/** @file The portable driver: any `onnxruntime-*` module, called in the thread it was loaded in. */
import type { EmittedProgram } from '../onnx/program.ts'
import type { DType } from '../tensor/tensor.ts'
import { resolveShape } from './arrays.ts'
import type { Driver, DriverArray, LoadOptions, OptimizationLevel, Runner } from './driver.ts'
import type { Device } from './session.ts'

/** A tensor of an `onnxruntime-*` module. */
export interface OrtTensor {
  readonly type: string
  readonly data: unknown
}

/** A session of an `onnxruntime-*` module. */
export interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor | undefined>>>
  release(): Promise<void>
}

/** An `onnxruntime-*` module, so far as it is used. */
export interface OrtModule {
  readonly InferenceSession: { create(model: Uint8Array, options: OrtSessionOptions): Promise<OrtSession> }
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, shape: readonly number[]): OrtTensor
    new (type: 'int32', data: Int32Array, shape: readonly number[]): OrtTensor
    new (type: 'bool', data: Uint8Array, shape: readonly number[]): OrtTensor
  }
}

/** Session options by the names that the modules give them. */
export interface OrtSessionOptions {
  readonly executionProviders: readonly string[]
  readonly intraOpNumThreads: number
  readonly interOpNumThreads: number
  readonly graphOptimizationLevel: 'disabled' | 'basic' | 'extended' | 'all'
  readonly enableCpuMemArena: boolean
  readonly enableMemPattern: boolean
  readonly logSeverityLevel: 4
  readonly extra?: Record<string, unknown>
  readonly enableProfiling?: boolean
  readonly profileFilePrefix?: string
}

/** What a driver cannot see in the module. */
export interface PortableOptions {
  /** Name and version: `onnxruntime-node 1.30.0`. */
  readonly runtime: string
  /** The module's name for the processor: `cpu`, or `wasm` on the web. */
  readonly cpuProvider: 'cpu' | 'wasm'
}

const levels: Readonly<Record<OptimizationLevel, OrtSessionOptions['graphOptimizationLevel']>> = {
  none: 'disabled',
  basic: 'basic',
  extended: 'extended',
  all: 'all',
}

/** The driver over a module. */
export function openPortableDriver(ort: OrtModule, { runtime, cpuProvider }: PortableOptions): Driver {
  const provider = (device: Device): string => (device === 'cpu' ? cpuProvider : device)
  return {
    name: 'portable',
    runtime,
    inPlace: false,
    async load(program, options) {
      const session = await ort.InferenceSession.create(
        program.model,
        sessionOptions(provider(options.device), options),
      )
      return runnerOver(ort, session, program)
    },
    async [Symbol.asyncDispose]() {},
  }
}

function sessionOptions(provider: string, options: LoadOptions): OrtSessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: levels[options.optimization ?? 'all'],
    enableCpuMemArena: options.arena ?? true,
    enableMemPattern: options.memoryPattern ?? true,
    logSeverityLevel: 4,
    ...(options.config === undefined ? {} : { extra: nested(options.config) }),
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
  }
}

/** `{ 'session.a_b': '1' }` → `{ session: { a_b: '1' } }`, the form the modules want. */
function nested(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const sections = new Map<string, Record<string, string>>()
  for (const [key, value] of Object.entries(config)) {
    const dot = key.indexOf('.')
    const section = key.slice(0, Math.max(0, dot))
    sections.set(section, { ...sections.get(section), [key.slice(dot + 1)]: value })
  }
  return Object.fromEntries(sections)
}

function runnerOver(ort: OrtModule, session: OrtSession, program: EmittedProgram): Runner {
  let running: Promise<unknown> = Promise.resolve()
  let disposed = false
  const run = async (inputs: readonly DriverArray[]): Promise<readonly DriverArray[]> => {
    const feeds = Object.fromEntries(
      program.inputs.map(({ name, port, shape }, i) => {
        const array = inputs[i]
        if (array === undefined) throw new RangeError(`No array for input \`${name}\``)
        return [port, tensorOver(ort, array, resolveShape(name, shape, array.length))]
      }),
    )
    const results = await session.run(feeds)
    return program.outputs.map(({ name, port, dtype }) => arrayOf(results[port], name, dtype))
  }
  return {
    run(inputs) {
      if (disposed) return Promise.reject(new Error('The model is disposed'))
      const result = run(inputs)
      running = Promise.allSettled([running, result])
      return result
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      await running
      await session.release()
    },
  }
}

function tensorOver({ Tensor }: OrtModule, array: DriverArray, shape: readonly number[]): OrtTensor {
  if (array instanceof Float32Array) return new Tensor('float32', array, shape)
  return array instanceof Int32Array ? new Tensor('int32', array, shape) : new Tensor('bool', array, shape)
}

function arrayOf(tensor: OrtTensor | undefined, name: string, dtype: DType): DriverArray {
  if (tensor?.type !== dtype)
    throw new TypeError(`Expected output \`${name}\` to be ${dtype}, got ${tensor?.type ?? 'nothing'}`)
  const { data } = tensor
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data
  throw new TypeError(`Output \`${name}\` is not in host memory`)
}
