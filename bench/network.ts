/** @file What is raced: sphere20 at 112×96 with LMCL over as many classes as CASIA-WebFace has. */
import { random } from '../src/base/random.ts'
import { buildHead } from '../src/loss/build.ts'
import { backbone } from '../src/nn/backbones.ts'
import type { Recipe } from '../src/train/recipe.ts'

export const classes = 10_575
export const batch = 32
export const threads = 2

const size = { height: 112, width: 96 }

/** The recipe of the step: SGD with momentum and weight decay over 28 M parameters. */
export function sphere20(): Recipe {
  const embeddingSize = 512
  return {
    network: backbone('sphere20', { size, embeddingSize }),
    head: buildHead({ name: 'cosface', scale: 64, margin: 0.35 }, { classes, embeddingSize }),
    size,
    classes,
    batch,
    accumulate: 1,
    momentum: 0.9,
    weightDecay: 5e-4,
    clip: 0,
    embedBatch: batch,
  }
}

/** Noise in place of prepared pixels [32, 3, 112, 96]. */
export function pixels(): Float32Array {
  const stream = random(1, 'bench pixels')
  return Float32Array.from({ length: batch * 3 * size.height * size.width }, () => stream.normal())
}

/** Labels [32]. */
export function labels(): Int32Array {
  const stream = random(1, 'bench labels')
  return Int32Array.from({ length: batch }, () => stream.integer(classes))
}
