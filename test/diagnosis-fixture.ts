/** @file What a small training notices about itself. */
import { expect } from 'vitest'
import { openSession } from '../src/node/session/open-session.ts'
import type { SessionSpec } from '../src/runtime/session.ts'
import type { TrainConfig } from '../src/train/config.ts'
import type { TrainEvent } from '../src/train/events.ts'
import { smallConfig, smallRun, type SmallRun, type SmallRunOptions } from './training-fixture.ts'

const open = (spec: SessionSpec) => openSession(spec)

/** Learns its twelve people in 64 iterations. */
export const healthyConfig: TrainConfig = {
  ...smallConfig,
  iterations: 64,
  // small steps are faster on one, and as fast while the machine does something else
  threads: 1,
  learningRate: 0.05,
  clip: 1,
  warmup: 10,
  schedule: { kind: 'cosine' },
  checkpointEvery: 1000,
  validateEvery: 1000,
}

/** What was noticed, by signature; each is raised once. */
export const diagnosesOf = (events: readonly TrainEvent[]): Map<string, string> => {
  const found = events.flatMap((event) =>
    event.kind === 'diagnosis' ? [[event.signature, event.text] as const] : [],
  )
  expect(found.length, 'each is raised once').toBe(new Set(found.map(([signature]) => signature)).size)
  return new Map(found)
}

/** A small training to its end. */
export const small = (given: TrainConfig, options: Partial<SmallRunOptions> = {}): Promise<SmallRun> =>
  smallRun(given, { openSession: open, ...options })

/** What a small training noticed, by signature. */
export const noticed = async (
  given: TrainConfig,
  options: Partial<SmallRunOptions> = {},
): Promise<Map<string, string>> => diagnosesOf((await small(given, options)).events)
