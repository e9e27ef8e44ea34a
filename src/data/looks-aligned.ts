/** @file Whether images can be crops of aligned faces, by their sizes alone, and what to do where they cannot. */
import { byCodePoint } from '../base/names.ts'
import { counted } from '../base/words.ts'
import type { Size } from '../image/image.ts'

/** Whether an image can be the crop of an aligned face by its size alone: a whole photograph seldom can. */
export function looksAligned({ height, width }: Size): boolean {
  return height <= 1.4 * width && width <= 1.1 * height && height <= 400
}

/** What to do with photographs, in words. */
export const alignFirst =
  'align them first: cosface align PHOTOS --out FACES makes 112x112 crops with the five points at the same places; --align does it on the way'

/** The share of images of other sizes from which a set is worth a word; a few strays among aligned crops are none. */
const strays = 0.05

/** One sentence where more than a few images cannot be aligned crops by their size; undefined where they can. */
export function unalignedNote(
  images: readonly { readonly name: string; readonly size: Size }[],
): string | undefined {
  const others = images.filter(({ size }) => !looksAligned(size))
  const [first] = others.toSorted((a, b) => byCodePoint(a.name, b.name))
  if (first === undefined || others.length < strays * images.length) return undefined
  const { height, width } = first.size
  return (
    `${others.length} of ${counted(images.length, 'image')} cannot be crops of aligned faces by their size ` +
    `(${first.name} is ${height}x${width}): their embeddings say little; ${alignFirst}`
  )
}
