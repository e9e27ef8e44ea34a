import { expect, it } from 'vitest'
import type { Image } from '../image/image.ts'
import { embedAhead } from './embed-ahead.ts'

/** A grey image of one value; its embedding is the mean of its pixels. */
const image = (value: number): Image => ({ height: 2, width: 2, data: new Uint8Array(12).fill(value) })
const model = {
  contract: { input: { height: 2, width: 2 }, channels: 'rgb', mean: 0, std: 1 } as const,
  embed: async (pixels: Float32Array, count: number) =>
    Float32Array.from({ length: count }, (_, i) => pixels[i * 12] ?? NaN),
}
const items = Array.from({ length: 10 }, (_, i) => i)

const all = async (
  read: (item: number) => Promise<Image | undefined>,
  options: Partial<Parameters<typeof embedAhead>[3]> = {},
) => {
  const rows: [number, number][] = []
  for await (const { items: some, raw } of embedAhead(model, items, read, {
    mirror: false,
    batch: 3,
    ...options,
  }))
    some.forEach((item, i) => rows.push([item, raw[i] ?? NaN]))
  return rows
}

it('embeds in order, whatever is read first, and leaves out what is not given', async () => {
  const late = async (item: number): Promise<Image | undefined> => {
    await new Promise((resolve) => setTimeout(resolve, (10 - item) % 4))
    return item === 4 ? undefined : image(item)
  }
  const progress: number[] = []
  const rows = await all(late, { onProgress: (done) => progress.push(done) })
  expect(rows).toEqual(items.filter((item) => item !== 4).map((item) => [item, item]))
  expect(progress).toEqual([3, 6, 9, 10])
})

it('reads one batch ahead and no more', async () => {
  let read = 0
  const pieces = embedAhead(model, items, async (item) => (read++, image(item)), { mirror: true, batch: 2 })
  const first = await pieces.next()
  expect(first.value?.mirrored).toHaveLength(2)
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(read).toBe(4)
  await pieces.return(undefined)
})

it('throws an error in its turn, and ends where it is cancelled', async () => {
  const seen: number[] = []
  const broken = async (item: number): Promise<Image> => {
    if (item === 5) throw new Error('five')
    return image(item)
  }
  await expect(
    (async () => {
      for await (const { items: some } of embedAhead(model, items, broken, { mirror: false, batch: 3 }))
        seen.push(...some)
    })(),
  ).rejects.toThrow('five')
  expect(seen).toEqual([0, 1, 2])
  const stop = new AbortController()
  const stopped = all(async (item) => (item === 6 && stop.abort(new Error('enough')), image(item)), {
    signal: stop.signal,
  })
  await expect(stopped).rejects.toThrow('enough')
})
