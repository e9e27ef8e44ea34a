/** @file Pairs that a training logs and never chooses by: a list whose images are trained on or held out, or a pack with its own. */
import { basename } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import { resolvePairs } from '../../evaluate/resolve-pairs.ts'
import type { Image } from '../../image/image.ts'
import type { TrainConfig } from '../../train/config.ts'
import type { ValidationSet } from '../../train/surroundings.ts'
import { openBin } from '../faces/bin-file.ts'
import { decodeImage } from '../faces/decode.ts'
import { openFaces } from '../faces/face-sets.ts'
import { guessPairProtocol, readPairList } from '../faces/pair-list-file.ts'
import { loadPairCrops, packValidation, pairValidation } from './pair-validation.ts'

/**
 * Opens what `--watch` names. Every image is decoded once, so that a damaged one does not show only when the first figure is due.
 * @throws UsageError, DataError, FormatError as lists, packs and images do
 */
export async function openWatched(
  path: string,
  config: Pick<TrainConfig, 'data' | 'size'>,
  flip: FlipRule,
  signal: AbortSignal,
): Promise<ValidationSet> {
  const protocol = await guessPairProtocol(path)
  const name = basename(path).replace(/\.[^.]+$/, '')
  if (protocol === 'ytf')
    throw new UsageError(
      `${path} lists videos, which cannot be watched; give a list of images or a .bin pack`,
    )
  if (protocol === 'bin') {
    const pack = await openBin(path, decodeImage)
    await mapBounded(pack.names, 4, async (_, index) => {
      signal.throwIfAborted()
      await pack.image(index)
    })
    return packValidation('watch', name, pack, config.size, flip)
  }
  const list = await readPairList(path, protocol)
  const sets = await Promise.all(
    config.data.folders.map((folder) => openFaces([folder], given({ depth: config.data.depth }))),
  )
  try {
    const found = new Map<string, () => Promise<Image>>()
    for (const set of sets)
      set.samples.forEach(({ id }, index) => {
        if (!found.has(id)) found.set(id, () => set.image(index))
      })
    const pairs = resolvePairs(list, found.keys(), {
      place: config.data.folders.join(', '),
      remedy: 'They are looked for in the folders trained on; leave their pairs out of the list',
    })
    const image = async (id: string): Promise<Image> => {
      const read = found.get(id)
      if (read === undefined) throw new RangeError(`Expected an image of the folders, got ${id}`)
      return read()
    }
    return pairValidation('watch', name, await loadPairCrops(pairs, image, config.size, signal), flip)
  } finally {
    for (const set of sets) await set[Symbol.asyncDispose]()
  }
}
