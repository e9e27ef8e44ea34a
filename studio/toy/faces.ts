/** @file Drawn people in a browser: the same persons and pictures as `cosface synth`, turned into pixels by a canvas. */
import { takePicture } from '../../src/data/synth/light.ts'
import type { Image as Pixels, Size } from '../../src/image/image.ts'
import type { FaceReply, FaceRequest, Sheet } from './faces-worker.ts'

/** What the network sees. */
export const pictureSize: Size = { height: 28, width: 24 }
/** Pictures of each person, held-out ones included. */
export const picturesPerPerson = 64
/** The seed of the drawn people's world, whatever the seed of the training. */
const world = 1

/** Pictures in a row of a sheet. */
const sheetColumns = 4
/** Pictures on a sheet: many enough to be quick, few enough that the page is never held up. */
export const sheetSize = 8

/** Somebody who draws, in a worker. */
export interface Painter {
  /** Pictures of person number `identity` on one sheet of SVG, `size` each. */
  draw(identity: number, images: readonly number[], size: Size): Promise<Sheet>
}

/** Starts the worker. */
export function openPainter(): Painter {
  const worker = new Worker(new URL('./faces-worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, { resolve: (sheet: Sheet) => void; reject: (error: Error) => void }>()
  let next = 0
  worker.addEventListener('message', ({ data }: MessageEvent<FaceReply>) => {
    waiting.get(data.id)?.resolve(data)
    waiting.delete(data.id)
  })
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || 'The faces could not be drawn'))
    waiting.clear()
  })
  return {
    draw: (identity, images, size) =>
      new Promise((resolve, reject) => {
        const request: FaceRequest = { id: next++, identity, images, size, columns: sheetColumns }
        waiting.set(request.id, { resolve, reject })
        worker.postMessage(request)
      }),
  }
}

/** The address of an SVG text as an image. */
export function imageAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

/** A surface to draw on, used again for each sheet. */
export function openCanvas(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = pictureSize.width * sheetColumns
  canvas.height = pictureSize.height * Math.ceil(sheetSize / sheetColumns)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no canvas to draw on')
  return context
}

/** The pictures of a sheet as the network sees them. */
export async function photograph(
  { svg, pictures }: Sheet,
  context: CanvasRenderingContext2D,
  identity: number,
  images: readonly number[],
): Promise<Pixels[]> {
  const element = new Image()
  element.src = imageAddress(svg)
  await element.decode()
  context.drawImage(element, 0, 0)
  const { width, height } = pictureSize
  return pictures.map((picture, at) => {
    const x = (at % sheetColumns) * width
    const y = Math.floor(at / sheetColumns) * height
    const { data: rgba } = context.getImageData(x, y, width, height)
    const data = new Uint8Array(3 * width * height)
    for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
      data[to] = rgba[from] ?? 0
      data[to + 1] = rgba[from + 1] ?? 0
      data[to + 2] = rgba[from + 2] ?? 0
    }
    return takePicture({ width, height, data }, picture, world, identity, images[at] ?? 0)
  })
}
