/** @file The worker's side of batches. */
import { answerRequest, createBatchWork } from './batches-work.ts'
import type { WorkReply, WorkRequest, WorkSetup } from './batches-work.ts'
import type { ImagePlaces } from '../../data/dataset.ts'
import { openPlaces } from './image-places.ts'
import { serveRequests } from '../threads/worker-pool.ts'

/** What a worker is started with. */
export interface BatchWorkerStart {
  readonly setup: WorkSetup
  readonly places: ImagePlaces
}

serveRequests<BatchWorkerStart, WorkRequest, WorkReply>(({ setup, places }) => {
  const { image } = openPlaces(places)
  const work = createBatchWork(setup, image)
  return async (request) => {
    const reply = await answerRequest(work, request)
    const buffer = reply.kind === 'assembled' ? reply.batch.pixels.buffer : undefined
    return { reply, transfer: buffer instanceof ArrayBuffer ? [buffer] : [] }
  }
})
