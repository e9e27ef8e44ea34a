/** @file Everything that fixes what a training step computes. */
import type { Size } from '../image/image.ts'
import type { BuiltHead } from '../loss/head.ts'
import type { Network } from '../nn/parameter.ts'

/** A network, a head and an optimizer's constants; a step is a pure function of these. */
export interface Recipe {
  readonly network: Network
  readonly head: BuiltHead
  readonly size: Size
  readonly classes: number
  /** Images to an update. */
  readonly batch: number
  /** Parts an update's batch is computed in; divides `batch`. */
  readonly accumulate: number
  readonly momentum: number
  readonly weightDecay: number
  /** Largest global gradient norm; 0 is no clipping. */
  readonly clip: number
  /** Images at a time for embedding; a program of its own. */
  readonly embedBatch: number
  /** Whether the layers are looked at now and then; a program of its own. @defaultValue false */
  readonly watched?: boolean
}

/** The state's names beside the parameters' own. */
export const velocityName = (parameter: string): string => `velocity/${parameter}`
export const accumulatedName = (parameter: string): string => `accumulated/${parameter}`
/** A buffer as the parts of a batch have moved it so far; the update takes it over, or nobody does. */
export const pendingName = (buffer: string): string => `pending/${buffer}`

/** A trained array of backbone or head. */
export interface TrainedArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly decay: boolean
}

/** The trained arrays of a recipe, backbone first. */
export function trainedArrays({ network, head }: Pick<Recipe, 'network' | 'head'>): TrainedArray[] {
  return [...network.parameters, ...head.parameters]
}
