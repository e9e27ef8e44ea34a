/** @file How bright a pixel looks: its colours weighted as the eye weighs them. */
import type { Image } from '../image/image.ts'

/** The brightness, 0…255, of the pixel whose three bytes begin at `at`; NaN outside the image. */
export function brightnessAt(data: Image['data'], at: number): number {
  return 0.299 * (data[at] ?? NaN) + 0.587 * (data[at + 1] ?? NaN) + 0.114 * (data[at + 2] ?? NaN)
}
