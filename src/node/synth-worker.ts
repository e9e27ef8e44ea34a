/** @file The worker's side of drawing a folder. */
import { isMainThread, workerData } from 'node:worker_threads'
import type { SynthJob } from './synth-files.ts'
import { writeIdentity } from './synth-files.ts'
import { serveRequests } from './worker-pool.ts'

if (!isMainThread) {
  const job: SynthJob = workerData
  serveRequests<number, null>(async (identity) => {
    await writeIdentity(job, identity)
    return { reply: null }
  })
}
