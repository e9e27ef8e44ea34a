/** @file A face detector: an ONNX file of a known kind and a runtime. */
import { DataError } from '../base/errors.ts'
import { Opened } from '../base/opened.ts'
import type { LandmarkName, Landmarks } from '../image/alignment.ts'
import type { Image, Point, Size } from '../image/image.ts'
import type { Region } from '../image/resample.ts'
import { fileHash } from '../model/contract-id.ts'
import { readOnnx } from '../onnx/decode.ts'
import type { Driver, LoadOptions } from '../runtime/driver.ts'
import { otherKind } from './detectors/other-kind.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './detectors/record.ts'
import { withoutDoubles } from './detectors/doubles.ts'
import { recogniseDetector } from './detectors/registry.ts'
import type { DetectedFace } from './detected-face.ts'
import { openLandmarkFinder } from './landmark-finder.ts'
import { networkPixels } from '../image/pixel-rule.ts'
import { openRunners } from './runners.ts'
import type { Runners } from './runners.ts'
import { edgeInPhotograph, pointInPhotograph, viewOf } from './view.ts'
import type { View } from './view.ts'

/** Finds faces in upright photographs. */
export interface Detector extends AsyncDisposable {
  /** Its kind and a hash of everything that decides where it puts the landmarks. */
  readonly id: string
  /** A name from the list of kinds: `yunet`. */
  readonly kind: string
  /** The points it gives each face. */
  readonly landmarks: readonly LandmarkName[]
  /** Faces with a lower score may be none: other turns of a photograph are worth a try. */
  readonly weak: number
  /** Pixels of the longer side that its network sees at most. */
  readonly side: number
  /**
   * The faces of an image as it lies, the best score first. A large image is scaled for the network alone; landmarks
   * are fractions of the image's own pixels.
   */
  readonly detect: (image: Image, look?: Look) => Promise<readonly DetectedFace[]>
}

/** How a detector looks at an image, where it is not the usual way. */
export interface Look {
  /** The part looked at. @defaultValue the whole image */
  readonly region?: Region
  /**
   * The size at which the part is seen, against the usual one: at 1/2 a face that fills the picture is half as large
   * to the network. @defaultValue 1
   */
  readonly zoom?: number
}

/** A model file that was read. */
export interface ModelBytes {
  readonly bytes: Uint8Array
  /** What messages call it. */
  readonly file: string
}

export interface DetectorOptions extends Partial<Pick<LoadOptions, 'device' | 'threads'>> {
  /** Candidates below this score are left out, 0 to 1. @defaultValue the kind's own */
  readonly threshold?: number
  /**
   * Pixels of the longer side to which larger photographs are scaled for detection, where the network takes any size.
   * @defaultValue 640
   */
  readonly side?: number
  /** A landmark model, whose points take the place of the detector's own; a detector of boxes alone needs one. */
  readonly landmarks?: ModelBytes
}

const usualSide = 640

/** Sides are rounded up to this, so that photographs of many sizes share few loaded networks. */
const roundedTo = 64

const roundUp = (value: number, unit: number): number => Math.max(unit, Math.ceil(value / unit) * unit)

/** What a form's network is fed for a region: the size of the scaled region, and of the input around it. */
const inputFor = (
  form: DetectorForm,
  region: Size,
  side: number,
  zoom: number,
): { readonly inner: Size; readonly size: Size } => {
  const usual =
    'multipleOf' in form.size
      ? Math.min(1, side / Math.max(region.height, region.width))
      : Math.min(form.size.height / region.height, form.size.width / region.width)
  const scale = usual * zoom
  const inner = {
    height: Math.max(1, Math.round(region.height * scale)),
    width: Math.max(1, Math.round(region.width * scale)),
  }
  if (!('multipleOf' in form.size)) return { inner, size: form.size }
  const unit = roundUp(roundedTo, form.size.multipleOf)
  return { inner, size: { height: roundUp(inner.height, unit), width: roundUp(inner.width, unit) } }
}

const landmarksOf = (names: readonly LandmarkName[], points: readonly Point[], view: View): Landmarks =>
  Object.fromEntries(
    names.flatMap((name, index) => {
      const point = points[index]
      return point === undefined ? [] : [[name, pointInPhotograph(view, point)]]
    }),
  )

const faceOf = (record: DetectorRecord, candidate: Candidate, view: View): DetectedFace => {
  const upper = edgeInPhotograph(view, { x: candidate.left, y: candidate.top })
  const lower = edgeInPhotograph(view, { x: candidate.right, y: candidate.bottom })
  return {
    box: { x: upper.x, y: upper.y, width: lower.x - upper.x, height: lower.y - upper.y },
    score: candidate.score,
    landmarks: landmarksOf(record.landmarks, candidate.points, view),
  }
}

const isFinitePoint = ({ x, y }: Point): boolean => Number.isFinite(x) && Number.isFinite(y)

const isSound = (one: Candidate): boolean =>
  one.right > one.left &&
  one.bottom > one.top &&
  Number.isFinite(one.right - one.left + one.bottom - one.top) &&
  one.points.every(isFinitePoint)

/**
 * Opens a detector: its kind is told from the file's inputs and outputs.
 * @throws FormatError where the bytes are no ONNX model
 * @throws DataError where it is no detector of a known kind
 */
export async function openDetectionModel(
  driver: Driver,
  { bytes, file }: ModelBytes,
  options: DetectorOptions = {},
): Promise<Detector> {
  const ports = readOnnx(bytes, file)
  const recognised = recogniseDetector(ports)
  if (recognised === undefined) throw new DataError(otherKind(ports, file))
  const { record, form } = recognised
  const side =
    'multipleOf' in form.size ? (options.side ?? usualSide) : Math.max(form.size.height, form.size.width)
  const threshold = options.threshold ?? record.threshold
  const parts = new Opened()
  try {
    const runners = parts.use(openRunners(driver, bytes, form, record.pixels, options))
    // a first run shows at once that the model can be run, and that it is what its outputs say
    await tryOut(runners, form, file)
    const finder =
      options.landmarks === undefined
        ? undefined
        : parts.use(await openLandmarkFinder(driver, options.landmarks, options))
    const changed = 'multipleOf' in form.size && side !== usualSide ? `@${side}` : ''
    return {
      id: `${record.name}-${fileHash(bytes)}${changed}${finder === undefined ? '' : `+${finder.id}`}`,
      kind: record.name,
      landmarks: finder?.landmarks ?? record.landmarks,
      weak: record.weak,
      side,
      detect: async (image, { region = wholeOf(image), zoom = 1 } = {}) => {
        const { inner, size } = inputFor(form, region, side, zoom)
        const view = viewOf(image, region, inner, size)
        const outputs = await runners.run(size, networkPixels(view.image, record.pixels))
        const candidates = form.decode(outputs, size, threshold).filter(isSound)
        const faces = withoutDoubles(candidates, record).map((one) => faceOf(record, one, view))
        if (finder === undefined) return faces
        const complete: DetectedFace[] = []
        for (const face of faces) complete.push({ ...face, landmarks: await finder.find(image, face.box) })
        return complete
      },
      [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
    }
  } catch (error) {
    await parts[Symbol.asyncDispose]()
    throw error
  }
}

const wholeOf = ({ height, width }: Size): Region => ({ top: 0, left: 0, height, width })

const tryOut = async (runners: Runners, form: DetectorForm, file: string): Promise<void> => {
  const size =
    'multipleOf' in form.size ? { height: form.size.multipleOf, width: form.size.multipleOf } : form.size
  try {
    form.decode(await runners.run(size, new Float32Array(3 * size.height * size.width)), size, 0)
  } catch (cause) {
    throw cause instanceof DataError
      ? cause
      : new DataError(`${file} cannot be run (${cause instanceof Error ? cause.message : String(cause)})`, {
          cause,
        })
  }
}
