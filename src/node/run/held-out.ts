/** @file The pairs of identities kept apart from training, drawn among the images that can be read. */
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import type { Dataset, UnreadableImage } from '../../data/dataset.ts'
import type { PairSet } from '../../evaluate/pair.ts'
import { mostRandomPairs, randomPairs, usualRandomPairs, type Identity } from '../../evaluate/random-pairs.ts'
import type { Image, Size } from '../../image/image.ts'
import { networkCrop } from '../../image/resample.ts'
import type { PairCrops } from './pair-validation.ts'
import { checkUnreadable } from '../faces/unreadable.ts'

/** The identities of a data set with their samples' ids. */
export function identitiesWithImages(dataset: Dataset): Identity[] {
  const images = dataset.identities.map((): string[] => [])
  for (const { id, identity } of dataset.samples) images[identity]?.push(id)
  return dataset.identities.map((name, index) => ({ name, images: images[index] ?? [] }))
}

export interface HeldOutOptions {
  readonly seed: number
  /** The network's input. */
  readonly size: Size
  /** Share of the set's images that may be unreadable. */
  readonly maxUnreadable: number
  /** Images known to be unreadable, by their files. */
  readonly known: readonly UnreadableImage[]
  /** Told of each further one, by its file. */
  readonly onUnreadable: (image: UnreadableImage) => void
  readonly signal: AbortSignal
}

/** Pairs with their crops; undefined with too few people. */
export interface HeldOut {
  readonly pairs: PairCrops | undefined
  /** Those of the set's images, known before or found now, by their files. */
  readonly unreadable: readonly UnreadableImage[]
}

/**
 * As many pairs of a set's identities as they carry, at most 6,000, and their crops. Images that cannot be read are left
 * out and the pairs drawn anew, so that the same files give the same pairs.
 * @throws DataError where more than `maxUnreadable` of the set's images cannot be read
 */
export async function loadHeldOut(dataset: Dataset, options: HeldOutOptions): Promise<HeldOut> {
  const { seed, size, maxUnreadable, onUnreadable, signal } = options
  const fileOf = new Map(dataset.samples.map(({ id }, index) => [id, dataset.files?.[index] ?? id]))
  const files = new Set(fileOf.values())
  const unreadable = new Map(
    options.known.filter(({ id }) => files.has(id)).map((image) => [image.id, image]),
  )
  const listed = (): readonly UnreadableImage[] =>
    [...unreadable.values()].toSorted((a, b) => byCodePoint(a.id, b.id))
  const indexOf = new Map(dataset.samples.map(({ id }, index) => [id, index]))
  const crops = new Map<string, Image>()
  const load = async (name: string): Promise<void> => {
    signal.throwIfAborted()
    const file = fileOf.get(name) ?? name
    try {
      crops.set(name, networkCrop(await dataset.image(indexOf.get(name) ?? -1), size))
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause
      unreadable.set(file, { id: file, reason: cause.reason })
      onUnreadable({ id: file, reason: cause.reason })
    }
  }
  for (;;) {
    checkUnreadable(listed(), files.size, maxUnreadable)
    const readable = identitiesWithImages(dataset).map(({ name, images }) => ({
      name,
      images: images.filter((id) => !unreadable.has(fileOf.get(id) ?? id)),
    }))
    const set = drawPairs(readable, seed)
    if (set === undefined) return { pairs: undefined, unreadable: listed() }
    const names = [...new Set(set.pairs.flatMap(({ a, b }) => [a, b]))]
    const missing = names.filter((name) => !crops.has(name))
    const before = unreadable.size
    await mapBounded(missing, 4, load)
    if (unreadable.size > before) continue
    const pairs = { pairs: set, names, crops: names.flatMap((name) => crops.get(name) ?? []) }
    return { pairs, unreadable: listed() }
  }
}

const drawPairs = (identities: readonly Identity[], seed: number): PairSet | undefined => {
  const most = Math.min(usualRandomPairs, mostRandomPairs(identities, seed))
  return most < 20 ? undefined : randomPairs(identities, most, seed)
}
