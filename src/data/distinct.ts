/** @file How many images differ from each other: copies of one picture teach nothing. */

/** Values of an image that are compared. */
const compared = 199

/**
 * The share of images of equal size, one after another, that no earlier one equals, of as many as could differ.
 * @param images how many there are in the whole set; a batch may hold an image twice where they are few
 */
export function distinctImages(
  pixels: Float32Array | Uint8Array,
  count: number,
  images: number = Number.POSITIVE_INFINITY,
): number {
  const each = pixels.length / count
  const step = Math.max(1, Math.floor(each / compared))
  const seen = new Set<string>()
  for (let start = 0; start < pixels.length; start += each) {
    const sample: number[] = []
    for (let at = start; at < start + each; at += step) sample.push(pixels[at] ?? 0)
    seen.add(sample.join())
  }
  return seen.size / Math.min(count, images)
}
