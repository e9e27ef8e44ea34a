/** @file Sessions in a browser: in a web worker, on WebAssembly or WebGPU. */
import { MissingPartError } from '../base/errors.ts'
import { compileSpec, type LoadExtras } from '../runtime/compile.ts'
import { connect, type RemoteDriver } from '../runtime/remote-client.ts'
import type { Reply, WorkerPort } from '../runtime/remote-protocol.ts'
import type { Session, SessionSpec } from '../runtime/session.ts'
import { failureOf } from '../runtime/try-device.ts'
import type { WebWorkerStart } from './session-worker.ts'

export interface WebSessionOptions {
  readonly load?: LoadExtras
  /** Where the runtime's `.wasm` files lie; by default where the bundler put them. */
  readonly wasmPaths?: string
  /** Starts the worker, for bundlers that do not find `session-worker.js` by themselves. */
  readonly worker?: () => Worker
}

/** A driver in a web worker. @throws MissingPartError where onnxruntime-web is missing or cannot be loaded */
export async function openWebDriver(
  start: WebWorkerStart,
  worker: () => Worker = startWorker,
): Promise<RemoteDriver> {
  const running = worker()
  running.postMessage(start)
  try {
    return await connect(portTo(running))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MissingPartError(`onnxruntime-web cannot be loaded (${reason}); npm install onnxruntime-web`, {
      cause,
    })
  }
}

/**
 * Compiles the programs of `spec` and opens a session over their state, which is zero until it is written.
 * @throws MissingPartError where the device does not work in this browser
 */
export async function openSession(spec: SessionSpec, options: WebSessionOptions = {}): Promise<Session> {
  const { device, threads } = spec
  if (device === 'cuda') throw new MissingPartError('A browser has no CUDA; use webgpu')
  const { wasmPaths, load } = options
  const start = { device, threads, ...(wasmPaths === undefined ? {} : { wasmPaths }) }
  const driver = await openWebDriver(start, options.worker)
  try {
    const failure = device === 'cpu' ? undefined : await failureOf(device, driver)
    if (failure !== undefined)
      throw new MissingPartError(`${device} does not work in this browser (${failure}); use cpu`)
    // the blocked layout is an internal of the native library
    const compiled = await compileSpec(spec, { blockSize: 1, ...(load === undefined ? {} : { load }) })
    return await driver.openSession(compiled, navigator.userAgent, { endsWorker: true })
  } catch (error) {
    await driver[Symbol.asyncDispose]()
    throw error
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./session-worker.js', import.meta.url), { type: 'module' })
}

function portTo(worker: Worker): WorkerPort {
  return {
    post: (message) => worker.postMessage(message),
    onMessage(handler) {
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => handler(data))
    },
    onFailure(handler) {
      worker.addEventListener('error', ({ message }) =>
        handler(new Error(message || 'it could not be started')),
      )
    },
    // a page waits for nothing
    keepAlive() {},
    async terminate() {
      worker.terminate()
    },
  }
}
