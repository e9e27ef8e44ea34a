/** @file Named settings, as data. A preset fills what neither the command line nor the config file says. */
import type { AugmentationConfig } from './config.ts'
import type { DefaultSettings, TrainSettings } from './settings.ts'

export interface Preset {
  readonly meaning: string
  /** Why its scale, margin and embedding size are what they are, where `advise` may say others. */
  readonly reason: string
  readonly settings: Partial<TrainSettings>
}

/** What holds where no preset says otherwise: the paper's head and optimiser on a network that two cores can train. */
export const defaultSettings: DefaultSettings = {
  backbone: 'sphere20',
  embeddingSize: 512,
  size: { height: 112, width: 96 },
  loss: 'cosface',
  scale: 64,
  margin: 0.35,
  batch: 64,
  accumulate: 1,
  lr: 0.1,
  schedule: 'multi-step',
  lrFactor: 0.1,
  lrPower: 1,
  warmup: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  clip: 0,
  augment: 'flip',
  seed: 1,
  device: 'cpu',
  checkpointEvery: 500,
  validateEvery: 500,
  mergeNames: false,
  minImages: 2,
  validation: 0.1,
  test: 0.1,
  watch: [],
  maxUnreadable: 0.05,
}

/** Where the rate drops when no milestones are given: the paper's 16, 24 and 28 of 30 thousand. */
export const milestoneShares: readonly number[] = [16 / 30, 24 / 30, 28 / 30]

export type PresetName = 'small-set' | 'quick' | 'paper-casia' | 'demo'

export const presetNames: readonly PresetName[] = ['small-set', 'quick', 'demo', 'paper-casia']

export const presets: Readonly<Record<PresetName, Preset>> = {
  'paper-casia': {
    meaning: 'the paper’s small training set (CASIA-WebFace): sphere64, 30,000 iterations of 512 images',
    reason: 'the paper’s own numbers, for 10,572 people and a training to the end',
    settings: {
      backbone: 'sphere64',
      scale: 64,
      margin: 0.35,
      // the paper's "batch size of 64 on 8 GPUs"
      batch: 512,
      accumulate: 8,
      lr: 0.1,
      schedule: 'multi-step',
      milestones: [16_000, 24_000, 28_000],
      iterations: 30_000,
      weightDecay: 5e-4,
      augment: 'flip',
    },
  },
  // measured on 1,331 people with 11,656 aligned images: docs/experiments.md
  'small-set': {
    meaning: 'a few hundred to a few thousand people, from scratch, in about an hour on a desktop',
    reason:
      'measured: 20 epochs from scratch with s 12 were two points better on validation people than with 30; a training that ends before its loss does gains nothing from a larger scale',
    settings: {
      backbone: 'sphere4',
      embeddingSize: 256,
      scale: 12,
      margin: 0.35,
      batch: 64,
      lr: 0.1,
      schedule: 'cosine',
      warmup: 100,
      clip: 1,
      epochs: 20,
      augment: 'standard',
    },
  },
  demo: {
    meaning: 'what `cosface demo` trains: as much as fits into three minutes of two slow cores',
    reason:
      'for a few dozen drawn people, and few iterations: less margin than the bound allows, and 128 numbers learn sooner',
    settings: {
      backbone: 'sphere4',
      embeddingSize: 128,
      scale: 24,
      margin: 0.25,
      batch: 64,
      lr: 0.05,
      schedule: 'cosine',
      warmup: 30,
      clip: 5,
      iterations: 240,
      augment: 'flip',
      checkpointEvery: 120,
      validateEvery: 80,
    },
  },
  quick: {
    meaning: 'a first look in minutes: a small network, few iterations',
    reason:
      'not measured: between the paper’s scale and small-set’s, with 128 numbers, which learn sooner; for results take small-set',
    settings: {
      backbone: 'sphere4',
      embeddingSize: 128,
      scale: 30,
      margin: 0.25,
      batch: 64,
      lr: 0.1,
      schedule: 'cosine',
      warmup: 50,
      clip: 1,
      iterations: 600,
      augment: 'flip',
      checkpointEvery: 200,
      validateEvery: 200,
    },
  },
}

/** What `--augment` names; the single options change one of its values. */
export const augmentations: Readonly<Record<TrainSettings['augment'], AugmentationConfig>> = {
  none: { flip: false, shift: 0, zoom: 0, rotate: 0, light: 0, grey: 0, erase: 0, blur: 0 },
  flip: { flip: true, shift: 0, zoom: 0, rotate: 0, light: 0, grey: 0, erase: 0, blur: 0 },
  standard: { flip: true, shift: 4, zoom: 0.06, rotate: 4, light: 0.25, grey: 0.1, erase: 0.1, blur: 0.1 },
}
