/** @file The toy experiment as figures in a folder: the paper's argument without a browser. */
import { join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { syntheticToy, toyFromImages, type ToyData } from '../../experiment/toy-data.ts'
import { lossTitles } from '../../experiment/loss-title.ts'
import { paperLosses } from '../../experiment/toy-figure.ts'
import { compareToy, type ToyFrame } from '../../experiment/toy.ts'
import type { LossSettings } from '../../loss/head.ts'
import type { OpenSession } from '../../runtime/session.ts'
import { lockFolder } from '../files/locked-folder.ts'
import { drawIdentity } from '../faces/synth.ts'
import { type ToyFigureName, toyFigureDimensions } from './toy-figure-names.ts'
import { drawToyFigure, type TrainedLoss } from './toy-figures.ts'

/** What the toy draws, from what, and where to. */
export interface ToyRunOptions {
  readonly out: string
  /** Which figures; nothing is trained that none of them shows. */
  readonly figures: readonly ToyFigureName[]
  /** s and m of the figures that are drawn from formulas. */
  readonly scale: number
  readonly margin: number
  /** What every figure shows that can. @defaultValue softmax, NSL and LMCL are trained; figures from formulas show their own */
  readonly losses?: readonly LossSettings[]
  /** What is learned from: drawn faces, or clouds of points, which need a second instead of a minute. */
  readonly data: 'faces' | 'points'
  readonly classes: number
  readonly iterations: number
  /** At the start. @defaultValue 0.02 */
  readonly learningRate?: number
  readonly seed: number
  readonly threads: number
  /** Also as PNG; text in it depends on the fonts of the system. */
  readonly png: boolean
  readonly openSession: OpenSession
  readonly onProgress?: (what: string, done: number, total: number) => void
  /** Told, in a sentence, what a killed command left and is taken over. */
  readonly onNote?: (text: string) => void
  readonly signal: AbortSignal
}

/** The last frame of one loss. */
export interface ToyOutcome {
  readonly loss: string
  readonly frame: ToyFrame
}

/** The files written and what was learned in two dimensions. */
export interface ToyRun {
  readonly files: readonly string[]
  /** A sentence for each loss that a figure could not show. */
  readonly notes: readonly string[]
  readonly outcomes: readonly ToyOutcome[]
}

const picturesPerPerson = 80
const pictureSize = { height: 28, width: 24 }

/** Trains, draws, and writes the figures. @throws UsageError on a loss or number that cannot be; figures appear whole */
export async function runToy(options: ToyRunOptions): Promise<ToyRun> {
  const { out, figures, losses, png, scale, margin, classes, seed } = options
  await using folder = await lockFolder(out)
  if (folder.note !== undefined) options.onNote?.(folder.note)
  const dimensions = ([2, 3] as const).filter((wanted) =>
    figures.some((name) => toyFigureDimensions[name] === wanted),
  )
  const trained = await trainIn(dimensions, options)
  const [plane = [], space = []] = [trained.get(2), trained.get(3)]
  const parts = { plane, space, losses, scale, margin, classes, seed }
  const drawn = figures.map((name) => ({ name, ...drawToyFigure[name](parts) }))
  const files: string[] = []
  for (const { name, svg } of drawn) {
    if (svg === undefined) continue
    files.push(join(out, `${name}.svg`))
    await folder.replace(join(out, `${name}.svg`), svg)
    if (!png) continue
    const { default: sharp } = await import('sharp')
    files.push(join(out, `${name}.png`))
    const image = sharp(new TextEncoder().encode(svg), { density: 144 })
    await folder.replace(join(out, `${name}.png`), await image.png().toBuffer())
  }
  const titles = lossTitles(plane.map(({ loss }) => loss))
  return {
    files,
    notes: drawn.flatMap(({ notes }) => notes),
    outcomes: plane.map(({ frame }, index) => ({ loss: titles[index] ?? '', frame })),
  }
}

/** Every loss trained in each number of dimensions, to its last frame. */
async function trainIn(
  dimensions: readonly (2 | 3)[],
  options: ToyRunOptions,
): Promise<ReadonlyMap<number, readonly TrainedLoss[]>> {
  const { scale, margin, iterations, learningRate, seed, threads, openSession, onProgress, signal } = options
  const { losses = paperLosses(scale, margin) } = options
  const trained = new Map<number, TrainedLoss[]>()
  if (dimensions.length === 0) return trained
  const data = await toyData(options)
  const total = dimensions.length * losses.length * iterations
  for (const [round, size] of dimensions.entries()) {
    const last: TrainedLoss[] = []
    trained.set(size, last)
    const config = {
      seed,
      iterations,
      dimensions: size,
      ...(learningRate === undefined ? {} : { learningRate }),
    }
    for await (const { loss, index, frame } of compareToy(losses, config, data, {
      openSession,
      threads,
      signal,
    })) {
      last[index] = { loss, frame }
      onProgress?.('training', (round * losses.length + index) * iterations + frame.iteration, total)
    }
  }
  return trained
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
