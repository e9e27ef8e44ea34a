/** @file What the training programs are fed: a batch or its parts, scheduled scalars, the learning rate. */
import { DataError } from '../base/errors.ts'
import type { Batch } from '../data/dataset.ts'
import type { Feeds } from '../runtime/session.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Recipe } from './recipe.ts'
import { feedNames } from './step.ts'

/** One program run of an update, in the order of the runs. */
export interface StepRun {
  readonly program: 'step' | 'accumulate' | 'update'
  readonly feeds: Feeds
}

const scalarFeed = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) })

/** Part `index` of `parts` equal ones. */
const partOf = ({ pixels, labels }: Batch, index: number, parts: number): Batch => ({
  pixels: pixels.subarray((index * pixels.length) / parts, ((index + 1) * pixels.length) / parts),
  labels: labels.subarray((index * labels.length) / parts, ((index + 1) * labels.length) / parts),
})

/** The run of one part of a batch (of all of it where `accumulate` is 1). */
export function partRun(
  { size, head, accumulate }: Recipe,
  { pixels, labels }: Batch,
  { index, learningRate, iteration }: { index: number; learningRate: number; iteration: number },
): StepRun {
  const feeds = {
    [feedNames.pixels]: { shape: [labels.length, 3, size.height, size.width], data: pixels },
    [feedNames.labels]: { shape: [labels.length], data: labels },
    ...Object.fromEntries(head.scheduled.map(({ name, valueAt }) => [name, scalarFeed(valueAt(iteration))])),
  }
  return accumulate === 1
    ? { program: 'step', feeds: { ...feeds, [feedNames.learningRate]: scalarFeed(learningRate) } }
    : { program: 'accumulate', feeds: { ...feeds, [feedNames.keep]: scalarFeed(index === 0 ? 0 : 1) } }
}

/** The runs of one update: the parts of the batch, and after several of them the update itself. */
export function stepRuns(recipe: Recipe, batch: Batch, learningRate: number, iteration: number): StepRun[] {
  const { accumulate } = recipe
  const parts = Array.from({ length: accumulate }, (_, index) =>
    partRun(recipe, partOf(batch, index, accumulate), { index, learningRate, iteration }),
  )
  if (accumulate === 1) return parts
  return [...parts, { program: 'update', feeds: { [feedNames.learningRate]: scalarFeed(learningRate) } }]
}

/** @throws DataError where a label is outside [0, classes): it would be learned from as nobody's image */
export function checkLabels(labels: Int32Array, classes: number, iteration: number): void {
  const at = labels.findIndex((label) => label < 0 || label >= classes)
  if (at < 0) return
  throw new DataError(
    `Labels must be from 0 to ${classes - 1} for ${classes} people, got ${labels[at]} for image ${at} of the batch of iteration ${iteration}`,
  )
}
