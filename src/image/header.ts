/** @file What kind of image some bytes are and how large, read from their first bytes, without decoding. */
import type { Size } from './image.ts'

/** The formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif'

export interface ImageHeader extends Size {
  readonly format: ImageFormat
}

/** What is known of a format. */
interface FormatFacts {
  readonly title: string
  /** How names of its files end, in lower case; the first is the usual one. */
  readonly endings: readonly [string, ...string[]]
  readonly begins: (bytes: Uint8Array) => boolean
  /** The stored size, where the first bytes tell it. */
  readonly size: (bytes: Uint8Array) => Size | undefined
}

const beginsWith = (bytes: Uint8Array, offset: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[offset + index] === letter.charCodeAt(0))

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

const avifBrands = ['avif', 'avis']

/** Every format with its facts; a decoder reads all of them. */
const formats: { readonly [F in ImageFormat]: FormatFacts } = {
  jpeg: {
    title: 'JPEG',
    endings: ['.jpg', '.jpeg', '.jpe', '.jfif'],
    begins: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
    size: jpegSize,
  },
  png: {
    title: 'PNG',
    endings: ['.png'],
    begins: (bytes) => bytes[0] === 0x89 && beginsWith(bytes, 1, 'PNG\r\n\u001a\n'),
    size: (bytes) => (bytes.length < 24 ? undefined : { width: big32(bytes, 16), height: big32(bytes, 20) }),
  },
  webp: {
    title: 'WebP',
    endings: ['.webp'],
    begins: (bytes) => beginsWith(bytes, 0, 'RIFF') && beginsWith(bytes, 8, 'WEBP'),
    size: webpSize,
  },
  gif: {
    title: 'GIF',
    endings: ['.gif'],
    begins: (bytes) => beginsWith(bytes, 0, 'GIF87a') || beginsWith(bytes, 0, 'GIF89a'),
    size: (bytes) =>
      bytes.length < 10 ? undefined : { width: little16(bytes, 6), height: little16(bytes, 8) },
  },
  tiff: {
    title: 'TIFF',
    endings: ['.tif', '.tiff'],
    begins: (bytes) => beginsWith(bytes, 0, 'II*\0') || beginsWith(bytes, 0, 'MM\0*'),
    // its directory may lie anywhere in the file
    size: () => undefined,
  },
  avif: {
    title: 'AVIF',
    endings: ['.avif'],
    begins: (bytes) =>
      beginsWith(bytes, 4, 'ftyp') && avifBrands.some((brand) => beginsWith(bytes, 8, brand)),
    size: () => undefined,
  },
}

const isFormat = (name: string): name is ImageFormat => Object.hasOwn(formats, name)

const formatNames: readonly ImageFormat[] = Object.keys(formats).filter(isFormat)

const titles = formatNames.map((format) => formats[format].title)

/** The formats in words, for messages: `JPEG, PNG … or AVIF`. */
export const imageFormatsOr: string = `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`

/** The same for a sentence about all: `JPEG, PNG … and AVIF`. */
export const imageFormatsAnd: string = `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`

/** How names of image files end, in lower case. */
export const imageEndings: readonly string[] = formatNames.flatMap((format) => formats[format].endings)

/** How names of files of a format usually end. */
export function imageEnding(format: ImageFormat): string {
  return formats[format].endings[0]
}

/** The format the first bytes announce, or undefined. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return formatNames.find((format) => formats[format].begins(bytes))
}

/** Format and stored size (before any EXIF rotation), or undefined where the bytes do not tell. */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const format = imageFormat(bytes)
  const size = format === undefined ? undefined : formats[format].size(bytes)
  return format === undefined || size === undefined ? undefined : { format, ...size }
}
