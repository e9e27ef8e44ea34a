/** @file A few worker threads that answer one request each at a time. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { DataError } from '../base/errors.ts'
import type { WorkReply, WorkRequest, WorkerStart } from './batches-worker.ts'

export interface WorkerPool extends AsyncDisposable {
  /** Runs `request` on the next free worker. @throws whatever went wrong there */
  ask(request: WorkRequest): Promise<WorkReply>
}

interface Job {
  readonly request: WorkRequest
  readonly resolve: (reply: WorkReply) => void
  readonly reject: (error: unknown) => void
}

const errorOf = (name: string, message: string): Error =>
  name === 'FormatError' || name === 'DataError' ? new DataError(message) : new Error(message)

const entry = new URL('./batches-worker.js', import.meta.url)

/** Whether worker threads can be started: not from TypeScript sources, only once they are built. */
export function workersAvailable(): boolean {
  return existsSync(fileURLToPath(entry))
}

/** Starts `count` workers. They end with the pool and do not keep the process alive. */
export function startPool(count: number, start: WorkerStart): WorkerPool {
  const waiting: Job[] = []
  const busy = new Map<Worker, Job>()
  let ended: unknown

  const fail = (error: unknown): void => {
    ended ??= error
    for (const job of [...busy.values(), ...waiting]) job.reject(error)
    busy.clear()
    waiting.length = 0
  }
  const give = (): void => {
    for (const worker of workers) {
      if (busy.has(worker)) continue
      const job = waiting.shift()
      if (job === undefined) return
      busy.set(worker, job)
      worker.postMessage(job.request)
    }
  }
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(entry, { workerData: start })
    worker.unref()
    worker.on('message', (reply: WorkReply) => {
      const job = busy.get(worker)
      busy.delete(worker)
      if (reply.kind === 'failed') job?.reject(errorOf(reply.name, reply.message))
      else job?.resolve(reply)
      give()
    })
    worker.on('error', fail)
    worker.on('exit', (code) => {
      fail(new Error(`A worker that prepares batches ended with code ${code}`))
    })
    return worker
  })

  return {
    ask: async (request) => {
      if (ended !== undefined) throw ended
      return new Promise<WorkReply>((resolve, reject) => {
        waiting.push({ request, resolve, reject })
        give()
      })
    },
    [Symbol.asyncDispose]: async () => {
      fail(new Error('The batches are closed'))
      await Promise.all(workers.map(async (worker) => worker.terminate()))
    },
  }
}
