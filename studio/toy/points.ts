/** @file The points of an experiment counted through: those trained on first, then those held out. */
import type { ToyData } from '../../src/experiment/toy-data.ts'
import { planePlace, type Scene } from '../../src/plot/plane.ts'
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

/** The point nearest to a place of the plane's panel, if one is within `reach` pixels. */
export function nearestPoint(
  frame: LaneFrame,
  scene: Scene,
  size: number,
  at: Spot,
  reach: number,
): number | undefined {
  const place = planePlace(scene, size)
  let best: number | undefined
  let least = reach
  const features = [frame.train.features, frame.heldOut.features]
  let index = 0
  for (const set of features)
    for (let row = 0; row < set.length / 2; row++, index++) {
      const { x, y } = place(set[2 * row] ?? 0, set[2 * row + 1] ?? 0)
      const distance = Math.hypot(x - at.x, y - at.y)
      if (distance >= least) continue
      least = distance
      best = index
    }
  return best
}
