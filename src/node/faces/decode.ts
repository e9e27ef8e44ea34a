/** @file Decoding with sharp: still images of any kind become upright 8-bit sRGB pixels. The decoder only decodes. */
import { readFile } from 'node:fs/promises'
import type { Sharp, SharpOptions } from 'sharp'
import { FormatError } from '../../base/errors.ts'
import { reasonOf as systemReason } from '../../base/system-errors.ts'
import { imageFormat, imageFormatsOr, imageHeader } from '../../image/header.ts'
import type { DecodeImage, Image } from '../../image/image.ts'
import { unreadFormat } from '../../image/unread-formats.ts'

export interface DecodeOptions {
  /** More pixels are refused before anything is decoded. @defaultValue 50 million */
  readonly maxPixels?: number
  /** Images with a shorter side are refused: nothing can be seen in them. @defaultValue 16 */
  readonly minSide?: number
}

type SharpModule = (input: Uint8Array, options: SharpOptions) => Sharp

const loadSharp = async (): Promise<SharpModule> => {
  const { default: sharp } = await import('sharp')
  return sharp
}

/** A decoder with its own limits. Transparent images are laid on white; damaged ones are refused, not half shown. */
export function createDecoder(options: DecodeOptions = {}): DecodeImage {
  const maxPixels = options.maxPixels ?? 50e6
  const minSide = options.minSide ?? 16
  let sharp: Promise<SharpModule> | undefined
  return async (bytes, file) => {
    checkBytes(bytes, file, maxPixels)
    sharp ??= loadSharp()
    const open = await sharp
    // colours go through the embedded profile to sRGB; CMYK, grey and 16-bit images end as 8-bit RGB as well
    const pipeline = open(bytes, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
    const { data, info } = await pipeline.toBuffer({ resolveWithObject: true }).catch((cause: unknown) => {
      throw new FormatError(file, `cannot be decoded: ${reasonOf(cause)}`, undefined, { cause })
    })
    const { height, width, channels } = info
    if (Math.min(height, width) < minSide) {
      throw new FormatError(file, `is ${height}x${width} pixels; at least ${minSide}x${minSide} are needed`)
    }
    return { height, width, data: threeChannels(data, height * width, channels) }
  }
}

/** `createDecoder()` with its defaults. */
export const decodeImage: DecodeImage = createDecoder()

/** Reads and decodes one file. @throws FormatError where it cannot be read, is no image, or is damaged */
export async function readImage(file: string, decode: DecodeImage = decodeImage): Promise<Image> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new FormatError(file, `cannot be read: ${reasonOf(cause)}`, undefined, { cause })
  })
  return decode(bytes, file)
}

const checkBytes = (bytes: Uint8Array, file: string, maxPixels: number): void => {
  if (bytes.length === 0) throw new FormatError(file, 'is empty')
  if (imageFormat(bytes) === undefined) {
    const other = unreadFormat(bytes)
    if (other !== undefined)
      throw new FormatError(file, `is ${other}, which is not read here; save it as JPEG or PNG`)
    throw new FormatError(file, `is no ${imageFormatsOr} image; it begins with ${beginning(bytes)}`)
  }
  const header = imageHeader(bytes)
  if (header !== undefined && header.height * header.width > maxPixels) {
    throw new FormatError(
      file,
      `is ${header.height}x${header.width} pixels, ${millions(header.height * header.width)} in all; ` +
        `at most ${millions(maxPixels)} are read`,
    )
  }
}

const millions = (pixels: number): string => `${Number((pixels / 1e6).toPrecision(3))} million`

const beginning = (bytes: Uint8Array): string => {
  const first = bytes.subarray(0, 12)
  const text = first.every((byte) => byte >= 32 && byte < 127)
  return text
    ? JSON.stringify(new TextDecoder().decode(first))
    : `the bytes ${[...first.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`
}

const reasonOf = (cause: unknown): string => {
  const text = systemReason(cause)
  return text.split('\n')[0]?.trim() ?? text
}

const threeChannels = (data: Uint8Array, pixels: number, channels: number): Uint8Array => {
  if (channels === 3) return data
  const result = new Uint8Array(pixels * 3)
  data.forEach((level, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels]
    if (channels < 3 && channel === 0) result.fill(level, pixel * 3, pixel * 3 + 3)
    if (channels >= 3 && channel < 3) result[pixel * 3 + channel] = level
  })
  return result
}
