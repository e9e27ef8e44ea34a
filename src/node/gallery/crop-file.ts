/** @file Aligned crops as PNG: not a grey level is lost, so that another model can embed them later. */
import type { Image } from '../../image/image.ts'
import { decodeImage } from '../faces/decode.ts'

/** Encodes a crop. */
export async function encodeCrop({ data, width, height }: Image): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp')
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** The crop again. */
export function decodeCrop(bytes: Uint8Array): Promise<Image> {
  return decodeImage(bytes, 'the stored crop')
}
