/** @file Drawn faces: as many people as wanted, none of them anybody. */
import type { Image, Size } from '../image/image.ts'
import { takePicture } from '../data/synth-light.ts'
import { drawPerson } from '../data/synth-person.ts'
import { drawPicture } from '../data/synth-picture.ts'
import { composeSvg, faceFeatures } from '../data/synth-svg.ts'
import { decodeImage } from './decode.ts'

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
  // the library replaces some hair under hats in what it is given
  const svg = composeSvg(faceToSvgString(features), features, person, picture, size)
  const png = await sharp(new TextEncoder().encode(svg)).png({ compressionLevel: 0 }).toBuffer()
  return takePicture(await decodeImage(png, 'drawn face'), picture, seed, identity, image)
}
