/** @file The sizes of some images of a folder, read from their first bytes. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { imageHeader } from '../../image/header.ts'
import type { Size } from '../../image/image.ts'
import { imagesBelow } from './folder-walk.ts'

const sampled = 100
const firstBytes = 65_536

const sizeOf = async (file: string): Promise<Size | undefined> => {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(firstBytes), 0, firstBytes, 0)
    return imageHeader(buffer.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

/** Names and stored sizes of at most a hundred images, spread over the folder; those that do not tell are left out. */
export async function sampledSizes(
  folder: string,
): Promise<readonly { readonly name: string; readonly size: Size }[]> {
  const { images } = await imagesBelow(folder)
  const step = Math.max(1, images.length / sampled)
  const chosen = Array.from(
    { length: Math.min(images.length, sampled) },
    (_, i) => images[Math.floor(i * step)] ?? '',
  )
  const sizes = await mapBounded(chosen, 8, async (name) => {
    const size = await sizeOf(join(folder, name))
    return size === undefined ? [] : [{ name, size }]
  })
  return sizes.flat()
}
