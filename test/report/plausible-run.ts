/** @file A made-up run with plausible numbers, for looking at reports and testing them. */
import { random } from '../../src/base/random.ts'
import type { ScoredPair, VerificationResult } from '../../src/evaluate/result.ts'
import { verifyScores } from '../../src/evaluate/verify.ts'
import type { RunReportContents } from '../../src/report/contents.ts'
import type { TrainConfig } from '../../src/train/config.ts'
import type { TrainEvent } from '../../src/train/events.ts'

const clamp = (value: number): number => Math.max(-1, Math.min(1, value))

/** Half same, half different pairs whose scores lie `gap` apart. */
export function madeUpPairs(seed: number, count: number, gap: number): ScoredPair[] {
  const stream = random(seed, 'pairs')
  return Array.from({ length: count }, (_, index) => {
    const same = index % 2 === 0
    const a = stream.integer(60)
    const b = same ? a : (a + 1 + stream.integer(58)) % 60
    return {
      a: `person_${a}/${stream.integer(9)}.jpg`,
      b: `person_${b}/${stream.integer(9)}.jpg`,
      same,
      fold: index % 10,
      score: clamp(0.06 + (same ? gap : 0) + stream.normal() * (same ? 0.16 : 0.11)),
    }
  })
}

/** The result such pairs give. */
export function madeUpResult(pairs: readonly ScoredPair[]): VerificationResult {
  return verifyScores(pairs, { folds: 'drawn', flip: 'concat', replicates: 50 })
}

/** The configuration of the run. */
export const madeUpConfig: TrainConfig = {
  schema: 'cosface-config/1',
  preset: 'small-set',
  backbone: 'sphere10',
  embeddingSize: 256,
  size: { height: 112, width: 96 },
  loss: { name: 'cosface', scale: 32, margin: 0.35 },
  batch: 64,
  accumulate: 1,
  iterations: 3000,
  learningRate: 0.1,
  schedule: { kind: 'multi-step', milestones: [1600, 2400, 2800], factor: 0.1 },
  warmup: 100,
  momentum: 0.9,
  weightDecay: 5e-4,
  clip: 5,
  augmentation: { flip: true, shift: 3, zoom: 0.08, rotate: 5, light: 0.2, grey: 0.1, erase: 0.2, blur: 0.1 },
  seed: 7,
  threads: 2,
  device: 'cpu',
  checkpointEvery: 500,
  validateEvery: 250,
  data: {
    folders: ['faces'],
    mergeNames: false,
    minImages: 2,
    validation: 0.1,
    test: 0.15,
    watch: ['pairs.txt'],
    maxUnreadable: 0.01,
  },
}

/** The events of the run. */
export function madeUpEvents(config: TrainConfig = madeUpConfig): TrainEvent[] {
  const stream = random(3, 'events')
  const drops = config.schedule.kind === 'multi-step' ? config.schedule.milestones : []
  const events: TrainEvent[] = [
    {
      kind: 'start',
      config,
      iteration: 0,
      iterations: config.iterations,
      data: { identities: 412, images: 9_840, validationIdentities: 55, testIdentities: 82, skipped: 2 },
      fingerprint: {
        runtime: 'onnxruntime-node 1.30.0',
        driver: 'native',
        device: 'cpu',
        cpu: 'x64',
        threads: 2,
        blockSize: 16,
        plan: 'a1b2c3',
      },
      plan: { blockSize: 16, lowerings: {}, layouts: {} },
      parameters: 7_412_352,
      resumed: false,
    },
  ]
  for (let iteration = 0; iteration < config.iterations; iteration++) {
    const left = Math.exp(-iteration / 420) * 0.8 + (iteration < 1600 ? 0.2 : 0.08)
    events.push({
      kind: 'step',
      iteration,
      epoch: iteration / 154,
      learningRate:
        iteration < 100
          ? (0.1 * (iteration + 1)) / 100
          : 0.1 ** (1 + drops.filter((at) => at <= iteration).length),
      metrics: {
        loss: 1.2 + 16.6 * left + stream.normal() * (0.5 + left),
        ownCosine: 0.82 - 0.8 * left + stream.normal() * 0.012,
        nearestCosine: 0.19 + 0.12 * left + stream.normal() * 0.006,
        winShare: Math.max(0, Math.min(1, 0.96 - 0.98 * left + stream.normal() * 0.03)),
        embeddingNorm: 20 + 3 * stream.normal(),
        gradientNorm: 1 + Math.abs(stream.normal()),
      },
      seconds: 0.31,
      waitedSeconds: 0.004,
      imagesPerSecond: 206 + 4 * stream.normal(),
      secondsLeft: (config.iterations - iteration) * 0.31,
    })
    if ((iteration + 1) % config.validateEvery !== 0) continue
    for (const [name, set, lag] of [
      ['validation identities', 'validation', 0],
      ['pairs.txt', 'watch', 0.06],
    ] as const)
      events.push({
        kind: 'validation',
        iteration,
        set,
        name,
        result: madeUpResult(madeUpPairs(iteration, 1200, 0.5 - 0.4 * left - lag)),
        best: set === 'validation',
      })
  }
  events.push({ kind: 'end', iteration: 2999, seconds: 934, imagesPerSecond: 205.6, waitedShare: 0.013 })
  return events
}

// a 1×1 grey PNG
const dot =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

/** The whole page's contents; pictures are the given ones in turn. */
export function madeUpRun(pictures: readonly string[] = [dot]): RunReportContents {
  const picture = (index: number): string => pictures[index % pictures.length] ?? dot
  const stream = random(5, 'run')
  const pairs = madeUpPairs(1, 6000, 0.46)
  const wrong = pairs.toSorted((a, b) => (a.same ? a.score : 1 - a.score) - (b.same ? b.score : 1 - b.score))
  const hardest = [
    ...wrong.filter((pair) => pair.same).slice(0, 6),
    ...wrong.filter((pair) => !pair.same).slice(0, 6),
  ]
  const baseline = (name: string, gap: number): NonNullable<RunReportContents['baselines']>[number] => {
    const judged = madeUpPairs(2, 6000, gap)
    return { name, pairs: judged, result: madeUpResult(judged) }
  }
  const validation = madeUpPairs(4, 1200, 0.47)
  return {
    title: 'A recogniser from 412 people',
    images: 'photographs',
    config: madeUpConfig,
    events: madeUpEvents(),
    sets: [
      {
        name: 'validation identities',
        role: 'validation',
        result: madeUpResult(validation),
        pairs: validation,
      },
      { name: 'test identities', role: 'test', result: madeUpResult(pairs), pairs },
    ],
    baselines: [baseline('raw pixels', 0.05), baseline('untrained network', 0.07)],
    angles: {
      name: 'test identities',
      within: Array.from({ length: 2000 }, () => 44 + 9 * stream.normal()),
      between: Array.from({ length: 2000 }, () => 86 + 6 * stream.normal()),
    },
    crops: Array.from({ length: 12 }, (_, index) => ({
      picture: picture(index),
      height: 112,
      width: 96,
      label: `person_${index}/1.jpg`,
      points: [
        { x: 30.3, y: 51.7 },
        { x: 65.5, y: 51.5 },
        { x: 48, y: 71.7 },
        { x: 33.5, y: 92.4 },
        { x: 62.7, y: 92.2 },
      ],
    })),
    hardest: hardest.map((pair, index) => ({
      pair,
      pictureA: picture(2 * index),
      pictureB: picture(2 * index + 1),
    })),
    environment: {
      cosface: '0.1.0',
      'ONNX Runtime': '1.30.0, native driver',
      device: 'cpu, 2 threads',
      node: '20.20.2',
    },
    expectedFirstLoss: 19.2,
  }
}
