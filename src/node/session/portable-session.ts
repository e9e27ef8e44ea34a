/** @file The portable driver in a worker thread of its own: the event loop stays free whatever the module does. */
import { Worker } from 'node:worker_threads'
import { connect, type RemoteDriver } from '../../runtime/remote-client.ts'
import type { Reply, WorkerPort } from '../../runtime/remote-protocol.ts'
import type { RuntimeModule, SessionWorkerStart } from './session-worker.ts'
import { workerEntry } from '../threads/worker-entry.ts'

/** Starts a worker on `module`. @throws Error where the module is missing or cannot be loaded */
export function openPortableWorker(module: RuntimeModule, threads: number): Promise<RemoteDriver> {
  const start: SessionWorkerStart = { module, threads }
  // flags of the main thread, such as --input-type, may not suit a file
  const worker = new Worker(workerEntry('session/session-worker'), { workerData: start, execArgv: [] })
  return connect(portTo(worker))
}

function portTo(worker: Worker): WorkerPort {
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => void worker.on('message', (reply: Reply) => handler(reply)),
    onFailure(handler) {
      worker.on('error', (error) => handler(error instanceof Error ? error : new Error(String(error))))
      worker.on('exit', (code) => handler(new Error(`exit code ${code}`)))
    },
    keepAlive: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate()
    },
  }
}
