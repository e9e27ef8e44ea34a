/** @file Drawn people for tests of galleries: each a direction, each face that direction shaken. */
import { random } from '../../src/base/random.ts'
import type { Calibration } from '../../src/face/calibration.ts'
import type { EmbeddingOrigin } from '../../src/face/embedding-origin.ts'
import type { Enrolment } from '../../src/gallery/enrol.ts'

export const size = 16

export const origin: EmbeddingOrigin = {
  model: 'model-a',
  detector: 'detector-a',
  aligner: 'aligner/1',
  flip: 'sum',
  size,
}

export const otherOrigin: EmbeddingOrigin = { ...origin, model: 'model-b' }

const unit = (values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

/** The `picture`-th face of a person; faces of one person have cosines about 0.95, of two about 0 ± 0.25. */
export function face(person: string, picture = 0, spread = 0.055): Float32Array {
  const who = random(1, 'person', person)
  const shaken = random(1, 'picture', person, picture)
  const centre = unit(Array.from({ length: size }, () => who.normal()))
  return unit(Array.from(centre, (value) => value + spread * shaken.normal()))
}

export function enrolment(person: string, picture = 0, more: Partial<Enrolment> = {}): Enrolment {
  return { person, embedding: face(person, picture), photograph: `${person} ${picture}`, ...more }
}

/** Thresholds for drawn people: 0.7 at 1 in 100, 0.8 at 1 in 10,000, 0.85 at 1 in 10⁷. */
export const calibration: Calibration = {
  schema: 'cosface-calibration/1',
  origin,
  scoring: { rule: 'pair', references: 1 },
  source: {
    title: 'drawn people',
    people: 100,
    mated: 100,
    nonMated: 1e9,
    failed: 0,
    intervals: 'none',
    seed: 1,
  },
  points: [
    { target: 1e-2, fmr: 0.009, threshold: 0.7, fnmr: 0.01, fmrInterval: { low: 0.008, high: 0.01 } },
    { target: 1e-4, fmr: 0.9e-4, threshold: 0.8, fnmr: 0.02 },
    { target: 1e-7, fmr: 0.9e-7, threshold: 0.85, fnmr: 0.03 },
  ],
  warnings: [],
}
