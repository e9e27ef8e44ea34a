/** @file The points of an experiment counted through: those trained on first, then those held out. */
import type { ToyData } from '../../src/experiment/toy-data.ts'
import type { Spot } from '../../src/plot/labels.ts'
import { type LaneFrame, shownEvery } from './lane-protocol.ts'
import { picturesPerPerson } from './faces.ts'

/** One picture of the experiment. */
export interface Point {
  readonly set: 'train' | 'heldOut'
  readonly row: number
  /** Which person, from 0. */
  readonly label: number
  /** Which picture of that person, from 0. */
  readonly image: number
}

const shownCount = ({ labels }: ToyData['train']): number => Math.ceil(labels.length / shownEvery)

/** How many points there are. */
export function pointCount({ train, heldOut }: ToyData): number {
  return shownCount(train) + heldOut.labels.length
}

/** Point number `index`. */
export function pointAt(data: ToyData, index: number): Point {
  const trained = shownCount(data.train)
  const set = index < trained ? 'train' : 'heldOut'
  const row = index < trained ? index : index - trained
  const sample = set === 'train' ? row * shownEvery : row
  return {
    set,
    row,
    label: data[set].labels[sample] ?? 0,
    image: (data[set].rows[sample] ?? 0) % picturesPerPerson,
  }
}

/** The raw feature [D] of a point. */
export function featureOf(frame: LaneFrame, { set, row }: Point, dimensions: number): number[] {
  return [...frame[set].features.subarray(row * dimensions, (row + 1) * dimensions)]
}

/**
 * The point nearest to a spot of a drawing, if one is within `reach` pixels.
 * @param place where the drawing has a raw feature; undefined where it cannot be pointed at
 */
export function nearestPoint(
  { train, heldOut }: LaneFrame,
  dimensions: number,
  place: (feature: Float32Array) => Spot | undefined,
  at: Spot,
  reach: number,
): number | undefined {
  let best: number | undefined
  let least = reach
  let index = 0
  for (const { features } of [train, heldOut])
    for (let start = 0; start < features.length; start += dimensions, index++) {
      const spot = place(features.subarray(start, start + dimensions))
      const distance = spot === undefined ? reach : Math.hypot(spot.x - at.x, spot.y - at.y)
      if (distance >= least) continue
      least = distance
      best = index
    }
  return best
}
