/** @file Marks on pictures for people to look at. */
import type { Image, Point } from './image.ts'

/** A copy of `image` with a cross of one colour at each point; what falls outside is left out. */
export function drawPoints(
  image: Image,
  points: readonly Point[],
  colour: readonly [number, number, number] = [0, 255, 0],
  radius = 2,
): Image {
  const data = image.data.slice()
  const paint = (x: number, y: number): void => {
    if (x >= 0 && y >= 0 && x < image.width && y < image.height) data.set(colour, (y * image.width + x) * 3)
  }
  for (const point of points) {
    const x = Math.round(point.x)
    const y = Math.round(point.y)
    for (let step = -radius; step <= radius; step++) {
      paint(x + step, y)
      paint(x, y + step)
    }
  }
  return { height: image.height, width: image.width, data }
}
