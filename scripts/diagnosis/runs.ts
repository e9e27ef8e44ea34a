/** @file The runs the diagnosis is measured by: healthy ones that it leaves in peace, and faults that it must name. */
import type { Signature } from '../../src/train/signatures.ts'
import { presetNames, type PresetName } from '../../src/train/presets.ts'
import type { TrainSettings } from '../../src/train/settings.ts'

/** A short training of drawn people, 32×32. */
export interface DiagnosedRun {
  /** Also the name of its record. */
  readonly name: string
  readonly preset: PresetName
  /** Drawn people, eight images each. */
  readonly people: 40 | 160
  /** Whether the images are dealt out among the people by chance. */
  readonly isShuffled: boolean
  /** Beside `shortSettings`. */
  readonly settings: Partial<TrainSettings>
  /** What the diagnosis must say of it; empty for a healthy run. */
  readonly expected: readonly Signature[]
}

/** What makes the runs short; whatever else counts comes from the preset and from the run itself. */
export const shortSettings: Partial<TrainSettings> = {
  backbone: 'sphere4',
  size: { height: 32, width: 32 },
  batch: 32,
  // the update of paper-casia is the same in one part
  accumulate: 1,
  embeddingSize: 32,
  validation: 0,
  test: 0,
  iterations: 300,
  threads: 1,
  checkpointEvery: 1_000_000,
  validateEvery: 1_000_000,
}

type Given = Partial<Omit<DiagnosedRun, 'name'>>

/** Half the batch: what is learned slowly with it is no other fault. */
const quickly: Partial<TrainSettings> = { batch: 16, iterations: 200 }

/** The preset of sphere64 and hundreds of thousands of images throws sphere4 about: clipped, it is healthy. */
const gentle: Partial<TrainSettings> = { ...quickly, lr: 0.05, clip: 1, warmup: 40 }

const run = (name: string, given: Given): DiagnosedRun => ({
  name,
  preset: 'small-set',
  people: 40,
  isShuffled: false,
  settings: {},
  expected: [],
  ...given,
})

const healthy: readonly DiagnosedRun[] = [
  ...presetNames.map((preset) =>
    run(`healthy-${preset}`, { preset, settings: preset === 'paper-casia' ? gentle : {} }),
  ),
  ...[2, 5].map((seed) => run(`healthy-small-set-seed-${seed}`, { settings: { seed } })),
  run('healthy-many-people', { people: 160, settings: { scale: 30, lr: 0.05, warmup: 0 } }),
  ...['softmax', 'sphereface'].map((loss) => run(`healthy-${loss}`, { settings: { ...quickly, loss } })),
]

const faults: readonly DiagnosedRun[] = [
  run('learning-rate-many-people', {
    people: 160,
    settings: { scale: 30, lr: 0.4, warmup: 0 },
    expected: ['learning-rate-too-high'],
  }),
  // that of paper-casia, made for large sets and deep networks, is too high as it is
  ...presetNames.map((preset) =>
    run(`learning-rate-${preset}`, {
      preset,
      settings: preset === 'paper-casia' ? quickly : { ...quickly, lr: 4, warmup: 0, iterations: 100 },
      expected: ['learning-rate-too-high'],
    }),
  ),
  run('labels-small-set', { isShuffled: true, settings: quickly, expected: ['labels-do-not-fit'] }),
  run('weight-decay-small-set', {
    settings: { ...quickly, weightDecay: 1, iterations: 100 },
    expected: ['learning-rate-too-high'],
  }),
  run('scale-small-set', { settings: { scale: 2 }, expected: ['scale-too-small'] }),
  ...(['quick', 'demo'] as const).map((preset) =>
    run(`scale-${preset}`, {
      preset,
      settings: { ...quickly, scale: 2 },
      expected: ['scale-too-small'],
    }),
  ),
  run('collapse-center', {
    settings: { ...quickly, iterations: 100, loss: 'center' },
    expected: ['embeddings-collapse'],
  }),
]

export const diagnosedRuns: readonly DiagnosedRun[] = [...healthy, ...faults]
