/** @file Faces drawn into their photograph, for people to look at. */
import { drawPoints } from '../image/draw.ts'
import type { Image } from '../image/image.ts'
import type { DetectedFace } from './detected-face.ts'

const found: readonly [number, number, number] = [0, 220, 60]
const rejected: readonly [number, number, number] = [255, 150, 0]

/** A copy of the photograph with a frame around every face and a cross at every landmark: green, or orange where rejected. */
export function drawFaces(
  photograph: Image,
  faces: readonly (DetectedFace & { readonly rejected?: unknown })[],
): Image {
  const { height, width } = photograph
  // thin lines vanish when a large photograph is looked at as a whole
  const thickness = Math.max(1, Math.round(Math.max(height, width) / 500))
  let image: Image = { height, width, data: photograph.data.slice() }
  for (const face of faces) {
    const colour = face.rejected === undefined ? found : rejected
    const [left, top] = [Math.round(face.box.x), Math.round(face.box.y)]
    const right = Math.round(face.box.x + face.box.width)
    const bottom = Math.round(face.box.y + face.box.height)
    fill(image, left, top, right, top + thickness, colour)
    fill(image, left, bottom - thickness, right, bottom, colour)
    fill(image, left, top, left + thickness, bottom, colour)
    fill(image, right - thickness, top, right, bottom, colour)
    image = drawPoints(image, Object.values(face.landmarks), colour, 2 * thickness)
  }
  return image
}

const fill = (
  { data, height, width }: Image,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colour: readonly [number, number, number],
): void => {
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, left); x < Math.min(width, right); x++) data.set(colour, (y * width + x) * 3)
}
