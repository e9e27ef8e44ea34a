/** @file Landmarks of a face that a detector gave a box for alone. */
import { DataError } from '../base/errors.ts'
import type { LandmarkName, Landmarks } from '../image/alignment.ts'
import type { Image } from '../image/image.ts'
import { networkPixels } from '../image/pixel-rule.ts'
import { fileHash } from '../model/contract-id.ts'
import { readOnnx } from '../onnx/decode.ts'
import type { Driver, LoadOptions } from '../runtime/driver.ts'
import type { FaceBox } from './detected-face.ts'
import { landmarkRecords } from './detectors/landmark-models.ts'
import { openRunners } from './runners.ts'
import { pointInPhotograph, viewOf } from './view.ts'

/** A landmark model, ready to be asked. */
export interface LandmarkFinder extends AsyncDisposable {
  readonly id: string
  readonly landmarks: readonly LandmarkName[]
  /** The landmarks of the face in `box`; none where the network gives no finite ones. */
  readonly find: (image: Image, box: FaceBox) => Promise<Landmarks>
}

/**
 * Opens a landmark model: its kind is told from the file's inputs and outputs.
 * @throws FormatError where the bytes are no ONNX model, DataError where it is no landmark model of a known kind
 */
export async function openLandmarkFinder(
  driver: Driver,
  { bytes, file }: { readonly bytes: Uint8Array; readonly file: string },
  options: Partial<Pick<LoadOptions, 'device' | 'threads'>>,
): Promise<LandmarkFinder> {
  const ports = readOnnx(bytes, file)
  for (const record of landmarkRecords) {
    const form = record.recognise(ports)
    if (form === undefined) continue
    const ends = { input: form.input, outputs: [form.output] }
    const runners = openRunners(driver, bytes, ends, record.pixels, options)
    return {
      id: `${record.name}-${fileHash(bytes)}`,
      landmarks: record.landmarks,
      find: async (image, box) => {
        const region = { top: box.y, left: box.x, height: box.height, width: box.width }
        const view = viewOf(image, region, form.size, form.size)
        const [output] = await runners.run(form.size, networkPixels(view.image, record.pixels))
        if (output === undefined) throw new DataError(`${file} gives no points`)
        const { height, width } = form.size
        // a share of the box is an edge's place: pixels' middles lie half a pixel before it
        const points = record
          .decode(output)
          .map(({ x, y }) => pointInPhotograph(view, { x: x * width - 0.5, y: y * height - 0.5 }))
        const isFinite = points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
        return isFinite ? Object.fromEntries(record.landmarks.map((name, i) => [name, points[i]])) : {}
      },
      [Symbol.asyncDispose]: () => runners[Symbol.asyncDispose](),
    }
  }
  const kinds = landmarkRecords.map(({ name }) => name).join(', ')
  throw new DataError(`${file} is no landmark model of a kind known here (${kinds})`)
}
