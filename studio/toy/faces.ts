/** @file Drawn people in a browser: the same persons and pictures as `cosface synth`, turned into pixels by a canvas. */
import { takePicture } from '../../src/data/synth-light.ts'
import type { Image as Pixels, Size } from '../../src/image/image.ts'
import type { Drawing, FaceReply, FaceRequest } from './faces-worker.ts'

/** What the network sees. */
export const pictureSize: Size = { height: 28, width: 24 }
/** Pictures of each person, held-out ones included. */
export const picturesPerPerson = 64
/** The seed of the drawn people's world, whatever the seed of the training. */
const world = 1

/** Somebody who draws, in a worker. */
export interface Painter {
  /** Picture number `image` of person number `identity`, as SVG. */
  draw(identity: number, image: number, size: Size): Promise<Drawing>
}

/** Starts the worker. */
export function openPainter(): Painter {
  const worker = new Worker(new URL('./faces-worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, { resolve: (drawing: Drawing) => void; reject: (error: Error) => void }>()
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
    draw: (identity, image, size) =>
      new Promise((resolve, reject) => {
        const request: FaceRequest = { id: next++, identity, image, size }
        waiting.set(request.id, { resolve, reject })
        worker.postMessage(request)
      }),
  }
}

/** The address of an SVG text as an image. */
export function imageAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

/** A surface to draw on, used again for each picture. */
export function openCanvas(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = pictureSize.width
  canvas.height = pictureSize.height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no canvas to draw on')
  return context
}

/** Picture number `image` of person number `identity`, as the network sees it. */
export async function photograph(
  { svg, picture }: Drawing,
  context: CanvasRenderingContext2D,
  identity: number,
  image: number,
): Promise<Pixels> {
  const element = new Image(pictureSize.width, pictureSize.height)
  element.src = imageAddress(svg)
  await element.decode()
  context.drawImage(element, 0, 0)
  const { data: rgba } = context.getImageData(0, 0, pictureSize.width, pictureSize.height)
  const data = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    data[to] = rgba[from] ?? 0
    data[to + 1] = rgba[from + 1] ?? 0
    data[to + 2] = rgba[from + 2] ?? 0
  }
  return takePicture({ ...pictureSize, data }, picture, world, identity, image)
}
