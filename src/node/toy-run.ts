/** @file The toy experiment as figures in a folder: features of softmax, NSL and LMCL side by side, boundaries, geometry. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mapBounded } from '../base/concurrency.ts'
import { syntheticToy, toyFromImages, type ToyData } from '../experiment/toy-data.ts'
import { boundariesOfThePaper, geometryOfThePaper, lossTitle, toyFigure } from '../experiment/toy-figure.ts'
import { compareToy, type ToyFrame } from '../experiment/toy.ts'
import type { LossSettings } from '../loss/head.ts'
import type { OpenSession } from '../runtime/session.ts'
import { replaceFile } from './replace-file.ts'
import { drawIdentity } from './synth.ts'

export interface ToyRunOptions {
  readonly out: string
  readonly losses: readonly LossSettings[]
  /** What is learned from: drawn faces, or clouds of points, which need a second instead of a minute. */
  readonly data: 'faces' | 'points'
  readonly classes: number
  readonly iterations: number
  readonly seed: number
  readonly threads: number
  /** Also as PNG; text in it depends on the fonts of the system. */
  readonly png: boolean
  readonly openSession: OpenSession
  readonly onProgress?: (what: string, done: number, total: number) => void
  readonly signal: AbortSignal
}

/** The last frame of one loss. */
export interface ToyOutcome {
  readonly loss: string
  readonly frame: ToyFrame
}

export interface ToyRun {
  readonly files: readonly string[]
  readonly outcomes: readonly ToyOutcome[]
}

const picturesPerPerson = 80
const pictureSize = { height: 28, width: 24 }

/** Trains, draws, and writes the figures. @throws UsageError on a loss or number that cannot be; figures appear whole */
export async function runToy(options: ToyRunOptions): Promise<ToyRun> {
  const { out, losses, iterations, seed, threads, openSession, onProgress, signal } = options
  const data = await toyData(options)
  const last = new Map<number, { readonly loss: LossSettings; readonly frame: ToyFrame }>()
  const frames = compareToy(losses, { seed, iterations }, data, { openSession, threads, signal })
  for await (const { loss, index, frame } of frames) {
    last.set(index, { loss, frame })
    onProgress?.('training', index * iterations + frame.iteration, losses.length * iterations)
  }
  const panels = [...last.values()]
  const figures: readonly (readonly [string, string])[] = [
    ['features', toyFigure(panels)],
    ['boundaries', boundariesOfThePaper()],
    ['geometry', geometryOfThePaper()],
  ]
  await mkdir(out, { recursive: true })
  const files: string[] = []
  for (const [name, svg] of figures) {
    files.push(join(out, `${name}.svg`))
    await replaceFile(join(out, `${name}.svg`), svg)
    if (!options.png) continue
    const { default: sharp } = await import('sharp')
    files.push(join(out, `${name}.png`))
    const image = sharp(new TextEncoder().encode(svg), { density: 144 })
    await replaceFile(join(out, `${name}.png`), await image.png().toBuffer())
  }
  return { files, outcomes: panels.map(({ loss, frame }) => ({ loss: lossTitle(loss), frame })) }
}

async function toyData({ data, classes, seed, onProgress, signal }: ToyRunOptions): Promise<ToyData> {
  if (data === 'points') return syntheticToy({ seed, classes })
  const places = Array.from({ length: classes * picturesPerPerson }, (_, at) => at)
  let done = 0
  const images = await mapBounded(places, 4, async (at) => {
    signal.throwIfAborted()
    const image = await drawIdentity(seed, at % classes, Math.floor(at / classes), pictureSize)
    onProgress?.('drawing', ++done, places.length)
    return image
  })
  const labels = places.map((at) => at % classes)
  return toyFromImages(images, labels, { size: pictureSize, seed })
}
