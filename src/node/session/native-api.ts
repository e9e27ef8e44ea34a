/**
 * @file The part of ONNX Runtime's C API that is used. `OrtApi` is a table of function pointers to which releases only
 * ever append; a function is known by its place in it, counted from 0 in `onnxruntime_c_api.h`.
 */
import { shown } from '../../base/errors.ts'
import type { Argument, Bridge, NativeFunction } from './native-calls.ts'

interface Slot {
  readonly slot: number
  /** Result, then arguments: p pointer, z size_t, i int32, u uint32, v void. */
  readonly signature: string
}

/** Functions that return a status: null, or an error to be read and released. */
export type StatusCall =
  | 'createEnv'
  | 'createSessionFromArray'
  | 'run'
  | 'createSessionOptions'
  | 'enableProfiling'
  | 'disableMemPattern'
  | 'disableCpuMemArena'
  | 'setSessionLogSeverityLevel'
  | 'setSessionGraphOptimizationLevel'
  | 'setIntraOpNumThreads'
  | 'setInterOpNumThreads'
  | 'createTensorWithDataAsOrtValue'
  | 'getTensorMutableData'
  | 'getTensorElementType'
  | 'getTensorShapeElementCount'
  | 'getTensorTypeAndShape'
  | 'createCpuMemoryInfo'
  | 'allocatorFree'
  | 'getAllocatorWithDefaultOptions'
  | 'sessionEndProfiling'
  | 'getAvailableProviders'
  | 'releaseAvailableProviders'
  | 'addSessionConfigEntry'
  | 'sessionOptionsAppendExecutionProvider'

/** Functions that free an object. */
export type ReleaseCall =
  | 'releaseEnv'
  | 'releaseStatus'
  | 'releaseMemoryInfo'
  | 'releaseSession'
  | 'releaseValue'
  | 'releaseTensorTypeAndShapeInfo'
  | 'releaseSessionOptions'

const statusSlots: Readonly<Record<StatusCall, Slot>> = {
  createEnv: { slot: 3, signature: 'pipp' },
  createSessionFromArray: { slot: 8, signature: 'pppzpp' },
  run: { slot: 9, signature: 'pppppzpzp' },
  createSessionOptions: { slot: 10, signature: 'pp' },
  enableProfiling: { slot: 14, signature: 'ppp' },
  disableMemPattern: { slot: 17, signature: 'pp' },
  disableCpuMemArena: { slot: 19, signature: 'pp' },
  setSessionLogSeverityLevel: { slot: 22, signature: 'ppi' },
  setSessionGraphOptimizationLevel: { slot: 23, signature: 'ppi' },
  setIntraOpNumThreads: { slot: 24, signature: 'ppi' },
  setInterOpNumThreads: { slot: 25, signature: 'ppi' },
  createTensorWithDataAsOrtValue: { slot: 49, signature: 'pppzpzip' },
  getTensorMutableData: { slot: 51, signature: 'ppp' },
  getTensorElementType: { slot: 60, signature: 'ppp' },
  getTensorShapeElementCount: { slot: 64, signature: 'ppp' },
  getTensorTypeAndShape: { slot: 65, signature: 'ppp' },
  createCpuMemoryInfo: { slot: 69, signature: 'piip' },
  allocatorFree: { slot: 76, signature: 'ppp' },
  getAllocatorWithDefaultOptions: { slot: 78, signature: 'pp' },
  sessionEndProfiling: { slot: 110, signature: 'pppp' },
  getAvailableProviders: { slot: 125, signature: 'ppp' },
  releaseAvailableProviders: { slot: 126, signature: 'ppi' },
  addSessionConfigEntry: { slot: 130, signature: 'pppp' },
  sessionOptionsAppendExecutionProvider: { slot: 216, signature: 'pppppz' },
}

const releaseSlots: Readonly<Record<ReleaseCall, number>> = {
  releaseEnv: 92,
  releaseStatus: 93,
  releaseMemoryInfo: 94,
  releaseSession: 95,
  releaseValue: 96,
  releaseTensorTypeAndShapeInfo: 99,
  releaseSessionOptions: 100,
}

const getErrorMessage: Slot = { slot: 2, signature: 'pp' }

// `GetApi` and `GetVersionString` are the two members of `OrtApiBase`
const pointerBytes = 8

/** The oldest release whose table holds every slot above. */
const oldestMinor = 20

/** ONNX Runtime's C functions. */
export interface OrtApi {
  readonly version: string
  readonly bridge: Bridge
  /** Calls on this thread. @throws Error with the runtime's message */
  call(name: StatusCall, ...values: readonly Argument[]): void
  /** Calls on another thread; memory handed over must stay referenced until it ends. Rejects with the runtime's message. */
  callAsync(name: StatusCall, ...values: readonly Argument[]): Promise<void>
  release(name: ReleaseCall, object: bigint): void
  /** The same on another thread, for what takes long to give back: a session's weights and arena. */
  releaseAsync(name: ReleaseCall, object: bigint): Promise<void>
}

/** Binds the library at `path`. @throws Error where it is too old or not what it should be */
export function openApi(bridge: Bridge, path: string): OrtApi {
  const base = pointerFrom(bridge.symbol(path, 'OrtGetApiBase')(), 'OrtGetApiBase')
  const versionAt = bridge.bind(bridge.pointerAt(base + BigInt(pointerBytes)), 'p')
  const version = bridge.textAt(pointerFrom(versionAt(), 'GetVersionString'))
  const [major, minor] = version.split('.').map(Number)
  if (major !== 1 || minor === undefined || !(minor >= oldestMinor))
    throw new Error(`Expected ONNX Runtime 1.${oldestMinor} or a later 1.x, got ${version}`)
  const table = pointerFrom(bridge.bind(bridge.pointerAt(base), 'pu')(minor), 'GetApi')
  const bind = ({ slot, signature }: Slot): NativeFunction =>
    bridge.bind(bridge.pointerAt(table + BigInt(pointerBytes * slot)), signature)

  const functions = new Map<string, NativeFunction>()
  for (const [name, slot] of Object.entries(statusSlots)) functions.set(name, bind(slot))
  for (const [name, slot] of Object.entries(releaseSlots))
    functions.set(name, bind({ slot, signature: 'vp' }))
  const messageOf = bind(getErrorMessage)
  const find = (name: StatusCall | ReleaseCall): NativeFunction => {
    const found = functions.get(name)
    if (found === undefined) throw new RangeError(`Unknown function ${name}`)
    return found
  }
  const errorIn = (status: unknown): Error | undefined => {
    if (typeof status !== 'bigint' || status === 0n) return undefined
    const text = bridge.textAt(pointerFrom(messageOf(status), 'GetErrorMessage'))
    find('releaseStatus')(status)
    return new Error(`ONNX Runtime: ${text}`)
  }
  const elsewhere = (name: StatusCall | ReleaseCall, values: readonly Argument[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      find(name).async(...values, (error, result) => {
        if (error === null || error === undefined) resolve(result)
        else reject(error instanceof Error ? error : new Error(`the call ended with ${shown(error)}`))
      })
    })
  // keeps the memory of calls under way from being collected
  const inFlight = new Set<readonly Argument[]>()

  return {
    version,
    bridge,
    call(name, ...values) {
      const error = errorIn(find(name)(...values))
      if (error !== undefined) throw error
    },
    async callAsync(name, ...values) {
      inFlight.add(values)
      try {
        const error = errorIn(await elsewhere(name, values))
        if (error !== undefined) throw error
      } finally {
        inFlight.delete(values)
      }
    },
    release: (name, object) => void find(name)(object),
    async releaseAsync(name, object) {
      await elsewhere(name, [object])
    },
  }
}

function pointerFrom(value: unknown, source: string): bigint {
  if (typeof value !== 'bigint' || value === 0n) throw new Error(`${source} returned no pointer`)
  return value
}
