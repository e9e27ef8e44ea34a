/** @file What a camera adds to a drawn picture: light from one side, colour cast, lost resolution, noise. */
import { random } from '../../base/random.ts'
import type { Image } from '../../image/image.ts'
import { resize } from '../../image/resample.ts'
import type { Picture } from './picture.ts'

/** `image` under the light, blur and noise of `picture`; `keys` make the noise this picture's own. */
export function takePicture(
  image: Image,
  picture: Picture,
  seed: number,
  identity: number,
  number: number,
): Image {
  const { height, width } = image
  const { light } = picture
  const data = new Uint8ClampedArray(image.data)
  const cos = Math.cos((light.degrees * Math.PI) / 180)
  const sin = Math.sin((light.degrees * Math.PI) / 180)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // −1 where the light comes from, 1 on the far side
      const far = ((x / width - 0.5) * cos + (y / height - 0.5) * sin) * 1.4
      const gain = light.brightness * (1 - light.fall * Math.min(1, Math.max(0, (far + 1) / 2)))
      let at = (y * width + x) * 3
      for (const factor of light.cast) {
        data[at] = (((data[at] ?? NaN) - 127.5) * light.contrast + 127.5) * gain * factor
        at++
      }
    }
  }
  let lit: Image = { height, width, data: new Uint8Array(data.buffer) }
  if (picture.blur > 1) {
    const small = {
      height: Math.max(1, Math.round(height / picture.blur)),
      width: Math.max(1, Math.round(width / picture.blur)),
    }
    lit = resize(resize(lit, small), { height, width })
  }
  const stream = random(seed, 'noise', identity, number)
  const noisy = new Uint8ClampedArray(lit.data)
  // the sum of three uniform numbers is near enough to normal, and cheap
  const spread = picture.noise * 2
  for (let at = 0; at < noisy.length; at++) {
    const noise = (stream.uniform() + stream.uniform() + stream.uniform() - 1.5) * spread
    noisy[at] = (noisy[at] ?? NaN) + noise
  }
  return { height, width, data: new Uint8Array(noisy.buffer) }
}
