/** @file Carrying a gallery over to another model, from the stored crops: old and new side by side until the switch. */
import { DataError, UsageError } from '../base/errors.ts'
import { type EmbeddingOrigin, originDifference } from '../face/embedding-origin.ts'
import { commit, currentOrigin, type GalleryContext, openCrop, sealVector } from './context.ts'
import type { GalleryReader } from './store.ts'

/** Embeds encoded crops; the result is [N, size], each of length 1. */
export type EmbedCrops = (crops: readonly Uint8Array[]) => Promise<Float32Array>

export interface ReembedOptions {
  readonly origin: EmbeddingOrigin
  readonly embed: EmbedCrops
  /** References without a crop keep the gallery from switching unless they may be left behind. @defaultValue false */
  readonly leaveBehind?: boolean
  /** Crops embedded and written at once. @defaultValue 64 */
  readonly batch?: number
  readonly onProgress?: (done: number) => void
  readonly signal?: AbortSignal
}

/** What a migration came to. */
export interface Reembedded {
  /** Embedded in this call; those of an earlier, interrupted one are kept. */
  readonly embedded: number
  /** References without a crop, which have no embedding of the new model. */
  readonly leftBehind: readonly number[]
}

/**
 * Embeds every reference with the new model and then switches to it in one write. After an interruption it goes on where it
 * stopped; until the switch the old model answers.
 * @throws DataError before the switch where references have no crop
 */
export async function reembed(context: GalleryContext, options: ReembedOptions): Promise<Reembedded> {
  const { origin, embed, leaveBehind = false, batch = 64, onProgress, signal } = options
  const { store } = context
  const current = await store.read(currentOrigin)
  if (current === undefined) throw new UsageError('The gallery is empty; there is nothing to carry over')
  if (originDifference(current.origin, origin) === undefined)
    throw new UsageError('The gallery’s embeddings are of this model already; there is nothing to carry over')
  const number = await commit(context, 'reembed', async ({ writer }) => {
    const begun = await numberOf(writer, origin)
    if (begun !== undefined) return { result: begun, subjects: [] }
    const added = await writer.allocate(1)
    await writer.addOrigin(added, origin)
    return { result: added, subjects: [added] }
  })
  let embedded = 0
  const leftBehind: number[] = []
  for (let after = 0; ;) {
    signal?.throwIfAborted()
    const { rows, crops } = await store.read(async (reader) => {
      const found = await reader.withoutEmbedding(number, after, batch)
      return { rows: found, crops: await Promise.all(found.map(({ id }) => reader.crop(id))) }
    })
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
    const have = rows.flatMap(({ id }, i) => {
      const crop = crops[i]
      if (crop === undefined) leftBehind.push(id)
      return crop === undefined ? [] : [{ id, crop: openCrop(context, crop, id) }]
    })
    if (have.length > 0) embedded += await writeBatch(context, number, origin, have, embed)
    onProgress?.(embedded)
  }
  if (leftBehind.length > 0 && !leaveBehind)
    throw new DataError(
      `${leftBehind.length} references have no stored crop (the first is ${leftBehind[0]}), so the new model cannot see them; enrol them anew, remove them, or switch without them by --leave-behind. The old model still answers`,
    )
  await commit(context, 'switch model', async ({ writer }) => {
    // what another process enrolled between the last look and now must not be lost
    const missed = await writer.withoutEmbedding(number, leftBehind.at(-1) ?? 0, 1)
    if (missed.some(({ id }) => !leftBehind.includes(id)))
      throw new DataError(
        'Faces were enrolled meanwhile; run cosface gallery reembed once more to take them in',
      )
    await writer.putSetting('origin', String(number))
    await writer.dropOrigin(current.number)
    return { result: undefined, subjects: [number] }
  })
  return { embedded, leftBehind }
}

const numberOf = async (reader: GalleryReader, origin: EmbeddingOrigin): Promise<number | undefined> => {
  for (const [number, known] of await reader.origins())
    if (originDifference(known, origin) === undefined) return number
  return undefined
}

const writeBatch = async (
  context: GalleryContext,
  origin: number,
  { size }: EmbeddingOrigin,
  crops: readonly { readonly id: number; readonly crop: Uint8Array }[],
  embed: EmbedCrops,
): Promise<number> => {
  const vectors = await embed(crops.map(({ crop }) => crop))
  if (vectors.length !== crops.length * size)
    throw new DataError(
      `The new model gave ${vectors.length / crops.length} numbers a crop where its origin says ${size}`,
    )
  return context.store.write(async (writer) => {
    const rows = []
    for (const [i, { id }] of crops.entries()) {
      // removed, or embedded by another process, since it was read
      const reference = await writer.reference(id)
      if (reference === undefined || (await writer.embedding(id, origin)) !== undefined) continue
      const vector = sealVector(context, vectors.subarray(i * size, (i + 1) * size), id, origin)
      rows.push({ reference: id, person: reference.person ?? 0, origin, vector })
    }
    await writer.addEmbeddings(rows)
    return rows.length
  })
}
