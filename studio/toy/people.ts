/** @file The drawn people of the experiment: each is drawn once, however often the experiment begins again. */
import { toyFromImages, type ToyData } from '../../src/experiment/toy-data.ts'
import type { Image as Pixels } from '../../src/image/image.ts'
import { openCanvas, type Painter, photograph, picturesPerPerson, pictureSize, sheetSize } from './faces.ts'

/** Data for an experiment, and the pictures behind it. */
export interface People {
  readonly data: ToyData
  /** In the order that `rows` of the data counts: the pictures of person 0, then of person 1. */
  readonly pictures: readonly Pixels[]
}

/** The people drawn so far. */
export class Album {
  readonly #painter: Painter
  readonly #pictures: Pixels[][] = []

  constructor(painter: Painter) {
    this.#painter = painter
  }

  /** The first `classes` people, drawn with pauses so that the page stays responsive. */
  async people(
    classes: number,
    seed: number,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<People> {
    const context = openCanvas()
    const sheets: { readonly identity: number; readonly images: readonly number[] }[] = []
    for (let identity = 0; identity < classes; identity++)
      for (let from = this.#pictures[identity]?.length ?? 0; from < picturesPerPerson; from += sheetSize)
        sheets.push({ identity, images: Array.from({ length: sheetSize }, (_, i) => from + i) })
    // all are asked for at once: the worker draws on while this thread makes pixels
    const drawings = sheets.map(({ identity, images }) => this.#painter.draw(identity, images, pictureSize))
    for (const [done, { identity, images }] of sheets.entries()) {
      const sheet = await drawings[done]
      if (sheet === undefined) continue
      const photographs = await photograph(sheet, context, identity, images)
      signal.throwIfAborted()
      const album = (this.#pictures[identity] ??= [])
      photographs.forEach((picture, at) => (album[images[at] ?? 0] = picture))
      onProgress((done + 1) / sheets.length)
    }
    const pictures = this.#pictures.slice(0, classes).flat()
    const labels = pictures.map((_, index) => Math.floor(index / picturesPerPerson))
    return { data: toyFromImages(pictures, labels, { size: pictureSize, seed }), pictures }
  }
}
