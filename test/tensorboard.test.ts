/** @file A run's event file, read by TensorBoard itself. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession } from '../src/node/session/open-session.ts'
import { withTensorboard } from '../src/node/run/tensorboard-log.ts'
import type { TrainEvent } from '../src/train/events.ts'
import { smallConfig, smallRun } from './training-fixture.ts'

const python = process.env['COSFACE_PYTHON'] ?? '/usr/bin/python3'
const hasTensorboard = ((): boolean => {
  try {
    execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** Prints every series as {tag: [[step, value], …]}. */
const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]).Reload()
print(json.dumps({tag: [[s.step, s.value] for s in events.Scalars(tag)] for tag in events.Tags()['scalars']}))
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorboard-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(!hasTensorboard)(
  'TensorBoard (skipped without its Python package; COSFACE_PYTHON names an interpreter that has it)',
  () => {
    it('reads the series of a run, step by step', async () => {
      const { events } = await smallRun(
        { ...smallConfig, iterations: 3 },
        { openSession: (spec) => openSession(spec) },
      )
      async function* told(): AsyncGenerator<TrainEvent> {
        yield* events
      }
      let passed = 0
      for await (const _ of withTensorboard(told(), folder)) passed++
      expect(passed).toBe(events.length)
      expect(await readdir(join(folder, 'tensorboard'))).toHaveLength(1)
      const read: Readonly<Record<string, readonly (readonly [number, number])[]>> = JSON.parse(
        execFileSync(python, ['-c', reader, join(folder, 'tensorboard')], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      )
      const losses = events.flatMap((event) =>
        event.kind === 'step' ? [[event.iteration, Math.fround(event.metrics.loss)]] : [],
      )
      expect(read['train/loss']).toEqual(losses)
      expect(read['train/dead channels']).toEqual([[0, 0]])
      expect(Object.keys(read)).toEqual(
        expect.arrayContaining(['train/learning rate', 'gradient norm/head', 'dead channels/stage1.prelu']),
      )
    })
  },
)
