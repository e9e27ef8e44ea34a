/** @file The paper's two baselines: softmax (Eq 1) and normalised softmax (Eq 3). */
import type { MarginHead } from './margin-head.ts'
import { normaliseFeaturesOption, scaleOption, scaleWarmupOptions } from './options.ts'

/** Softmax with bias 0: f_j = W_jᵀx, nothing normalised. */
export const softmax: MarginHead = {
  kind: 'margin',
  name: 'softmax',
  aliases: [],
  title: 'softmax without bias, Eq 1',
  normaliseWeights: false,
  normaliseFeatures: false,
  options: [],
  acrossBatch: undefined,
  ramped: [],
  remedies: {},
}

/** Normalised softmax: f_j = s·cos θ_j. */
export const nsl: MarginHead = {
  kind: 'margin',
  name: 'nsl',
  aliases: ['normalised-softmax', 'normalized-softmax', 'normface'],
  title: 'normalised softmax, Eq 3',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [scaleOption, normaliseFeaturesOption(true, 'on'), ...scaleWarmupOptions],
  acrossBatch: undefined,
  ramped: [],
  remedies: {},
}
