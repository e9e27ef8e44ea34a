/** @file Whom a run learns from and is chosen by, kept in its folder as hashes, and what its model says of it. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import type { Dataset } from '../../data/dataset.ts'
import { decodeSeen, encodeSeen, hashOfDigest } from '../../model/seen.ts'
import { openPlaces, placesOfFiles } from '../faces/image-places.ts'
import type { RunPaths } from './run-folder.ts'

const hashes = async (
  { places, files, samples }: Dataset,
  signal: AbortSignal,
  onHash: () => void,
): Promise<readonly bigint[]> => {
  const where = places ?? (files === undefined ? undefined : placesOfFiles(files))
  if (where === undefined) return []
  await using reader = openPlaces(where)
  const found = await mapBounded([...samples.keys()], 8, async (index): Promise<bigint[]> => {
    signal.throwIfAborted()
    onHash()
    try {
      return [
        hashOfDigest(
          createHash('sha256')
            .update(await reader.encoded(index))
            .digest(),
        ),
      ]
    } catch (error) {
      // what cannot be read was not learnt from; it is named where it is decoded
      if (error instanceof FormatError) return []
      throw error
    }
  })
  return found.flat()
}

/** An identity's own name, without the folder that tells several apart. */
const ownName = (identity: string): string => identity.slice(identity.lastIndexOf('/') + 1)

/** Hashes of the people and images of some sets. Every image is read once. @param onProgress told of images done */
export async function seenIn(
  sets: readonly Dataset[],
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<string> {
  const total = sets.reduce((sum, { samples }) => sum + samples.length, 0)
  let done = 0
  const images: bigint[] = []
  for (const set of sets) images.push(...(await hashes(set, signal, () => onProgress(++done, total))))
  return encodeSeen(
    sets.flatMap(({ identities }) => identities.map(ownName)),
    images,
  )
}

const splitSchema = z.object({ train: z.array(z.string()), validation: z.array(z.string()) })

/** What a run's folder says of whom it saw; of one that keeps no hashes the names alone. Undefined where it says nothing. @throws FormatError */
export async function seenByRun({ seen, split }: RunPaths): Promise<string | undefined> {
  const text = await readFile(seen, 'utf8').catch(() => undefined)
  if (text !== undefined) {
    decodeSeen(text, seen)
    return text.trim()
  }
  const known = await readFile(split, 'utf8').catch(() => undefined)
  if (known === undefined) return undefined
  const parsed = splitSchema.safeParse(jsonOf(known))
  if (!parsed.success) return undefined
  return encodeSeen([...parsed.data.train, ...parsed.data.validation].map(ownName), [])
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
