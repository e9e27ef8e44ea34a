/** @file The faces of a photograph: looked for at its usual size, smaller, turned and in tiles, then chosen from. */
import type { Image, Point, Size } from '../image/image.ts'
import { resize } from '../image/resample.ts'
import type { Region } from '../image/resample.ts'
import { turnImage, turnPoint } from '../image/turn.ts'
import type { Turn } from '../image/turn.ts'
import type { DetectedFace, FaceBox } from './detected-face.ts'
import type { Detector } from './detector.ts'

/** Which of a photograph's faces are meant. */
export const faceChoices = ['all', 'largest', 'central'] as const
export type FaceChoice = (typeof faceChoices)[number]

/** When the three other quarter turns of a photograph are tried. */
export const turnRules = ['auto', 'never', 'always'] as const
export type TurnRule = (typeof turnRules)[number]

export interface FindOptions {
  /** All faces, the largest, or the one nearest the centre. @defaultValue 'all' */
  readonly faces?: FaceChoice
  /**
   * `auto` tries the other turns where the photograph does not say which way is up and no face is found, or only weak
   * ones. @defaultValue 'auto'
   */
  readonly turns?: TurnRule
  /** Also look at the photograph in overlapping tiles, for small faces in large photographs. @defaultValue false */
  readonly tiles?: boolean
}

/** What is known of the photograph beside its pixels. */
export interface PhotographFacts {
  /** The file said which way is up (EXIF), and the pixels were turned accordingly. */
  readonly isOriented?: boolean
}

/** The faces found. */
export interface FoundFaces {
  /** The largest first; in pixels of the photograph as it was handed in. */
  readonly faces: readonly DetectedFace[]
  /** Quarter turns clockwise that put the faces upright. */
  readonly turn: Turn
  /** How many were found, before one was chosen. */
  readonly total: number
}

/** A face that fills the picture is too large for some networks: then it is looked for at these sizes. */
const smallerLooks = [1 / 2, 1 / 4] as const

const best = (faces: readonly DetectedFace[]): number => Math.max(0, ...faces.map(({ score }) => score))

const areaOf = ({ width, height }: FaceBox): number => width * height

/** Finds the faces of a photograph. */
export async function findFaces(
  detector: Detector,
  photograph: Image,
  options: FindOptions = {},
  { isOriented = false }: PhotographFacts = {},
): Promise<FoundFaces> {
  const upright = await lookAt(detector, photograph, options.tiles ?? false)
  const rule = options.turns ?? 'auto'
  const isWeak = best(upright) < detector.weak || isLying(upright)
  const isTurned = rule === 'always' || (rule === 'auto' && isWeak && !isOriented)
  const found = isTurned ? await turned(detector, photograph, upright) : { faces: upright, turn: 0 as const }
  return {
    turn: found.turn,
    total: found.faces.length,
    faces: chosen(found.faces, options.faces ?? 'all', photograph),
  }
}

/** The usual look, and smaller ones where it finds nothing sure. */
const lookAt = async (
  detector: Detector,
  photograph: Image,
  tiles: boolean,
): Promise<readonly DetectedFace[]> => {
  const usual = await detector.detect(photograph)
  let found = usual
  for (const zoom of smallerLooks) {
    if (best(found) >= detector.weak) break
    const smaller = await detector.detect(photograph, { zoom })
    if (best(smaller) > best(found)) found = smaller
  }
  if (!tiles) return found
  const pieces: DetectedFace[] = [...found]
  for (const region of tilesOf(photograph, detector.side))
    pieces.push(...(await detector.detect(photograph, { region })))
  return withoutRepeats(pieces)
}

/** Squares of the network's size that cover a photograph, each a quarter over the next; none where one would do. */
export function tilesOf({ height, width }: Size, side: number): readonly Region[] {
  if (height <= side && width <= side) return []
  const starts = (length: number): readonly number[] => {
    const last = Math.max(0, length - side)
    const count = Math.ceil(last / (0.75 * side)) + 1
    return Array.from({ length: count }, (_, index) =>
      count === 1 ? 0 : Math.round((index * last) / (count - 1)),
    )
  }
  return starts(height).flatMap((top) =>
    starts(width).map((left) => ({
      top,
      left,
      height: Math.min(side, height - top),
      width: Math.min(side, width - left),
    })),
  )
}

/** Looks at the same face from several tiles are one: the surest stays. */
const withoutRepeats = (faces: readonly DetectedFace[]): readonly DetectedFace[] => {
  const kept: DetectedFace[] = []
  for (const face of faces.toSorted((a, b) => b.score - a.score))
    if (!kept.some((other) => sharedOf(face.box, other.box) > 0.5)) kept.push(face)
  return kept
}

/** What two boxes share, as a share of the smaller one: a face cut by a tile's edge lies within the whole one. */
const sharedOf = (a: FaceBox, b: FaceBox): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? (width * height) / Math.min(areaOf(a), areaOf(b)) : 0
}

/**
 * A turned photograph's surest face must have so many times the odds of the one found as it lies, which is likelier. Odds
 * tell scores apart that are all nearly 1.
 */
const clearlyBetter = 1.25

const oddsOf = (score: number): number => score / Math.max(1e-7, 1 - score)

/** Whether the surest face lies on its side or stands on its head, by the line between its eyes. */
const isLying = (faces: readonly DetectedFace[]): boolean => {
  const [surest] = faces.toSorted((a, b) => b.score - a.score)
  const { leftEye, rightEye } = surest?.landmarks ?? {}
  if (leftEye === undefined || rightEye === undefined) return false
  return Math.abs(rightEye.y - leftEye.y) > rightEye.x - leftEye.x
}

/** The turn that shows the surest face; where there was none before, only one that is sure counts. */
const turned = async (
  detector: Detector,
  photograph: Image,
  upright: readonly DetectedFace[],
): Promise<Pick<FoundFaces, 'faces' | 'turn'>> => {
  // turning costs less once the photograph is no larger than the network needs
  const small = reduced(photograph, 2 * detector.side)
  let found: Pick<FoundFaces, 'faces' | 'turn'> = { faces: upright, turn: 0 }
  // a face that lies counts for nothing against one that stands
  let toBeat =
    upright.length === 0
      ? oddsOf(detector.weak)
      : isLying(upright)
        ? 0
        : clearlyBetter * oddsOf(best(upright))
  for (const turn of [1, 3, 2] as const) {
    const image = turnImage(small, turn)
    const faces = await detector.detect(image)
    if (faces.length === 0 || oddsOf(best(faces)) < toBeat || isLying(faces)) continue
    toBeat = oddsOf(best(faces))
    found = { turn, faces: faces.map((face) => turnedBack(face, image, turn, small, photograph)) }
  }
  return found
}

const reduced = (image: Image, side: number): Image => {
  const scale = side / Math.max(image.height, image.width)
  if (scale >= 1) return image
  return resize(image, {
    height: Math.max(1, Math.round(image.height * scale)),
    width: Math.max(1, Math.round(image.width * scale)),
  })
}

const opposite: Readonly<Record<Turn, Turn>> = { 0: 0, 1: 3, 2: 2, 3: 1 }

/** A face of the turned, reduced photograph in pixels of the photograph as it was handed in. */
const turnedBack = (
  face: DetectedFace,
  image: Size,
  turn: Turn,
  small: Size,
  photograph: Size,
): DetectedFace => {
  const [scaleX, scaleY] = [photograph.width / small.width, photograph.height / small.height]
  const back = (point: Point): Point => {
    const { x, y } = turnPoint(point, image, opposite[turn])
    return { x: (x + 0.5) * scaleX - 0.5, y: (y + 0.5) * scaleY - 0.5 }
  }
  // edges lie half a pixel before the middles
  const corner = (x: number, y: number): Point => {
    const middle = back({ x: x - 0.5, y: y - 0.5 })
    return { x: middle.x + 0.5, y: middle.y + 0.5 }
  }
  const { x, y, width, height } = face.box
  const [a, b] = [corner(x, y), corner(x + width, y + height)]
  return {
    box: {
      x: Math.min(a.x, b.x),
      y: Math.min(a.y, b.y),
      width: Math.abs(a.x - b.x),
      height: Math.abs(a.y - b.y),
    },
    score: face.score,
    landmarks: Object.fromEntries(Object.entries(face.landmarks).map(([name, point]) => [name, back(point)])),
  }
}

const chosen = (
  faces: readonly DetectedFace[],
  choice: FaceChoice,
  { height, width }: Size,
): readonly DetectedFace[] => {
  const bySize = faces.toSorted((a, b) => areaOf(b.box) - areaOf(a.box))
  if (choice === 'all') return bySize
  if (choice === 'largest') return bySize.slice(0, 1)
  const fromCentre = ({ box }: DetectedFace): number =>
    Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2)
  return bySize.toSorted((a, b) => fromCentre(a) - fromCentre(b)).slice(0, 1)
}
