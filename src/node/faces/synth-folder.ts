/** @file Folders of drawn faces: written beside their place and moved there when complete. */
import { readdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { checkChoice, checkInteger } from '../../base/check.ts'
import { mapBounded } from '../../base/concurrency.ts'
import { UsageError } from '../../base/errors.ts'
import type { Size } from '../../image/image.ts'
import { openDraftFolder } from '../files/draft.ts'
import { clearPlace, lockPlace } from '../files/locked-folder.ts'
import type { SynthFormat, SynthJob } from './synth-files.ts'
import { writeIdentity } from './synth-files.ts'
import { workerEntry } from '../threads/worker-entry.ts'
import { startPool, workersAvailable } from '../threads/worker-pool.ts'

export interface SynthOptions {
  /** Must not exist, or be empty. */
  readonly folder: string
  readonly identities: number
  readonly imagesPerIdentity: number
  /** @defaultValue 112x112 */
  readonly size?: Size
  readonly seed: number
  /** Number of the first drawn person: folders of one seed with ranges apart share nobody. @defaultValue 0 */
  readonly first?: number
  /** @defaultValue 'jpg' */
  readonly format?: SynthFormat
  /** Threads; 0 draws in the calling thread. Changes no picture. @defaultValue the machine's cores, at most 8 */
  readonly workers?: number
  /** Told after every identity. */
  readonly onProgress?: (done: number, total: number) => void
  /** Told, in a sentence, what a killed command left and is taken over. */
  readonly onNote?: (text: string) => void
  readonly signal?: AbortSignal
}

/** What was drawn; stored in the folder as `.drawn.json`. */
export interface SynthAbout {
  readonly schema: 'cosface-drawn/1'
  readonly seed: number
  readonly first: number
  readonly identities: number
  readonly imagesPerIdentity: number
  readonly size: Size
  readonly format: SynthFormat
  readonly note: string
}

const entry = workerEntry('faces/synth-worker')

const checkEmpty = async (folder: string): Promise<void> => {
  try {
    const entries = await readdir(folder)
    if (entries.length > 0) {
      await clearPlace(folder)
      throw new UsageError(`${folder} is not empty; name a folder that does not exist yet`)
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') throw new UsageError(`${folder} is a file; name a folder`, { cause })
    throw cause
  }
}

/**
 * Draws a folder of identities as JPEG or PNG files, one folder each. Everything is written under a name of its own
 * beside `folder` and renamed at the end; whatever stops it leaves nothing behind.
 * @throws UsageError for wrong numbers or a folder that is not empty; `signal`'s reason when aborted
 */
export async function synthFolder(options: SynthOptions): Promise<SynthAbout> {
  const size = options.size ?? { height: 112, width: 112 }
  const about: SynthAbout = {
    schema: 'cosface-drawn/1',
    seed: checkInteger('seed', options.seed, { min: 0 }),
    first: checkInteger('first', options.first ?? 0, { min: 0 }),
    identities: checkInteger('identities', options.identities, { min: 1, max: 1_000_000 }),
    imagesPerIdentity: checkInteger('imagesPerIdentity', options.imagesPerIdentity, { min: 1, max: 10_000 }),
    size: {
      height: checkInteger('height', size.height, { min: 16, max: 1024 }),
      width: checkInteger('width', size.width, { min: 16, max: 1024 }),
    },
    format: checkChoice('format', options.format ?? 'jpg', ['jpg', 'png']),
    note: 'Drawn faces of nobody. Accuracies on them say nothing about photographs of people.',
  }
  const workers = workersAvailable(entry) ? (options.workers ?? Math.min(8, availableParallelism())) : 0
  const folder = resolve(options.folder)
  await checkEmpty(folder)
  await using lock = await lockPlace(folder)
  if (lock.note !== undefined) options.onNote?.(lock.note)
  await checkEmpty(folder)
  await using draft = await openDraftFolder(folder)
  await drawAll({ ...about, folder: draft.path }, workers, options)
  await writeFile(join(draft.path, '.drawn.json'), `${JSON.stringify(about, undefined, 2)}\n`)
  await draft.settle()
  return about
}

const drawAll = async (job: SynthJob & SynthAbout, workers: number, options: SynthOptions): Promise<void> => {
  await using pool = workers === 0 ? undefined : startPool<SynthJob, number, null>(entry, workers, job)
  const identities = Array.from({ length: job.identities }, (_, place) => job.first + place)
  let done = 0
  await mapBounded(identities, Math.max(1, workers), async (identity) => {
    options.signal?.throwIfAborted()
    await (pool === undefined ? writeIdentity(job, identity) : pool.ask(identity))
    done += 1
    options.onProgress?.(done, job.identities)
  })
}
