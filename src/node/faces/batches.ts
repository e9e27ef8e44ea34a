/** @file Batches prepared ahead on other threads, from a cache of decoded crops where it fits in memory. */
import { availableParallelism } from 'node:os'
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { marginFor } from '../../data/augment.ts'
import type { Augmentation } from '../../data/augment.ts'
import type { Batch, BatchSource, Dataset, UnreadableImage } from '../../data/dataset.ts'
import { distinctImages } from '../../data/distinct.ts'
import { shuffledSampler } from '../../data/sampler.ts'
import type { Sampler } from '../../data/sampler.ts'
import type { Size } from '../../image/image.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { paperNormalisation } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import { answerRequest, createBatchWork, imageState } from './batches-work.ts'
import type { Failure, WorkReply, WorkRequest, WorkSetup } from './batches-work.ts'
import type { BatchWorkerStart } from './batches-worker.ts'
import { placesOfFiles } from './image-places.ts'
import { checkUnreadable } from './unreadable.ts'
import { workerEntry } from '../threads/worker-entry.ts'
import { startPool, workersAvailable } from '../threads/worker-pool.ts'

export interface BatchOptions {
  readonly dataset: Dataset
  /** The network's input. */
  readonly size: Size
  /** Samples in a batch; without meaning where `sampler` is given. */
  readonly batch: number
  readonly seed: number
  readonly augmentation: Augmentation
  /** @defaultValue (p − 127.5) / 128, RGB */
  readonly normalisation?: Normalisation
  /** @defaultValue every sample once per epoch, shuffled */
  readonly sampler?: Sampler
  /** Threads; 0 does the work in the calling thread. Changes no batch. @defaultValue 1 to 4, by the machine's cores */
  readonly workers?: number
  /** Batches prepared ahead. @defaultValue 3 */
  readonly prefetch?: number
  /** Bytes the cache of decoded images may take; without room for all there is none. @defaultValue 40 % of what is free */
  readonly cacheBytes?: number
  /** Share of unreadable images above which there are no more batches. @defaultValue 0.01 */
  readonly maxUnreadable?: number
  /** Ids of images that an earlier part of the run found unreadable: they are not tried again. */
  readonly knownUnreadable?: readonly UnreadableImage[]
  /** The crops of an earlier source of the same data set, size and margin: nothing is decoded again. */
  readonly decoded?: DecodedCrops
  /** Called while the cache fills, before the first batch. */
  readonly onProgress?: (done: number, total: number) => void
  readonly onUnreadable?: (image: UnreadableImage) => void
  readonly signal?: AbortSignal
}

/** Decoded images, to be shared by the sources of several runs on the same data. */
export interface DecodedCrops {
  readonly crops: SharedArrayBuffer
  readonly states: SharedArrayBuffer
  readonly failures: readonly Failure[]
}

/** A `BatchSource` that says how it works. */
export interface NodeBatchSource extends BatchSource {
  /** What is held decoded, for other sources of the same data. */
  readonly decoded?: DecodedCrops
  /** Whether all images are held decoded. */
  readonly cached: boolean
  readonly workers: number
}

const entry = workerEntry('faces/batches-worker')

/** Images a worker is asked to decode at a time while the cache fills. */
const chunk = 32

const defaultWorkers = (): number => Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))

/**
 * Opens the batches of a data set. Where all images fit in memory they are decoded now, so that damaged ones are known
 * before training begins; otherwise each is decoded whenever it is needed.
 * @throws DataError where more images than `maxUnreadable` allows cannot be read
 */
export async function openBatches(options: BatchOptions): Promise<NodeBatchSource> {
  const { dataset, size, augmentation, signal } = options
  const samples = dataset.samples.length
  const sampler = options.sampler ?? shuffledSampler(samples, options.batch, options.seed)
  const margin = marginFor(augmentation, size)
  const cropBytes = (size.height + 2 * margin) * (size.width + 2 * margin) * 3
  const bytes = samples * cropBytes
  const before = options.decoded?.crops.byteLength === bytes ? options.decoded : undefined
  const crops = before?.crops ?? allocate(bytes, options.cacheBytes ?? process.availableMemory() * 0.4)
  const failures: Failure[] = [...(before?.failures ?? [])]
  const setup: WorkSetup = {
    labels: new SharedArrayBuffer(samples * 4),
    states: before?.states ?? new SharedArrayBuffer(samples),
    ...given({ crops }),
    size,
    margin,
    seed: options.seed,
    augmentation,
    normalisation: options.normalisation ?? paperNormalisation,
    lanes: 4,
  }
  new Int32Array(setup.labels).set(dataset.samples.map((sample) => sample.identity))
  const registry = createRegistry(options, new Uint8Array(setup.states))
  registry.record(failures)
  // images that only the data set itself can read are read in this thread; from the cache on, workers take over
  const places = dataset.places ?? (dataset.files === undefined ? undefined : placesOfFiles(dataset.files))
  const local = createBatchWork(setup, async (index) => dataset.image(index))
  const wanted = options.workers ?? defaultWorkers()
  const workers = workersAvailable(entry) && (places !== undefined || crops !== undefined) ? wanted : 0
  const start: BatchWorkerStart = { setup, places: places ?? placesOfFiles([]) }
  const pool =
    workers === 0 ? undefined : startPool<BatchWorkerStart, WorkRequest, WorkReply>(entry, workers, start)
  const here = (request: WorkRequest): Promise<WorkReply> => answerRequest(local, request)
  const ask = pool === undefined ? here : pool.ask

  if (crops !== undefined && before === undefined) {
    const starts = Array.from({ length: Math.ceil(samples / chunk) }, (_, place) => place * chunk)
    const prepare = places === undefined ? here : ask
    let done = 0
    try {
      await mapBounded(starts, Math.max(1, workers), async (from) => {
        signal?.throwIfAborted()
        const to = Math.min(samples, from + chunk)
        const reply = await prepare({ kind: 'prepare', from, to })
        if (reply.kind === 'prepared') {
          failures.push(...reply.failures)
          registry.record(reply.failures)
        }
        registry.check()
        done += to - from
        options.onProgress?.(done, samples)
      })
    } catch (error) {
      await pool?.[Symbol.asyncDispose]()
      throw error
    }
  }

  const distinctShare = await shareOfDistinct(dataset, size, crops)
  // in this thread a batch made ahead from the cache would only delay the one asked for
  const ahead = pool === undefined && crops !== undefined ? 0 : (options.prefetch ?? 3)
  const prepared = new Map<number, Promise<Batch>>()
  const prepareBatch = (iteration: number): Promise<Batch> => {
    const held = prepared.get(iteration)
    if (held !== undefined) return held
    const promise = ask({ kind: 'assemble', draws: sampler.draws(iteration) }).then((reply) => {
      if (reply.kind !== 'assembled') throw new Error(`Expected a batch, got ${reply.kind}`)
      registry.record(reply.failures)
      return reply.batch
    })
    // a batch made ahead may never be asked for; who asks still gets the error
    promise.catch(() => {})
    prepared.set(iteration, promise)
    return promise
  }
  let waitedSeconds = 0
  return {
    ...(crops === undefined ? {} : { decoded: { crops, states: setup.states, failures } }),
    ...given({ distinctShare }),
    batchesPerEpoch: sampler.batchesPerEpoch,
    cached: crops !== undefined,
    workers,
    get waitedSeconds() {
      return waitedSeconds
    },
    get unreadable() {
      return registry.list()
    },
    batch: async (iteration) => {
      const asked = performance.now()
      for (const earlier of prepared.keys()) {
        if (earlier < iteration || earlier > iteration + ahead) prepared.delete(earlier)
      }
      const promise = prepareBatch(iteration)
      for (let next = iteration + 1; next <= iteration + ahead; next++) void prepareBatch(next)
      const batch = await promise
      prepared.delete(iteration)
      registry.check()
      waitedSeconds += (performance.now() - asked) / 1000
      return batch
    },
    [Symbol.asyncDispose]: async () => {
      await pool?.[Symbol.asyncDispose]()
    },
  }
}

/** Images that are compared with each other. */
const comparedImages = 256

/** The share of images that differ, as they were decoded and before augmentation; of a sample where there are many. */
async function shareOfDistinct(
  dataset: Dataset,
  size: Size,
  crops: SharedArrayBuffer | undefined,
): Promise<number | undefined> {
  const images = dataset.samples.length
  if (images < 2) return undefined
  const count = Math.min(images, comparedImages)
  const indices = Array.from({ length: count }, (_, at) => Math.floor((at * images) / count))
  if (crops !== undefined) {
    const each = crops.byteLength / images
    const pixels = new Uint8Array(count * each)
    for (const [at, index] of indices.entries())
      pixels.set(new Uint8Array(crops, index * each, each), at * each)
    return distinctImages(pixels, count)
  }
  const each = size.height * size.width * 3
  const read = await mapBounded(indices.slice(0, 64), 4, async (index) => {
    try {
      return networkCrop(await dataset.image(index), size, 0).data
    } catch (error) {
      // what cannot be read is said where batches are made
      if (error instanceof FormatError) return undefined
      throw error
    }
  })
  const readable = read.filter((data) => data !== undefined)
  if (readable.length < 2) return undefined
  const pixels = new Uint8Array(readable.length * each)
  for (const [at, data] of readable.entries()) pixels.set(data, at * each)
  return distinctImages(pixels, readable.length)
}

const allocate = (bytes: number, limit: number): SharedArrayBuffer | undefined => {
  if (bytes > limit) return undefined
  try {
    return new SharedArrayBuffer(bytes)
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

interface Registry {
  record(failures: readonly Failure[]): void
  /** @throws DataError where there are too many */
  check(): void
  list(): readonly UnreadableImage[]
}

const createRegistry = (options: BatchOptions, states: Uint8Array): Registry => {
  const { samples } = options.dataset
  const limit = options.maxUnreadable ?? 0.01
  const found = new Map<string, UnreadableImage>()
  const known = new Map((options.knownUnreadable ?? []).map((image) => [image.id, image]))
  samples.forEach((sample, index) => {
    const image = known.get(sample.id)
    if (image === undefined) return
    states[index] = imageState.unreadable
    found.set(sample.id, image)
  })
  const list = (): readonly UnreadableImage[] =>
    [...found.values()].toSorted((a, b) => byCodePoint(a.id, b.id))
  return {
    list,
    record: (failures) => {
      for (const { index, reason } of failures) {
        const id = samples[index]?.id ?? String(index)
        if (found.has(id)) continue
        const image = { id, reason }
        found.set(id, image)
        options.onUnreadable?.(image)
      }
    },
    check: () => {
      if (found.size > limit * samples.length) checkUnreadable(list(), samples.length, limit)
    },
  }
}
