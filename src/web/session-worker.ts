/** @file A web worker that runs sessions with onnxruntime-web, so that the page stays responsive. */
import type { Driver } from '../runtime/driver.ts'
import { openPortableDriver } from '../runtime/portable-driver.ts'
import { serve } from '../runtime/remote-host.ts'
import type { RequestOf } from '../runtime/remote-protocol.ts'

/** The first message: what the worker is to run on. */
export interface WebWorkerStart {
  readonly device: 'cpu' | 'webgpu'
  readonly threads: number
  /** Where the runtime's `.wasm` files lie, where the bundler does not know. */
  readonly wasmPaths?: string
}

async function open({ device, threads, wasmPaths }: WebWorkerStart): Promise<Driver> {
  const ort =
    device === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm')
  // without isolation there is no shared memory, and with it no second thread
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths
  return openPortableDriver(ort, {
    runtime: `onnxruntime-web ${ort.env.versions.web ?? 'of unknown version'}`,
    cpuProvider: 'wasm',
  })
}

const started = new Promise<WebWorkerStart>((resolve) => {
  globalThis.addEventListener('message', ({ data }: MessageEvent<WebWorkerStart>) => resolve(data), {
    once: true,
  })
})

serve(
  {
    post: (message, transfer) => globalThis.postMessage(message, { transfer: [...transfer] }),
    onMessage(handler) {
      globalThis.addEventListener('message', ({ data }: MessageEvent<RequestOf | WebWorkerStart>) => {
        if ('id' in data) handler(data)
      })
    },
  },
  started.then(open),
)
