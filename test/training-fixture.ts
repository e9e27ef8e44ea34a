/** @file A small training that any session can run: random images of a few people, kept checkpoints, no files. */
import { random } from '../src/base/random.ts'
import type { BatchSource } from '../src/data/dataset.ts'
import type { OpenSession } from '../src/runtime/session.ts'
import type { Checkpoint } from '../src/train/checkpoint.ts'
import type { TrainConfig } from '../src/train/config.ts'
import type { TrainEvent } from '../src/train/events.ts'
import type { Surroundings, ValidationSet } from '../src/train/surroundings.ts'
import { train } from '../src/train/train.ts'

/** Sphere4 at 32×16 for 12 people. */
export const smallConfig: TrainConfig = {
  schema: 'cosface-config/1',
  backbone: 'sphere4',
  embeddingSize: 16,
  size: { height: 32, width: 16 },
  loss: { name: 'cosface', scale: 16, margin: 0.2 },
  batch: 8,
  accumulate: 1,
  iterations: 10,
  learningRate: 0.02,
  schedule: { kind: 'multi-step', milestones: [6, 8], factor: 0.1 },
  warmup: 2,
  momentum: 0.9,
  weightDecay: 5e-4,
  clip: 0,
  augmentation: { flip: false, shift: 0, zoom: 0, rotate: 0, light: 0, grey: 0, erase: 0, blur: 0 },
  seed: 3,
  threads: 2,
  device: 'cpu',
  checkpointEvery: 4,
  validateEvery: 5,
  data: { folders: [], mergeNames: false, minImages: 1, validation: 0, test: 0, watch: [], maxUnreadable: 0 },
}

/** People of the small training. */
export const fewPeople = 12

/** Batches as a pure function of the iteration; each person has a pattern, each image its own noise. */
export function smallBatches(
  { batch, size }: TrainConfig,
  people: number = fewPeople,
  change: (pixels: Float32Array, iteration: number, labels: Int32Array) => void = () => {},
): BatchSource {
  const each = 3 * size.height * size.width
  const patterns = Array.from({ length: people }, (_, person) => {
    const stream = random(1, 'pattern', person)
    return Float32Array.from({ length: each }, () => stream.uniform() * 2 - 1)
  })
  return {
    batchesPerEpoch: 4,
    waitedSeconds: 0,
    unreadable: [],
    batch: async (iteration) => {
      const stream = random(1, 'batch', iteration)
      const labels = Int32Array.from({ length: batch }, () => stream.integer(people))
      const pixels = new Float32Array(batch * each)
      labels.forEach((person, row) => {
        for (let i = 0; i < each; i++)
          pixels[row * each + i] = (patterns[person]?.[i] ?? 0) + 0.3 * stream.normal()
      })
      change(pixels, iteration, labels)
      return { pixels, labels }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

export interface SmallRun {
  readonly events: readonly TrainEvent[]
  readonly saved: readonly (Checkpoint & { readonly best: boolean })[]
  readonly losses: readonly number[]
}

export interface SmallRunOptions {
  readonly openSession: OpenSession
  readonly people?: number
  /** @defaultValue 32 */
  readonly images?: number
  /** Images of the identity that has most, of 32. */
  readonly largestIdentity?: number
  readonly resume?: Checkpoint
  readonly validation?: readonly ValidationSet[]
  readonly batches?: BatchSource
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TrainEvent) => void
}

/** Runs a small training to its end. */
export async function smallRun(config: TrainConfig, options: SmallRunOptions): Promise<SmallRun> {
  const people = options.people ?? fewPeople
  const saved: (Checkpoint & { readonly best: boolean })[] = []
  const surroundings: Surroundings = {
    openSession: options.openSession,
    data: {
      identities: Array.from({ length: people }, (_, person) => `person ${person}`),
      batches: options.batches ?? smallBatches(config, people),
      summary: {
        identities: people,
        images: options.images ?? 32,
        validationIdentities: 0,
        testIdentities: 0,
        largestIdentity: options.largestIdentity ?? 3,
        skipped: 0,
      },
    },
    validation: options.validation ?? [],
    checkpoints: {
      save: async (checkpoint, best) => {
        saved.push({ ...checkpoint, best })
        return 'memory'
      },
    },
    ...(options.resume === undefined ? {} : { resume: options.resume }),
  }
  const events: TrainEvent[] = []
  for await (const event of train(config, surroundings, options.signal ?? new AbortController().signal)) {
    events.push(event)
    options.onEvent?.(event)
  }
  return {
    events,
    saved,
    losses: events.flatMap((event) => (event.kind === 'step' ? [event.metrics.loss] : [])),
  }
}
