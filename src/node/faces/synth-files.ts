/** @file Drawn identities as image files, one identity at a time, here or in a worker thread. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Size } from '../../image/image.ts'
import { drawIdentity } from './synth.ts'

/** Formats in which drawn faces are written. */
export type SynthFormat = 'jpg' | 'png'

/** What all identities of a folder share. */
export interface SynthJob {
  readonly folder: string
  readonly imagesPerIdentity: number
  readonly size: Size
  readonly seed: number
  readonly format: SynthFormat
}

const padded = (value: number): string => String(value).padStart(4, '0')

/** The folder name of a drawn person; they are numbered from 1. */
export function synthName(identity: number): string {
  return `drawn-${padded(identity + 1)}`
}

/** Draws and writes all pictures of one identity. */
export async function writeIdentity(job: SynthJob, identity: number): Promise<void> {
  const { default: sharp } = await import('sharp')
  const folder = join(job.folder, synthName(identity))
  await mkdir(folder, { recursive: true })
  for (let image = 0; image < job.imagesPerIdentity; image++) {
    const { data, height, width } = await drawIdentity(job.seed, identity, image, job.size)
    const pixels = sharp(data, { raw: { height, width, channels: 3 } })
    const encoded =
      job.format === 'png' ? pixels.png() : pixels.jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
    await writeFile(join(folder, `${padded(image + 1)}.${job.format}`), await encoded.toBuffer())
  }
}
