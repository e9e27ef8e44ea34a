/** @file Which way a face looks, from its landmarks. */
import type { Landmarks } from '../image/alignment.ts'
import type { Point } from '../image/image.ts'

/** Angles in degrees; 0, 0, 0 is a face that looks straight at the camera. */
export interface Pose {
  /** To the side: positive where the nose points to the right of the photograph. */
  readonly yaw: number
  /** Up and down: positive where the face looks up. */
  readonly pitch: number
  /** In the plane of the picture: positive clockwise. */
  readonly roll: number
}

/**
 * A usual face's points, in distances between its eyes: right, down, towards the camera. The nose is as high as makes the
 * median pitch of LFW's photographs zero.
 */
const model = {
  leftEye: [-0.5, 0, 0],
  rightEye: [0.5, 0, 0],
  nose: [0, 0.63, 0.5],
  leftMouth: [-0.41, 1.15, 0.08],
  rightMouth: [0.41, 1.15, 0.08],
  mouth: [0, 1.15, 0.12],
} as const satisfies Partial<Record<keyof Landmarks, readonly [number, number, number]>>

type Triple = readonly [number, number, number]

const degrees = (radians: number): number => (radians * 180) / Math.PI

const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

const meanOf = (rows: readonly Triple[]): Triple => [
  rows.reduce((sum, row) => sum + row[0], 0) / rows.length,
  rows.reduce((sum, row) => sum + row[1], 0) / rows.length,
  rows.reduce((sum, row) => sum + row[2], 0) / rows.length,
]

/** The angle of the line between the eyes, in radians. */
const rollOf = (left: Point, right: Point): number => Math.atan2(right.y - left.y, right.x - left.x)

/**
 * The pose, by fitting a usual face seen from far away (without perspective) to the landmarks by least squares. Good to
 * some ten degrees: faces differ. Undefined where eyes, nose and mouth are not all known or lie in one line.
 */
export function poseOf(landmarks: Landmarks): Pose | undefined {
  const { leftEye, rightEye, nose } = landmarks
  if (leftEye === undefined || rightEye === undefined || nose === undefined) return undefined
  const roll = rollOf(leftEye, rightEye)
  const names = (Object.keys(model) as (keyof typeof model)[]).filter((name) => landmarks[name] !== undefined)
  if (names.length < 4) return undefined
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)]
  // with the roll taken out, so that a row of the fit is an angle each
  const seen = names.map((name): Triple => {
    const point = landmarks[name] ?? { x: NaN, y: NaN }
    return [cos * point.x + sin * point.y, cos * point.y - sin * point.x, 0]
  })
  const shape = names.map((name): Triple => model[name])
  const [middle, seenMiddle] = [meanOf(shape), meanOf(seen)]
  const centred = shape.map((row): Triple => [row[0] - middle[0], row[1] - middle[1], row[2] - middle[2]])
  const column = (a: 0 | 1 | 2): Triple => {
    const product = (b: 0 | 1 | 2): number => centred.reduce((sum, row) => sum + row[a] * row[b], 0)
    return [product(0), product(1), product(2)]
  }
  const [c0, c1, c2] = [column(0), column(1), column(2)]
  const determinant = dot(c0, cross(c1, c2))
  if (!(Math.abs(determinant) > 1e-9)) return undefined
  // the camera's row for right (0) and down (1): least squares by Cramer's rule
  const row = (axis: 0 | 1): Triple => {
    const product = (b: 0 | 1 | 2): number =>
      centred.reduce((sum, one, i) => sum + one[b] * ((seen[i]?.[axis] ?? 0) - seenMiddle[axis]), 0)
    const right: Triple = [product(0), product(1), product(2)]
    return [
      dot(right, cross(c1, c2)) / determinant,
      dot(c0, cross(right, c2)) / determinant,
      dot(c0, cross(c1, right)) / determinant,
    ]
  }
  const [across, down] = [row(0), row(1)]
  const angles = {
    yaw: degrees(Math.atan2(across[2], across[0])),
    pitch: degrees(Math.atan2(-down[2], down[1])),
    roll: degrees(roll),
  }
  return Object.values(angles).every(Number.isFinite) ? angles : undefined
}
