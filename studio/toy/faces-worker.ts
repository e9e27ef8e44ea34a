/** @file Draws people as SVG. The drawing library wants a `document` of its own making, which only a worker lets it have. */
import { faceToSvgString, svgsIndex } from 'facesjs'
import { drawPerson } from '../../src/data/synth-person.ts'
import { drawPicture, type Picture } from '../../src/data/synth-picture.ts'
import { composeSvg, faceFeatures } from '../../src/data/synth-svg.ts'
import type { Size } from '../../src/image/image.ts'

/** Which picture of which person. */
export interface FaceRequest {
  readonly id: number
  readonly identity: number
  readonly image: number
  readonly size: Size
}

/** A drawing and what the camera will do to it. */
export interface Drawing {
  readonly svg: string
  readonly picture: Picture
}

/** The answer to a request. */
export interface FaceReply extends Drawing {
  readonly id: number
}

/** The people are the same for every seed of the training: those of `cosface synth` with this seed. */
const world = 1

globalThis.addEventListener('message', ({ data }: MessageEvent<FaceRequest>) => {
  const { id, identity, image, size } = data
  const person = drawPerson(svgsIndex, world, identity)
  const picture = drawPicture(svgsIndex, person, world, identity, image)
  const features = faceFeatures(person, picture)
  const reply: FaceReply = {
    id,
    picture,
    svg: composeSvg(faceToSvgString(features), features, person, picture, size),
  }
  globalThis.postMessage(reply)
})
