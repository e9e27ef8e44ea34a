/** @file A worker thread that runs models and sessions with an `onnxruntime-*` module, so that others need not wait. */
import { parentPort, workerData } from 'node:worker_threads'
import { openPortableDriver } from '../../runtime/portable-driver.ts'
import { serve } from '../../runtime/remote-host.ts'
import type { Port, Reply, RequestOf } from '../../runtime/remote-protocol.ts'
import type { Driver } from '../../runtime/driver.ts'

/** The modules that sessions run on. */
export type RuntimeModule = 'onnxruntime-node' | 'onnxruntime-web'

/** What the worker is started with. */
export interface SessionWorkerStart {
  readonly module: RuntimeModule
  readonly threads: number
}

const openers: Readonly<Record<RuntimeModule, (threads: number) => Promise<Driver>>> = {
  async 'onnxruntime-node'() {
    const { default: ort } = await import('onnxruntime-node')
    return openPortableDriver(ort, {
      runtime: versioned('onnxruntime-node', ort.env.versions.node),
      cpuProvider: 'cpu',
    })
  },
  async 'onnxruntime-web'(threads) {
    const ort = await import('onnxruntime-web')
    ort.env.wasm.numThreads = threads
    return openPortableDriver(ort, {
      runtime: versioned('onnxruntime-web', ort.env.versions.web),
      cpuProvider: 'wasm',
    })
  },
}

function versioned(name: string, version: string | undefined): string {
  return `${name} ${version ?? 'of unknown version'}`
}

function isStart(value: unknown): value is SessionWorkerStart {
  if (typeof value !== 'object' || value === null) return false
  return (
    'module' in value && typeof value.module === 'string' && value.module in openers && 'threads' in value
  )
}

if (parentPort !== null) {
  const thread = parentPort
  const port: Port<Reply, RequestOf> = {
    post: (message, transfer) => thread.postMessage(message, [...transfer]),
    onMessage: (handler) => void thread.on('message', handler),
  }
  const start: unknown = workerData
  if (!isStart(start)) throw new TypeError('A session worker needs a module and threads')
  serve(port, openers[start.module](start.threads))
}
