/** @file The worker's side of drawing a folder. */
import type { SynthJob } from './synth-files.ts'
import { writeIdentity } from './synth-files.ts'
import { serveRequests } from '../threads/worker-pool.ts'

serveRequests<SynthJob, number, null>((job) => async (identity) => {
  await writeIdentity(job, identity)
  return { reply: null }
})
