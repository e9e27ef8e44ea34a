/**
 * @file The verification packs of face recognition (`lfw.bin`, `cfp_fp.bin` …): a pickle of 2N encoded images and N truth
 * values; pair i is the images 2i and 2i + 1.
 */
import { FormatError, shown, UsageError } from '../../base/errors.ts'
import { counted } from '../../base/words.ts'
import { arrayNumbers, asArray, asTruth, numpyNames } from '../pickle/numpy.ts'
import type { PickleValue } from '../pickle/values.ts'
import { asBytes, asItems, pickleKind } from '../pickle/values.ts'
import { readPickle } from '../pickle/pickle.ts'

/** A pack: `images` are encoded, twice as many as `same`. */
export interface VerificationBin {
  readonly images: readonly Uint8Array[]
  readonly same: readonly boolean[]
}

const elements = (value: PickleValue | undefined, file: string): readonly PickleValue[] | undefined => {
  const items = asItems(value)
  if (items !== undefined) return items
  const array = asArray(value, file)
  // [N], or [N, 1] as a column is saved
  if (array === undefined || array.shape.length === 0 || array.shape.slice(1).some((length) => length !== 1))
    return undefined
  return array.items ?? arrayNumbers(array)
}

const imageBytes = (value: PickleValue, file: string): Uint8Array => {
  const bytes = asBytes(value)
  if (bytes !== undefined) return bytes
  const array = asArray(value, file)
  if (array !== undefined && (array.dtype === 'u1' || array.dtype === 'i1')) return array.data
  throw new FormatError(file, `expected the bytes of an image, got ${pickleKind(value)}`)
}

/** What a pickle may begin with: its protocol, or before protocol 2 a mark, a collection or a name. */
const beginnings: ReadonlySet<number> = new Set([
  0x80,
  ...Array.from('(])}cl', (letter) => letter.charCodeAt(0)),
])

/**
 * Reads a pack; images stay encoded.
 * @throws FormatError for damage, for lists that do not fit, and by name for a pickle that is more than data
 */
export function readVerificationBin(bytes: Uint8Array, file: string): VerificationBin {
  if (bytes.length === 0) throw new FormatError(file, 'the file is empty')
  if (!beginnings.has(bytes[0] ?? 0))
    throw new FormatError(
      file,
      `expected a pickle, got a file that begins with ${shown(String.fromCharCode(...bytes.subarray(0, 4)))}`,
      0,
    )
  const { value, end } = readPickle(bytes, { file, allowed: numpyNames })
  if (end !== bytes.length)
    throw new FormatError(file, `${counted(bytes.length - end, 'byte')} after the end of the pickle`, end)
  const parts = asItems(value)
  const images = elements(parts?.[0], file)
  const truths = elements(parts?.[1], file)
  if (parts?.length !== 2 || images === undefined || truths === undefined)
    throw new FormatError(
      file,
      'expected a pair of lists: encoded images, and whether each two are the same person',
    )
  if (images.length !== 2 * truths.length)
    throw new FormatError(
      file,
      `expected two images for each of ${counted(truths.length, 'pair')}, got ${counted(images.length, 'image')}`,
    )
  if (truths.length === 0) throw new FormatError(file, 'the pack holds no pairs')
  // pairs may share an image, which picklers write once; but text may be named many times and turned into bytes each time:
  // what is decoded, rather than a view of the file, never grows
  // beyond what the file holds
  let total = 0
  const decoded = new Map<PickleValue, Uint8Array>()
  const encoded = images.map((image) => {
    const known = decoded.get(image)
    if (known !== undefined) return known
    const found = imageBytes(image, file)
    decoded.set(image, found)
    if (found.buffer !== bytes.buffer) total += found.length
    if (total > bytes.length) throw new FormatError(file, 'the images together are larger than the file')
    return found
  })
  return { images: encoded, same: truths.map((truth) => asTruth(truth, file)) }
}

const code = (letter: string): number => letter.charCodeAt(0)
const opcodes = (...letters: readonly string[]): Uint8Array => Uint8Array.from(letters, code)

const bytesHead = (length: number): Uint8Array => {
  if (length < 256) return Uint8Array.of(code('C'), length)
  const head = new Uint8Array(5)
  head[0] = code('B')
  new DataView(head.buffer).setUint32(1, length, true)
  return head
}

/**
 * The pack as pieces to be written one after another (pickle protocol 4): `images` are taken one at a time, so the whole never
 * lies in memory.
 * @throws UsageError where there are not two images for each pair
 */
export async function* encodeVerificationBin(
  images: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  same: readonly boolean[],
): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0x80, 4, code(']'), code('('))
  let count = 0
  for await (const image of images) {
    yield bytesHead(image.length)
    yield image
    count++
  }
  if (count !== 2 * same.length)
    throw new UsageError(`Expected two images for each of ${counted(same.length, 'pair')}, got ${count}`)
  yield opcodes('e', ']', '(')
  yield Uint8Array.from(same, (is) => (is ? 0x88 : 0x89))
  yield Uint8Array.of(code('e'), 0x86, code('.'))
}
