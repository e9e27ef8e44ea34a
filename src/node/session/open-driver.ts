/** @file Which driver: native where it works, else portable on the best module installed. */
import { MissingPartError } from '../../base/errors.ts'
import type { Driver } from '../../runtime/driver.ts'
import type { RemoteDriver } from '../../runtime/remote-client.ts'
import { openNativeDriver } from './native-driver.ts'
import { installRuntime, isInstalled } from './native-library.ts'
import { openPortableWorker } from './portable-session.ts'
import type { RuntimeModule } from './session-worker.ts'

export interface DriverOptions {
  /** `auto` takes the native driver where it works. Default `auto`. */
  readonly driver?: 'auto' | Driver['name']
  /** The module under the portable driver; by default `onnxruntime-node`, or `onnxruntime-web` where that is missing. */
  readonly module?: RuntimeModule
  /** Threads of `onnxruntime-web`, which wants to know before its first model; default 1. */
  readonly threads?: number
}

/** A driver, and why it is not the native one. */
export type OpenedDriver =
  | { readonly kind: 'native'; readonly driver: Driver }
  | { readonly kind: 'portable'; readonly driver: RemoteDriver; readonly reason: string }

/** Opens a driver. @throws MissingPartError where no ONNX runtime is installed */
export async function openDriver(options: DriverOptions = {}): Promise<OpenedDriver> {
  if (options.driver === 'portable') return openPortable(options, 'the portable driver was asked for')
  try {
    return { kind: 'native', driver: await openNativeDriver() }
  } catch (error) {
    if (options.driver === 'native') throw error
    return openPortable(options, reasonOf(error))
  }
}

async function openPortable({ module, threads = 1 }: DriverOptions, reason: string): Promise<OpenedDriver> {
  const chosen = module ?? (['onnxruntime-node', 'onnxruntime-web'] as const).find(isInstalled)
  if (chosen === undefined)
    throw new MissingPartError(`No ONNX runtime is installed; install one with \`${installRuntime}\``)
  return { kind: 'portable', driver: await openPortableWorker(chosen, threads), reason }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
