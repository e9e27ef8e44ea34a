/** @file Images into files' bytes, by sharp. */
import type { Image } from '../../image/image.ts'

/** What crops and drawings are written as. */
export const imageKinds = ['png', 'jpg'] as const
export type ImageKind = (typeof imageKinds)[number]

/** The image as PNG, which keeps every pixel, or as JPEG of the given quality, 1 to 100. */
export async function encodeImage(image: Image, kind: ImageKind, quality = 92): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp')
  const { data, height, width } = image
  const pipeline = sharp(data, { raw: { height, width, channels: 3 } })
  return kind === 'png'
    ? pipeline.png({ compressionLevel: 6 }).toBuffer()
    : pipeline.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
}
