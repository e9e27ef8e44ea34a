/** @file A run's event file, read by TensorBoard itself. */
import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openSession } from '../src/node/session/open-session.ts'
import { lockFolder } from '../src/node/files/locked-folder.ts'
import { withTensorboard } from '../src/node/run/tensorboard-log.ts'
import type { TrainEvent } from '../src/train/events.ts'
import { madeUpEvents } from './report/plausible-run.ts'
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

type Series = Readonly<Record<string, readonly (readonly [number, number])[]>>

const readByTensorboard = (run: string): Series =>
  JSON.parse(
    execFileSync(python, ['-c', reader, join(run, 'tensorboard')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )

async function* told(events: readonly TrainEvent[]): AsyncGenerator<TrainEvent> {
  yield* events
}

/** How many records the only event file of a run holds. */
const recordsIn = async (run: string): Promise<number> => {
  const [name = ''] = await readdir(join(run, 'tensorboard'))
  const bytes = await readFile(join(run, 'tensorboard', name))
  let records = 0
  for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) records++
  return records
}

const madeUp = madeUpEvents()
const [start] = madeUp
const steps = madeUp.filter((event) => event.kind === 'step')
const checkpoint = (iteration: number): TrainEvent => ({ kind: 'checkpoint', iteration, folder: '' })

describe('what is written when', () => {
  /** How many records there are when each event is passed on, by the clock of `seconds`. */
  const recordsAtEach = async (events: readonly TrainEvent[], seconds: number[]): Promise<number[]> => {
    const run = await mkdtemp(join(folder, 'run-'))
    await using locked = await lockFolder(run)
    let clock = 0
    const watch = vi.spyOn(performance, 'now').mockImplementation(() => 1000 * clock)
    try {
      const found: number[] = []
      async function* timed(): AsyncGenerator<TrainEvent> {
        for (const [index, event] of events.entries()) {
          clock = seconds[index] ?? clock
          yield event
        }
      }
      for await (const _ of withTensorboard(timed(), locked)) found.push(await recordsIn(run))
      return found
    } finally {
      watch.mockRestore()
    }
  }

  it('all that led to a checkpoint is there when the checkpoint is', async () => {
    const events = start === undefined ? [] : [start, ...steps.slice(0, 5), checkpoint(5)]
    // version and start, then the steps
    expect((await recordsAtEach(events, [])).at(-1)).toBe(2 + 5)
  })

  it('steps wait for two seconds at most', async () => {
    const events = start === undefined ? [] : [start, ...steps.slice(0, 4)]
    expect(await recordsAtEach(events, [0, 1, 1.9, 2.1, 3])).toEqual([2, 2, 2, 5, 5])
  })
})

describe.skipIf(!hasTensorboard)(
  'TensorBoard (skipped without its Python package; COSFACE_PYTHON names an interpreter that has it)',
  () => {
    it('reads the series of a run, step by step', async () => {
      const run = await mkdtemp(join(folder, 'run-'))
      await using locked = await lockFolder(run)
      const { events } = await smallRun(
        { ...smallConfig, iterations: 3 },
        { openSession: (spec) => openSession(spec) },
      )
      let passed = 0
      for await (const _ of withTensorboard(told(events), locked)) passed++
      expect(passed).toBe(events.length)
      expect(await readdir(join(run, 'tensorboard'))).toHaveLength(1)
      const read = readByTensorboard(run)
      const losses = events.flatMap((event) =>
        event.kind === 'step' ? [[event.iteration, Math.fround(event.metrics.loss)]] : [],
      )
      expect(read['train/loss']).toEqual(losses)
      expect(read['train/dead channels']).toEqual([[0, 0]])
      expect(Object.keys(read)).toEqual(
        expect.arrayContaining(['train/learning rate', 'gradient norm/head', 'dead channels/stage1.prelu']),
      )
    })

    it('shows a run that was killed and taken up again once: steps made again replace those before', async () => {
      const run = await mkdtemp(join(folder, 'run-'))
      await using locked = await lockFolder(run)
      const found = madeUp.find((event) => event.kind === 'validation')
      if (start?.kind !== 'start' || found === undefined) throw new Error('No start or no validation')
      const validation = { ...found, iteration: 5 }
      const first = [start, ...steps.slice(0, 5), validation, checkpoint(5), ...steps.slice(5, 8)]
      for await (const _ of withTensorboard(told(first), locked));
      const [name = ''] = await readdir(join(run, 'tensorboard'))
      const earlier = join(run, 'tensorboard', 'events.out.tfevents.1.host')
      await rename(join(run, 'tensorboard', name), earlier)
      // the record that was being written
      await appendFile(earlier, Buffer.from([200, 0, 0, 0, 0]))
      await writeFile(join(run, 'events.jsonl'), `${JSON.stringify(validation)}\n`)
      const again = steps
        .slice(5, 10)
        .map((step) => ({ ...step, metrics: { ...step.metrics, loss: step.iteration } }))
      const second = [{ ...start, resumed: true, iteration: 5 }, ...again, checkpoint(10)]
      for await (const _ of withTensorboard(told(second), locked));
      const read = readByTensorboard(run)
      expect(read['train/loss']).toEqual(
        steps
          .slice(0, 10)
          .map(({ iteration, metrics }) => [
            iteration,
            iteration < 5 ? Math.fround(metrics.loss) : iteration,
          ]),
      )
      expect(read['validation identities/accuracy']).toEqual([[5, Math.fround(validation.result.accuracy)]])
    })
  },
)
