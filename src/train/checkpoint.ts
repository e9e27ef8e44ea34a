/** @file What a checkpoint holds, and what a store of checkpoints promises. */
import { DataError } from '../base/errors.ts'
import type { UnreadableImage } from '../data/dataset.ts'
import { sameShape } from '../graph/shape.ts'
import type { Plan } from '../onnx/plan.ts'
import type { Fingerprint } from '../runtime/session.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { TrainConfig } from './config.ts'
import type { DiagnosisMemory } from './history.ts'

/** The validation that chose the best model so far. */
export interface BestSoFar {
  readonly iteration: number
  readonly accuracy: number
  readonly auc: number
}

/** The readable part of a checkpoint. */
export interface CheckpointRecord {
  readonly schema: 'cosface-checkpoint/1'
  /** Updates done. */
  readonly iteration: number
  readonly config: TrainConfig
  readonly plan: Plan
  readonly fingerprint: Fingerprint
  /** The identities trained on, in the order of their labels. */
  readonly identities: readonly string[]
  readonly unreadable: readonly UnreadableImage[]
  readonly best?: BestSoFar
  /** What the diagnosis remembers; absent in checkpoints written before it did. */
  readonly diagnosis?: DiagnosisMemory
}

/** Weights, optimizer state and buffers in canonical layout, with the record. */
export interface Checkpoint {
  readonly record: CheckpointRecord
  readonly state: ReadonlyMap<string, Tensor>
}

/** Keeps checkpoints; a crash at any byte of `save` leaves the previous one intact. */
export interface CheckpointStore {
  /** Stores a checkpoint; `best` marks it as the one to export. @returns where it lies, in words for a person */
  save(checkpoint: Checkpoint, best: boolean): Promise<string>
}

/** Checks that a checkpoint fits the network. @throws DataError naming the first array that does not */
export function checkState(
  state: ReadonlyMap<string, Tensor>,
  wanted: Readonly<Record<string, readonly number[]>>,
): void {
  for (const [name, shape] of Object.entries(wanted)) {
    const found = state.get(name)
    if (found === undefined)
      throw new DataError(`The checkpoint has no ${name}: it belongs to another network, loss or optimizer`)
    if (!sameShape(found.shape, shape)) {
      throw new DataError(
        `The checkpoint's ${name} is [${found.shape.join(', ')}] where [${shape.join(', ')}] is needed: it belongs to another network`,
      )
    }
  }
}

/** What differs between two fingerprints, in words; empty where a resumed run continues bit for bit. */
export function fingerprintChanges(before: Fingerprint, now: Fingerprint): string[] {
  const names = ['runtime', 'driver', 'device', 'cpu', 'threads', 'blockSize', 'plan'] as const
  return names
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name} was ${before[name]}, is ${now[name]}`)
}
