/** @file A photograph's file, read and decoded upright, with what the file says about its orientation. */
import { readFile } from 'node:fs/promises'
import { FormatError } from '../../base/errors.ts'
import type { PhotographFacts } from '../../face/find-faces.ts'
import type { DecodeImage, Image } from '../../image/image.ts'
import { exifOrientation } from '../../image/orientation.ts'
import { decodeImage } from '../faces/decode.ts'

/** A decoded photograph. */
export interface Photograph extends PhotographFacts {
  readonly image: Image
}

/** Decodes a photograph. @throws FormatError where it is none, or is damaged */
export async function decodePhotograph(
  bytes: Uint8Array,
  file: string,
  decode: DecodeImage = decodeImage,
): Promise<Photograph> {
  const image = await decode(bytes, file)
  return { image, isOriented: exifOrientation(bytes) !== undefined }
}

/** Reads and decodes a photograph's file. @throws FormatError where it cannot be read, is none, or is damaged */
export async function readPhotograph(file: string, decode?: DecodeImage): Promise<Photograph> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`
    throw new FormatError(file, reason, undefined, { cause })
  })
  return decodePhotograph(bytes, file, decode)
}
