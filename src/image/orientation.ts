/** @file The EXIF orientation that an image file states, read from its bytes without decoding. */
import { imageFormat } from './header.ts'
import type { ImageFormat } from './header.ts'

const letters = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length))

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The TIFF block of a JPEG's first EXIF segment. */
const jpegExif = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = viewOf(bytes)
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]
    // the picture itself begins: what comes after is no header
    if (marker === 0xda || marker === 0xd9) return undefined
    if (marker === 0xff) {
      at++
      continue
    }
    const length = view.getUint16(at + 2)
    if (marker === 0xe1 && letters(bytes, at + 4, 6) === 'Exif\0\0')
      return bytes.subarray(at + 10, at + 2 + length)
    at += 2 + length
  }
  return undefined
}

const pngExif = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = viewOf(bytes)
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (letters(bytes, at + 4, 4) === 'eXIf') return bytes.subarray(at + 8, at + 8 + length)
    at += 12 + length
  }
  return undefined
}

const webpExif = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = viewOf(bytes)
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true)
    if (letters(bytes, at, 4) === 'EXIF') {
      const block = bytes.subarray(at + 8, at + 8 + length)
      return letters(block, 0, 6) === 'Exif\0\0' ? block.subarray(6) : block
    }
    // chunks begin at even places
    at += 8 + length + (length % 2)
  }
  return undefined
}

const exifOf: { readonly [F in ImageFormat]: (bytes: Uint8Array) => Uint8Array | undefined } = {
  jpeg: jpegExif,
  png: pngExif,
  webp: webpExif,
  gif: () => undefined,
  // the file itself is such a block
  tiff: (bytes) => bytes,
  // its decoder turns the picture by a box of its own
  avif: () => undefined,
}

const orientationTag = 0x0112

/** The EXIF orientation, 1 to 8; undefined where the file states none. */
export function exifOrientation(bytes: Uint8Array): number | undefined {
  const format = imageFormat(bytes)
  const tiff = format === undefined ? undefined : exifOf[format](bytes)
  if (tiff === undefined || tiff.length < 14) return undefined
  const order = letters(tiff, 0, 2)
  if (order !== 'II' && order !== 'MM') return undefined
  const little = order === 'II'
  const view = viewOf(tiff)
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return undefined
  const entries = view.getUint16(directory, little)
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry
    if (at + 12 > tiff.length) return undefined
    if (view.getUint16(at, little) !== orientationTag) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}
