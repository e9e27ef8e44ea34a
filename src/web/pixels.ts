/** @file Pictures of the browser as images of ours. */
import type { PhotographFacts } from '../face/find-faces.ts'
import type { Image } from '../image/image.ts'
import { exifOrientation } from '../image/orientation.ts'

/** What pixels can be taken from: a bitmap, a frame of a video, a canvas. */
export type PixelSource = ImageBitmap | VideoFrame | OffscreenCanvas

/** The pixels of a picture, sRGB; transparent ones are laid on white. */
export function pixelsOf(source: PixelSource): Image {
  const [width, height] =
    'displayWidth' in source ? [source.displayWidth, source.displayHeight] : [source.width, source.height]
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  })
  if (context === null) throw new Error('This browser gives no canvas to read pixels from')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(source, 0, 0, width, height)
  const { data: four } = context.getImageData(0, 0, width, height)
  const data = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) data.set(four.subarray(from, from + 3), to)
  return { height, width, data }
}

/** A decoded photograph. */
export interface Photograph extends PhotographFacts {
  readonly image: Image
}

/**
 * Decodes a photograph's file upright, and tells whether the file said which way is up.
 * @throws DOMException where the browser cannot decode it
 */
export async function readPhotograph(file: Blob): Promise<Photograph> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const isOriented = exifOrientation(new Uint8Array(await file.arrayBuffer())) !== undefined
    return { image: pixelsOf(bitmap), isOriented }
  } finally {
    bitmap.close()
  }
}
