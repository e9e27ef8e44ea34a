/** @file Two photographs, an answer: which faces were compared, their cosine, and what the threshold stands for. */
import { given } from '../base/given.ts'
import type { Size } from '../image/image.ts'
import type { AlignedFace } from './aligned-face.ts'
import type { Calibration, CalibrationPoint, PairDecision, ScoringRule } from './calibration.ts'
import { calibrationMismatch, decidePair, findCalibration, pointFor } from './calibration.ts'
import type { EmbeddedFace, EmbeddedPhotograph } from './embedder.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'

/** Which face of a photograph is compared. */
export const comparedFaces = ['largest', 'central', 'only'] as const
export type ComparedFace = (typeof comparedFaces)[number]

/** One side of a comparison. */
export interface ComparedSide {
  readonly photograph: string
  /** Faces found, rejected ones among them. */
  readonly found: number
  /** The face that was compared. */
  readonly face?: Omit<AlignedFace, 'crop'>
}

export interface Verification {
  readonly schema: 'cosface-verify/1'
  readonly decision: PairDecision['decision']
  /** Why there is no decision. */
  readonly reason?: string
  /** Cosine of the two embeddings, −1 to 1; no probability. */
  readonly cosine?: number
  readonly point?: CalibrationPoint
  readonly calibration?: Pick<Calibration, 'scoring' | 'source' | 'warnings'>
  readonly sides: readonly [ComparedSide, ComparedSide]
  readonly origin: EmbeddingOrigin
  readonly liveness: 'not checked'
}

/** A photograph as it was embedded, under its name. */
export interface VerifiedPhotograph {
  readonly name: string
  readonly size: Size
  /** With all faces. */
  readonly embedded: EmbeddedPhotograph
}

export interface VerifyOptions {
  readonly origin: EmbeddingOrigin
  readonly calibrations: readonly Calibration[]
  /** The false-match rate the threshold is for. @defaultValue the smallest that is carried, 1e-4 at the smallest */
  readonly fmr?: number
  /** `only` wants exactly one face. @defaultValue 'largest' */
  readonly face?: ComparedFace
}

/** What is asked for where nothing is said, as far as a calibration carries it. */
export const usualFmr = 1e-4

const pair: ScoringRule = { rule: 'pair', references: 1 }

const farFromCentre = ({ box }: EmbeddedFace, { width, height }: Size): number =>
  Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2)

/** The face meant; faces come with the largest first. */
const faceOf = ({ size, embedded }: VerifiedPhotograph, which: ComparedFace): EmbeddedFace | undefined =>
  which === 'central'
    ? [...embedded.faces].sort((a, b) => farFromCentre(a, size) - farFromCentre(b, size))[0]
    : embedded.faces[0]

/** The face of a photograph that is compared, or in words why there is none. */
export function comparedFace(side: VerifiedPhotograph, which: ComparedFace): EmbeddedFace | string {
  const { name, embedded } = side
  const face = faceOf(side, which)
  if (face === undefined) return `no face was found in ${name}`
  if (which === 'only' && embedded.faces.length > 1)
    return `${name} shows ${embedded.faces.length} faces where one is needed`
  if (face.rejected !== undefined) return `the face in ${name} was rejected: ${face.rejected.reason}`
  return face
}

/** What is told of a photograph that was compared. */
export function comparedSide(side: VerifiedPhotograph, which: ComparedFace): ComparedSide {
  const [photograph, found] = [side.name, side.embedded.faces.length]
  const face = faceOf(side, which)
  if (face === undefined) return { photograph, found }
  const { box, score, landmarks, quality, rejected } = face
  return { photograph, found, face: { box, score, landmarks, quality, ...given({ rejected }) } }
}

/** The cosine of two embeddings of length 1. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN)
  return Math.max(-1, Math.min(1, sum))
}

/**
 * Decides whether two photographs show the same person.
 * @throws UsageError where `fmr` is a rate that the calibration does not carry
 */
export function verifyPhotographs(
  first: VerifiedPhotograph,
  second: VerifiedPhotograph,
  { origin, calibrations, fmr, face = 'largest' }: VerifyOptions,
): Verification {
  const base = {
    schema: 'cosface-verify/1',
    sides: [comparedSide(first, face), comparedSide(second, face)],
    origin,
    liveness: 'not checked',
  } as const
  const [a, b] = [comparedFace(first, face), comparedFace(second, face)]
  if (typeof a === 'string') return { ...base, decision: 'no decision', reason: a }
  if (typeof b === 'string') return { ...base, decision: 'no decision', reason: b }
  const cosine = cosineOf(a.embedding, b.embedding)
  const calibration = findCalibration(calibrations, origin, pair)
  if (calibration === undefined)
    return {
      ...base,
      decision: 'no decision',
      cosine,
      reason: `not calibrated: ${whyNot(calibrations, origin)}`,
    }
  const point = fmr === undefined ? usualPoint(calibration) : pointFor(calibration, fmr)
  const { scoring, source, warnings } = calibration
  return { ...base, ...decidePair(cosine, point), calibration: { scoring, source, warnings } }
}

/** The strictest point down to the usual rate. */
const usualPoint = (calibration: Calibration): CalibrationPoint => {
  const within = calibration.points.filter(({ target }) => target >= usualFmr * (1 - 1e-9))
  const point = within.at(-1) ?? calibration.points[0]
  return point ?? pointFor(calibration, usualFmr)
}

const whyNot = (calibrations: readonly Calibration[], origin: EmbeddingOrigin): string => {
  const ofModel = calibrations.find((one) => one.origin.model === origin.model)
  return ofModel === undefined
    ? 'no calibration of this model is known'
    : `the calibration of this model does not hold here, as ${calibrationMismatch(ofModel, origin, pair) ?? 'it is another'}`
}
