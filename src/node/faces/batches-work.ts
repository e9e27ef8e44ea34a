/** @file What is done for a batch, wherever it is done: in this thread or in a worker, over memory both can see. */
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import { placesOf } from '../../base/groups.ts'
import { random, shuffled } from '../../base/random.ts'
import { applyChanges, drawChanges } from '../../data/augment.ts'
import type { Augmentation } from '../../data/augment.ts'
import type { Batch } from '../../data/dataset.ts'
import type { Draw } from '../../data/sampler.ts'
import type { Image, Size } from '../../image/image.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { normalisationTable, normaliseInto } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'

/** What is known of a sample's image; one byte each, shared by all threads. */
export const imageState = { unknown: 0, held: 1, unreadable: 2 } as const

/** Everything a thread needs to know; goes to workers as it is. */
export interface WorkSetup {
  /** Identity of each sample, int32. */
  readonly labels: SharedArrayBuffer
  /** `imageState` of each sample, uint8. */
  readonly states: SharedArrayBuffer
  /** Decoded crops [samples, size + 2·margin, 3], uint8, where memory allows. */
  readonly crops?: SharedArrayBuffer
  readonly size: Size
  readonly margin: number
  readonly seed: number
  readonly augmentation: Augmentation
  readonly normalisation: Normalisation
  /** Images decoded at once by one thread. */
  readonly lanes: number
}

/** A sample found unreadable. */
export interface Failure {
  readonly index: number
  readonly reason: string
}

export interface BatchWork {
  /** Decodes samples `from` … `to` − 1 into the cache; those already known are passed over. */
  prepare(from: number, to: number): Promise<readonly Failure[]>
  /** The batch of `draws`; unreadable images are replaced. */
  assemble(draws: readonly Draw[]): Promise<{ readonly batch: Batch; readonly failures: readonly Failure[] }>
}

/** What is asked of a thread. */
export type WorkRequest =
  | { readonly kind: 'prepare'; readonly from: number; readonly to: number }
  | { readonly kind: 'assemble'; readonly draws: readonly Draw[] }

/** What it answers. */
export type WorkReply =
  | { readonly kind: 'prepared'; readonly failures: readonly Failure[] }
  | { readonly kind: 'assembled'; readonly batch: Batch; readonly failures: readonly Failure[] }

/** Does what `request` asks. */
export async function answerRequest(work: BatchWork, request: WorkRequest): Promise<WorkReply> {
  return request.kind === 'prepare'
    ? { kind: 'prepared', failures: await work.prepare(request.from, request.to) }
    : { kind: 'assembled', ...(await work.assemble(request.draws)) }
}

/** Work over `setup`, with `read` giving a sample's image. */
export function createBatchWork(setup: WorkSetup, read: (index: number) => Promise<Image>): BatchWork {
  const { size, margin, seed, normalisation } = setup
  const labels = new Int32Array(setup.labels)
  const states = new Uint8Array(setup.states)
  const outer = { height: size.height + 2 * margin, width: size.width + 2 * margin }
  const cropBytes = outer.height * outer.width * 3
  const table = normalisationTable(normalisation)
  const each = 3 * size.height * size.width
  let groups: Map<number, number[]> | undefined

  const labelOf = (index: number): number => {
    const label = labels[index]
    if (label === undefined) throw new RangeError(`Expected an index below ${labels.length}, got ${index}`)
    return label
  }

  const cached = (index: number): Image | undefined =>
    setup.crops === undefined || states[index] !== imageState.held
      ? undefined
      : { ...outer, data: new Uint8Array(setup.crops, index * cropBytes, cropBytes) }

  /** The crop of a sample, or undefined where it cannot be read; the first to find that out reports it. */
  const crop = async (index: number, failures: Failure[]): Promise<Image | undefined> => {
    if (states[index] === imageState.unreadable) return undefined
    const held = cached(index)
    if (held !== undefined) return held
    try {
      return networkCrop(await read(index), size, margin)
    } catch (cause) {
      // anything else is a fault of ours or of the machine and must not pass for a damaged image
      if (!(cause instanceof FormatError)) throw cause
      states[index] = imageState.unreadable
      failures.push({ index, reason: cause.reason })
      return undefined
    }
  }

  /** Other images in the order in which they stand in for `index`: of the same identity, then any. */
  function* substitutes(index: number): Generator<number> {
    groups ??= placesOf(labels)
    const same = groups.get(labelOf(index)) ?? []
    yield* shuffled(same, random(seed, 'substitute', index)).filter((other) => other !== index)
    for (let step = 1; step < labels.length; step++) {
      const other = (index + step) % labels.length
      if (labels[other] !== labels[index]) yield other
    }
  }

  const cropOrSubstitute = async (
    index: number,
    failures: Failure[],
  ): Promise<{ readonly image: Image; readonly label: number }> => {
    const own = await crop(index, failures)
    if (own !== undefined) return { image: own, label: labelOf(index) }
    for (const other of substitutes(index)) {
      const image = await crop(other, failures)
      if (image !== undefined) return { image, label: labelOf(other) }
    }
    throw new FormatError('the training images', 'none of them can be read')
  }

  return {
    prepare: async (from, to) => {
      const failures: Failure[] = []
      const crops = setup.crops
      if (crops === undefined) return failures
      const indices = Array.from({ length: to - from }, (_, place) => from + place)
      await mapBounded(indices, setup.lanes, async (index) => {
        if (states[index] !== imageState.unknown) return
        const image = await crop(index, failures)
        if (image === undefined) return
        new Uint8Array(crops, index * cropBytes, cropBytes).set(image.data)
        states[index] = imageState.held
      })
      return failures
    },
    assemble: async (draws) => {
      const failures: Failure[] = []
      const pixels = new Float32Array(draws.length * each)
      const batchLabels = new Int32Array(draws.length)
      const place = (image: Image, label: number, at: number, draw: Draw): void => {
        const changes = drawChanges(setup.augmentation, seed, draw)
        const changed = applyChanges(image, changes, size, margin)
        normaliseInto(pixels, at * each, changed.image, normalisation.channels, table, changed.mirrored)
        batchLabels[at] = label
      }
      await mapBounded(draws, setup.lanes, async (draw, at) => {
        const held = cached(draw.index)
        if (held !== undefined) return place(held, labelOf(draw.index), at, draw)
        const { image, label } = await cropOrSubstitute(draw.index, failures)
        return place(image, label, at, draw)
      })
      return { batch: { pixels, labels: batchLabels }, failures }
    },
  }
}
