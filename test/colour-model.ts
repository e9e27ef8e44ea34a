/** @file A model so simple that every figure can be checked: an image's embedding is the colour of its first pixel. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'
import type { EmbeddingModel } from '../src/model/contract.ts'

/** Red, green and blue in 0 to 255. */
export type Colour = readonly [number, number, number]

/** Writes a PNG of one colour, `side` pixels wide and high, and the folders it lies in. */
export async function writeColour(file: string, [r, g, b]: Colour, side = 16): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } })
    .png()
    .toFile(file)
}

/** Takes images of one colour, 16×16; mirror images are not used. */
export const colourModel: Pick<EmbeddingModel, 'contract' | 'embed'> = {
  contract: {
    schema: 'cosface-model/1',
    id: 'colours',
    weights: 'colours',
    input: { height: 16, width: 16 },
    channels: 'rgb',
    mean: 127.5,
    std: 127.5,
    flip: 'none',
    embeddingSize: 3,
    templateSize: 3,
  },
  embed: async (pixels, count) => {
    const plane = pixels.length / count / 3
    return Float32Array.from({ length: count * 3 }, (_, i) => pixels[i * plane] ?? 0)
  },
}
