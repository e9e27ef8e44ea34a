/** @file The golden trajectories as recipes of the product: network, head, initial state, batches. */
import { readFileSync } from 'node:fs'
import { buildHead } from '../../src/loss/build.ts'
import type { LossSettings } from '../../src/loss/head.ts'
import { sphere } from '../../src/nn/sphere.ts'
import { sizeOf, type Tensor } from '../../src/tensor/tensor.ts'
import { velocityName, type Recipe } from '../../src/train/recipe.ts'
import { integers, uniform } from './numbers.ts'

export interface GoldenTrajectory {
  readonly title: string
  readonly network: {
    readonly units: readonly number[]
    readonly channels: readonly number[]
    readonly height: number
    readonly width: number
    readonly embeddingSize: number
  }
  readonly loss: LossSettings
  readonly classes: number
  readonly batch: number
  readonly accumulate: number
  readonly learningRate: number
  readonly milestones: readonly number[]
  readonly factor: number
  readonly momentum: number
  readonly weightDecay: number
  readonly clip: number
  readonly parameters: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly amplitude: number
    readonly offset: number
  }[]
  readonly expected: {
    readonly losses: readonly number[]
    readonly gradientNorms: readonly number[]
    readonly learningRates: readonly number[]
    readonly firstGradients: Readonly<
      Record<
        string,
        { readonly norm: number; readonly at: readonly number[]; readonly values: readonly number[] }
      >
    >
    readonly finalNorms: Readonly<Record<string, number>>
    readonly buffers: Readonly<Record<string, readonly number[]>>
  }
}

/** Every stored trajectory. */
export function goldenTrajectories(): readonly GoldenTrajectory[] {
  const file: { readonly trajectories: readonly GoldenTrajectory[] } = JSON.parse(
    readFileSync(new URL('trajectories.json', import.meta.url), 'utf8'),
  )
  return file.trajectories
}

/** The recipe whose steps the trajectory holds. */
export function recipeOf(golden: GoldenTrajectory): Recipe {
  const { height, width, units, channels, embeddingSize } = golden.network
  const size = { height, width }
  return {
    network: sphere({ units, channels, size, embeddingSize }),
    head: buildHead(golden.loss, { classes: golden.classes, embeddingSize }),
    size,
    classes: golden.classes,
    batch: golden.batch,
    accumulate: golden.accumulate,
    momentum: golden.momentum,
    weightDecay: golden.weightDecay,
    clip: golden.clip,
    embedBatch: 1,
  }
}

/** Weights from their keys, velocities 0, buffers as the head says. */
export function firstState(golden: GoldenTrajectory, recipe: Recipe): Map<string, Tensor> {
  const state = new Map<string, Tensor>()
  for (const { name, shape, amplitude, offset } of golden.parameters) {
    const count = sizeOf(shape)
    state.set(name, { shape, data: uniform(`${golden.title}/${name}`, count, amplitude, offset) })
    state.set(velocityName(name), { shape, data: new Float32Array(count) })
  }
  for (const { name, shape, initial } of recipe.head.buffers)
    state.set(name, { shape, data: new Float32Array(sizeOf(shape)).fill(initial) })
  return state
}

/** The batch of a step: pixels [N, 3, H, W] in [−1, 1), labels. */
export function batchAt(
  golden: GoldenTrajectory,
  step: number,
): { pixels: Float32Array; labels: Int32Array } {
  const { height, width } = golden.network
  return {
    pixels: uniform(`${golden.title}/pixels/${step}`, golden.batch * 3 * height * width),
    labels: integers(`${golden.title}/labels/${step}`, golden.batch, golden.classes),
  }
}
