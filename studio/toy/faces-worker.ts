/** @file Draws people as SVG. The drawing library wants a `document` of its own making, which only a worker lets it have. */
import { faceToSvgString, svgsIndex } from 'facesjs'
import { drawPerson } from '../../src/data/synth/person.ts'
import { drawPicture, type Picture } from '../../src/data/synth/picture.ts'
import { composeSvg, faceFeatures } from '../../src/data/synth/svg.ts'
import type { Size } from '../../src/image/image.ts'

/** Which pictures of which person. */
export interface FaceRequest {
  readonly id: number
  readonly identity: number
  /** Numbers of the pictures. */
  readonly images: readonly number[]
  readonly size: Size
  /** Pictures in a row of the sheet. */
  readonly columns: number
}

/** Drawings side by side on one sheet, and what the camera will do to each. */
export interface Sheet {
  readonly svg: string
  readonly pictures: readonly Picture[]
}

/** The answer to a request. */
export interface FaceReply extends Sheet {
  readonly id: number
}

/** The people are the same for every seed of the training: those of `cosface synth` with this seed. */
const world = 1

const draw = (
  identity: number,
  image: number,
  size: Size,
): { readonly svg: string; readonly picture: Picture } => {
  const person = drawPerson(svgsIndex, world, identity)
  const picture = drawPicture(svgsIndex, person, world, identity, image)
  const features = faceFeatures(person, picture)
  return { picture, svg: composeSvg(faceToSvgString(features), features, person, picture, size) }
}

/** A drawing at its place; the names inside it are made its own, since a sheet is one document. */
const placed = (svg: string, number: number, x: number, y: number): string =>
  svg
    .replace('<svg ', `<svg x="${x}" y="${y}" `)
    .replaceAll('id="b"', `id="b${number}"`)
    .replaceAll('url(#b)', `url(#b${number})`)

globalThis.addEventListener('message', ({ data }: MessageEvent<FaceRequest>) => {
  const { id, identity, images, size, columns } = data
  const drawings = images.map((image) => draw(identity, image, size))
  const width = Math.min(columns, images.length) * size.width
  const height = Math.ceil(images.length / columns) * size.height
  const body = drawings.map(({ svg }, at) =>
    placed(svg, at, (at % columns) * size.width, Math.floor(at / columns) * size.height),
  )
  const reply: FaceReply = {
    id,
    pictures: drawings.map(({ picture }) => picture),
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body.join('')}</svg>`,
  }
  globalThis.postMessage(reply)
})
