/** @file What a training takes of a machine's memory, estimated before it begins. */
import { mostHeld } from '../graph/memory.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { Recipe } from './recipe.ts'
import { stepPrograms } from './step.ts'

// measured as peaks of whole trainings (docs/experiments.md): what is there whatever is trained …
const resident = 0.35 * 2 ** 30
// … two buffers of the state that swap, and the copy a checkpoint is written from …
const stateCopies = 3
// … what the lowerings need beside the graph's values, and what the runtime does not give back between two steps …
const perValue = 1.5
// … and batches: one in hand, three made ahead, and copies on their way
const batchCopies = 6

/** The most bytes a training holds, within a fifth on CPUs. @throws RangeError where `accumulate` does not divide `batch` */
export function trainingMemory(recipe: Recipe): number {
  const { batch, size } = recipe
  const { state, programs } = stepPrograms(recipe)
  const stateBytes = Object.values(state).reduce((sum, shape) => sum + 4 * sizeOf(shape), 0)
  const values = Math.max(...Object.values(programs).map(mostHeld))
  const batchBytes = batch * 3 * size.height * size.width * 4
  return resident + stateCopies * stateBytes + perValue * values + batchCopies * batchBytes
}

const mostParts = 4096

/**
 * Into how many parts (`accumulate`) a batch has to be split so that its training takes at most `bytes`; undefined where none is
 * enough, or where the loss takes something from all images of a batch, so that parts would make another update.
 */
export function partsThatFit(recipe: Recipe, bytes: number): number | undefined {
  const { batch, accumulate, head } = recipe
  if (head.acrossBatch.length > 0) return undefined
  for (let parts = accumulate + 1; parts <= Math.min(batch, mostParts); parts++) {
    if (batch % parts !== 0) continue
    if (trainingMemory({ ...recipe, accumulate: parts, embedBatch: 1 }) <= bytes) return parts
  }
  return undefined
}
