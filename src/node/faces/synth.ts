/** @file Drawn faces: as many people as wanted, none of them anybody. */
import { takePicture } from '../../data/synth/light.ts'
import { drawPerson } from '../../data/synth/person.ts'
import { drawPicture } from '../../data/synth/picture.ts'
import { composeSvg, faceFeatures } from '../../data/synth/svg.ts'
import type { Image, Size } from '../../image/image.ts'

/**
 * Picture number `image` of the drawn person number `identity`, an aligned face of `size`. Equal arguments give equal
 * pixels on one machine. Drawn with facesjs (Apache-2.0).
 */
export async function drawIdentity(
  seed: number,
  identity: number,
  image: number,
  size: Size,
): Promise<Image> {
  const [{ faceToSvgString, svgsIndex }, { default: sharp }] = await Promise.all([
    import('facesjs'),
    import('sharp'),
  ])
  const person = drawPerson(svgsIndex, seed, identity)
  const picture = drawPicture(svgsIndex, person, seed, identity, image)
  const features = faceFeatures(person, picture)
  const svg = composeSvg(faceToSvgString(features), features, person, picture, size)
  const { data, info } = await sharp(new TextEncoder().encode(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.height !== size.height || info.width !== size.width || info.channels !== 3) {
    throw new Error(`A drawing came out as ${info.height}x${info.width} with ${info.channels} channels`)
  }
  return takePicture({ ...size, data }, picture, seed, identity, image)
}
