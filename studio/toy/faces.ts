/** @file Drawn people in a browser: the same persons and pictures as `cosface synth`, turned into pixels by a canvas. */
import { takePicture } from '../../src/data/synth-light.ts'
import { drawPerson } from '../../src/data/synth-person.ts'
import { drawPicture, type Picture } from '../../src/data/synth-picture.ts'
import { composeSvg, faceFeatures } from '../../src/data/synth-svg.ts'
import type { Image as Pixels, Size } from '../../src/image/image.ts'

/** What the network sees. */
export const pictureSize: Size = { height: 28, width: 24 }
/** Pictures of each person, held-out ones included. */
export const picturesPerPerson = 64
/** The people are the same for every seed of the training. */
const world = 1

/** A drawing and what the camera will do to it. */
export interface Drawing {
  readonly svg: string
  readonly picture: Picture
}

/** Picture number `image` of person number `identity`, as SVG. */
export async function drawing(identity: number, image: number, size: Size): Promise<Drawing> {
  const { faceToSvgString, svgsIndex } = await import('facesjs')
  const person = drawPerson(svgsIndex, world, identity)
  const picture = drawPicture(svgsIndex, person, world, identity, image)
  const features = faceFeatures(person, picture)
  return { svg: composeSvg(faceToSvgString(features), features, person, picture, size), picture }
}

/** The address of an SVG text as an image. */
export function imageAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

/** A surface to draw on, used again for each picture. */
export function openCanvas(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = pictureSize.width
  canvas.height = pictureSize.height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no canvas to draw on')
  return context
}

/** Picture number `image` of person number `identity`, as the network sees it. */
export async function photograph(
  context: CanvasRenderingContext2D,
  identity: number,
  image: number,
): Promise<Pixels> {
  const { svg, picture } = await drawing(identity, image, pictureSize)
  const element = new Image(pictureSize.width, pictureSize.height)
  element.src = imageAddress(svg)
  await element.decode()
  context.drawImage(element, 0, 0)
  const { data: rgba } = context.getImageData(0, 0, pictureSize.width, pictureSize.height)
  const data = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    data[to] = rgba[from] ?? 0
    data[to + 1] = rgba[from + 1] ?? 0
    data[to + 2] = rgba[from + 2] ?? 0
  }
  return takePicture({ ...pictureSize, data }, picture, world, identity, image)
}
