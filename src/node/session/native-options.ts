/** @file Session options and the model's memory, as the C API wants them. */
import { MissingPartError } from '../../base/errors.ts'
import type { LoadOptions, OptimizationLevel } from '../../runtime/driver.ts'
import type { Device } from '../../runtime/session.ts'
import type { OrtApi } from './native-api.ts'
import { cPath, cString, pointers } from './native-calls.ts'

const levels: Readonly<Record<OptimizationLevel, number>> = { none: 0, basic: 1, extended: 2, all: 99 }

// the name a provider is appended by, and the name it is listed under
const providers: Readonly<Record<Exclude<Device, 'cpu'>, { readonly key: string; readonly listed: string }>> =
  {
    webgpu: { key: 'WebGPU', listed: 'WebGpuExecutionProvider' },
    cuda: { key: 'CUDA', listed: 'CUDAExecutionProvider' },
  }

/** The providers compiled into the library. */
export function availableProviders(api: OrtApi): string[] {
  const list = pointers(1)
  const count = new Int32Array(new ArrayBuffer(4))
  api.call('getAvailableProviders', list, count)
  const at = list[0] ?? 0n
  const length = count[0] ?? 0
  const names = Array.from({ length }, (_, i) => api.bridge.textAt(api.bridge.pointerAt(at + BigInt(8 * i))))
  api.call('releaseAvailableProviders', at, length)
  return names
}

/** New session options; the caller releases them. @throws MissingPartError where the device's provider is absent */
export function createOptions(api: OrtApi, options: LoadOptions): bigint {
  const out = pointers(1)
  api.call('createSessionOptions', out)
  const handle = out[0] ?? 0n
  try {
    api.call('setIntraOpNumThreads', handle, options.threads)
    api.call('setInterOpNumThreads', handle, 1)
    api.call('setSessionGraphOptimizationLevel', handle, levels[options.optimization ?? 'all'])
    // errors are thrown with their message; the log on stderr would only repeat them
    api.call('setSessionLogSeverityLevel', handle, 4)
    if (options.arena === false) api.call('disableCpuMemArena', handle)
    if (options.memoryPattern === false) api.call('disableMemPattern', handle)
    if (options.profile !== undefined) api.call('enableProfiling', handle, cPath(options.profile))
    for (const [key, value] of Object.entries(options.config ?? {}))
      api.call('addSessionConfigEntry', handle, cString(key), cString(value))
    if (options.device !== 'cpu') appendProvider(api, handle, options.device)
    return handle
  } catch (error) {
    api.release('releaseSessionOptions', handle)
    throw error
  }
}

function appendProvider(api: OrtApi, handle: bigint, device: Exclude<Device, 'cpu'>): void {
  const { key, listed } = providers[device]
  if (!availableProviders(api).includes(listed))
    throw new MissingPartError(`This build of ONNX Runtime has no ${key} provider`)
  api.call('sessionOptionsAppendExecutionProvider', handle, cString(key), null, null, 0)
}
