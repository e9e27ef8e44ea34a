/** @file The worker's side of batches: answers requests over `BatchWork` until its thread is ended. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Batch } from '../data/dataset.ts'
import type { Draw } from '../data/sampler.ts'
import { createBatchWork } from './batches-work.ts'
import type { Failure, WorkSetup } from './batches-work.ts'
import { readImage } from './decode.ts'

/** What a worker is asked. */
export type WorkRequest =
  | { readonly kind: 'prepare'; readonly from: number; readonly to: number }
  | { readonly kind: 'assemble'; readonly draws: readonly Draw[] }

/** What it answers. */
export type WorkReply =
  | { readonly kind: 'prepared'; readonly failures: readonly Failure[] }
  | { readonly kind: 'assembled'; readonly batch: Batch; readonly failures: readonly Failure[] }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }

/** What a worker is started with. */
export interface WorkerStart {
  readonly setup: WorkSetup
  readonly files: readonly string[]
}

if (parentPort !== null) {
  const port = parentPort
  const { setup, files }: WorkerStart = workerData
  const work = createBatchWork(setup, async (index) => readImage(files[index] ?? ''))
  const answer = async (request: WorkRequest): Promise<WorkReply> =>
    request.kind === 'prepare'
      ? { kind: 'prepared', failures: await work.prepare(request.from, request.to) }
      : { kind: 'assembled', ...(await work.assemble(request.draws)) }
  port.on('message', (request: WorkRequest) => {
    answer(request).then(
      (reply) => {
        const buffer = reply.kind === 'assembled' ? reply.batch.pixels.buffer : undefined
        port.postMessage(reply, buffer instanceof ArrayBuffer ? [buffer] : [])
      },
      (error: unknown) => {
        // classes of errors do not survive the way between threads
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        port.postMessage({ kind: 'failed', name, message } satisfies WorkReply)
      },
    )
  })
}
