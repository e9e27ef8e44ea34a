/** @file A picture of a comparison: both photographs with their faces marked, the crops that were compared below them. */
import type { OverlayOptions } from 'sharp'
import type { AlignedFace } from '../../face/aligned-face.ts'
import type { DetectedFace } from '../../face/detected-face.ts'
import type { Image } from '../../image/image.ts'
import { replaceFile } from '../files/replace-file.ts'

/** One photograph of the picture. */
export interface PictureSide {
  readonly image: Image
  readonly faces: readonly AlignedFace[]
  /** The face that was compared; the others are marked faintly. */
  readonly compared: DetectedFace | undefined
}

const shownHeight = 480
const gap = 16
const cropSide = 160

const marks = ({ faces, compared, image }: PictureSide, scale: number): string => {
  const shapes = faces.map((face) => {
    const { x, y, width, height } = face.box
    const isCompared = compared !== undefined && compared.box.x === x && compared.box.y === y
    const colour = isCompared ? '#00d27a' : '#ffffff'
    const points = Object.values(face.landmarks).map(
      (point) => `<circle cx="${point.x}" cy="${point.y}" r="${2.5 / scale}" fill="${colour}"/>`,
    )
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${colour}" stroke-width="${(isCompared ? 3 : 1.5) / scale}"/>${points.join('')}`
  })
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${image.width} ${image.height}">${shapes.join('')}</svg>`
}

const cropOf = ({ faces, compared }: PictureSide): Image | undefined =>
  faces.find(({ box }) => box.x === compared?.box.x && box.y === compared.box.y)?.crop

/** Writes the picture; the ending of `file` says as what. */
export async function saveVerification(file: string, sides: readonly PictureSide[]): Promise<void> {
  const { default: sharp } = await import('sharp')
  const raw = (image: Image): ReturnType<typeof sharp> =>
    sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
  const layers: OverlayOptions[] = []
  let left = gap
  for (const side of sides) {
    const scale = shownHeight / side.image.height
    const width = Math.round(side.image.width * scale)
    const photograph = await raw(side.image).resize(width, shownHeight).png().toBuffer()
    layers.push(
      { input: photograph, left, top: gap },
      { input: Buffer.from(marks(side, scale)), left, top: gap },
    )
    const crop = cropOf(side)
    if (crop !== undefined)
      layers.push({
        input: await raw(crop).resize(cropSide, cropSide, { fit: 'contain' }).png().toBuffer(),
        left: left + Math.max(0, Math.round((width - cropSide) / 2)),
        top: shownHeight + 2 * gap,
      })
    left += Math.max(width, cropSide) + gap
  }
  const size = { width: left, height: shownHeight + cropSide + 3 * gap }
  const format = /\.jpe?g$/i.test(file) ? 'jpeg' : /\.webp$/i.test(file) ? 'webp' : 'png'
  const picture = await sharp({ create: { ...size, channels: 3, background: '#24292f' } })
    .composite(layers)
    .toFormat(format)
    .toBuffer()
  await replaceFile(file, picture)
}
