/**
 * @file The native driver: ONNX Runtime's C API, called on another thread. The event loop keeps running, and outputs
 * land in the arrays they are meant for instead of fresh memory.
 */
import type { EmittedProgram } from '../../onnx/program.ts'
import type { Driver, DriverArray, LoadOptions, Runner } from '../../runtime/driver.ts'
import { type OrtApi, openApi } from './native-api.ts'
import { cString, openBridge, pointers } from './native-calls.ts'
import { findLibrary } from './native-library.ts'
import { createOptions } from './native-options.ts'
import { selfTest } from './native-self-test.ts'
import { copyOf, nameTable, valueOver } from './native-values.ts'

/** The native driver. @throws Error with the reason where koffi or the library is missing or fails the self-test */
export async function openNativeDriver(): Promise<Driver> {
  const api = openApi(await openBridge(), findLibrary())
  const driver = await driverOver(api)
  await selfTest(driver)
  return driver
}

// severity 4 is `fatal`: anything less is thrown as an error anyway
const quiet = 4

async function driverOver(api: OrtApi): Promise<Driver> {
  const out = pointers(1)
  await api.callAsync('createEnv', quiet, cString('cosface'), out)
  const environment = out[0] ?? 0n
  // type 1 is the arena allocator, memory 0 the default: plain memory of this process
  api.call('createCpuMemoryInfo', 1, 0, out)
  const memoryInfo = out[0] ?? 0n
  const open = new Set<Runner>()
  let disposed = false

  return {
    name: 'native',
    runtime: `onnxruntime ${api.version}`,
    inPlace: true,
    async load(program, options) {
      if (disposed) throw new Error('The driver is disposed')
      const session = await createSession(api, environment, program.model, options)
      const runner = runnerOver(api, session, memoryInfo, program, options.profile !== undefined, () =>
        open.delete(runner),
      )
      open.add(runner)
      return runner
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      for (const runner of open) await runner[Symbol.asyncDispose]()
      api.release('releaseMemoryInfo', memoryInfo)
      api.release('releaseEnv', environment)
    },
  }
}

async function createSession(
  api: OrtApi,
  environment: bigint,
  model: Uint8Array,
  options: LoadOptions,
): Promise<bigint> {
  const handle = createOptions(api, options)
  const out = pointers(1)
  try {
    await api.callAsync('createSessionFromArray', environment, model, model.byteLength, handle, out)
  } finally {
    api.release('releaseSessionOptions', handle)
  }
  return out[0] ?? 0n
}

function runnerOver(
  api: OrtApi,
  session: bigint,
  memoryInfo: bigint,
  program: EmittedProgram,
  profiled: boolean,
  onDispose: () => void,
): Runner {
  const inputNames = nameTable(api, program.inputs)
  const outputNames = nameTable(api, program.outputs)
  let running: Promise<unknown> = Promise.resolve()
  let disposed = false

  const run = async (
    inputs: readonly DriverArray[],
    outputs: readonly (DriverArray | undefined)[],
  ): Promise<readonly DriverArray[]> => {
    const inputValues = pointers(Math.max(1, program.inputs.length))
    const outputValues = pointers(Math.max(1, program.outputs.length))
    try {
      program.inputs.forEach((port, i) => {
        inputValues[i] = valueOver(api, memoryInfo, port, given(inputs, i, port.name))
      })
      program.outputs.forEach((port, i) => {
        const array = outputs[i]
        if (array !== undefined) outputValues[i] = valueOver(api, memoryInfo, port, array)
      })
      await api.callAsync(
        'run',
        session,
        null,
        inputNames.addresses,
        inputValues,
        program.inputs.length,
        outputNames.addresses,
        program.outputs.length,
        outputValues,
      )
      return program.outputs.map((port, i) => outputs[i] ?? copyOf(api, outputValues[i] ?? 0n, port))
    } finally {
      for (const value of [...inputValues, ...outputValues])
        if (value !== 0n) api.release('releaseValue', value)
    }
  }

  return {
    run(inputs, outputs = []) {
      if (disposed) return Promise.reject(new Error('The model is disposed'))
      const result = run(inputs, outputs)
      running = Promise.allSettled([running, result])
      return result
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      await running
      if (profiled) endProfiling(api, session)
      await api.releaseAsync('releaseSession', session)
      onDispose()
    },
  }
}

function endProfiling(api: OrtApi, session: bigint): void {
  const allocator = pointers(1)
  const file = pointers(1)
  api.call('getAllocatorWithDefaultOptions', allocator)
  api.call('sessionEndProfiling', session, allocator[0] ?? 0n, file)
  api.call('allocatorFree', allocator[0] ?? 0n, file[0] ?? 0n)
}

function given(arrays: readonly DriverArray[], index: number, name: string): DriverArray {
  const array = arrays[index]
  if (array === undefined) throw new RangeError(`No array for input \`${name}\``)
  return array
}
