/** @file The worker's side of batches. */
import { answerRequest, createBatchWork } from './batches-work.ts'
import type { WorkReply, WorkRequest, WorkSetup } from './batches-work.ts'
import { readImage } from './decode.ts'
import { serveRequests } from './worker-pool.ts'

/** What a worker is started with. */
export interface BatchWorkerStart {
  readonly setup: WorkSetup
  readonly files: readonly string[]
}

serveRequests<BatchWorkerStart, WorkRequest, WorkReply>(({ setup, files }) => {
  const work = createBatchWork(setup, async (index) => readImage(files[index] ?? ''))
  return async (request) => {
    const reply = await answerRequest(work, request)
    const buffer = reply.kind === 'assembled' ? reply.batch.pixels.buffer : undefined
    return { reply, transfer: buffer instanceof ArrayBuffer ? [buffer] : [] }
  }
})
