/** @file The drawn people of the experiment: each is drawn once, however often the experiment begins again. */
import { toyFromImages, type ToyData } from '../../src/experiment/toy-data.ts'
import type { Image as Pixels } from '../../src/image/image.ts'
import { openCanvas, type Painter, photograph, picturesPerPerson, pictureSize } from './faces.ts'

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
    let told = 0
    for (let identity = 0; identity < classes; identity++) {
      const album = (this.#pictures[identity] ??= [])
      const missing = Array.from({ length: picturesPerPerson - album.length }, (_, i) => album.length + i)
      // all of a person are asked for at once: the worker draws on while this thread makes pixels
      const drawings = missing.map((image) => this.#painter.draw(identity, image, pictureSize))
      for (const [at, image] of missing.entries()) {
        const drawing = await drawings[at]
        if (drawing === undefined) continue
        album[image] = await photograph(drawing, context, identity, image)
        signal.throwIfAborted()
        if (performance.now() - told < 60) continue
        told = performance.now()
        onProgress((identity + image / picturesPerPerson) / classes)
      }
    }
    const pictures = this.#pictures.slice(0, classes).flat()
    const labels = pictures.map((_, index) => Math.floor(index / picturesPerPerson))
    return { data: toyFromImages(pictures, labels, { size: pictureSize, seed }), pictures }
  }
}
