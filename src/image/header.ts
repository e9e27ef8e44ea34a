/** @file What kind of image some bytes are and how large, read from their first bytes, without decoding. */
import type { Size } from './image.ts'

/** The formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp'

export interface ImageHeader extends Size {
  readonly format: ImageFormat
}

const beginsWith = (bytes: Uint8Array, offset: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[offset + index] === letter.charCodeAt(0))

/** The format the first bytes announce, or undefined. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (bytes[0] === 0x89 && beginsWith(bytes, 1, 'PNG\r\n\u001a\n')) return 'png'
  if (beginsWith(bytes, 0, 'RIFF') && beginsWith(bytes, 8, 'WEBP')) return 'webp'
  return undefined
}

const big16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const big32 = (bytes: Uint8Array, at: number): number => big16(bytes, at) * 65536 + big16(bytes, at + 2)
const little16 = (bytes: Uint8Array, at: number): number => ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)
const little24 = (bytes: Uint8Array, at: number): number => little16(bytes, at) | ((bytes[at + 2] ?? 0) << 16)

const jpegSize = (bytes: Uint8Array): Size | undefined => {
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) at += 1
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { height: big16(bytes, at + 5), width: big16(bytes, at + 7) }
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2
    else at += 2 + big16(bytes, at + 2)
  }
  return undefined
}

const webpSize = (bytes: Uint8Array): Size | undefined => {
  if (bytes.length < 30) return undefined
  if (beginsWith(bytes, 12, 'VP8X')) {
    return { width: little24(bytes, 24) + 1, height: little24(bytes, 27) + 1 }
  }
  if (beginsWith(bytes, 12, 'VP8L')) {
    const bits = little24(bytes, 21) + (bytes[24] ?? 0) * 2 ** 24
    return { width: (bits % 2 ** 14) + 1, height: (Math.floor(bits / 2 ** 14) % 2 ** 14) + 1 }
  }
  if (beginsWith(bytes, 12, 'VP8 ')) {
    return { width: little16(bytes, 26) & 0x3fff, height: little16(bytes, 28) & 0x3fff }
  }
  return undefined
}

const sizes: { readonly [F in ImageFormat]: (bytes: Uint8Array) => Size | undefined } = {
  jpeg: jpegSize,
  png: (bytes) => (bytes.length < 24 ? undefined : { width: big32(bytes, 16), height: big32(bytes, 20) }),
  webp: webpSize,
}

/** Format and stored size (before any EXIF rotation), or undefined where the bytes do not tell. */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const format = imageFormat(bytes)
  if (format === undefined) return undefined
  const size = sizes[format](bytes)
  return size === undefined ? undefined : { format, ...size }
}
