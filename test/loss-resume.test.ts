/** @file Statistics that a loss keeps of its batches are part of a checkpoint: a resumed run ends with the same bits. */
import { expect, test } from 'vitest'
import { openSession } from '../src/node/session/open-session.ts'
import type { SessionSpec } from '../src/runtime/session.ts'
import { smallConfig, smallRun, type SmallRun } from './training-fixture.ts'

const open = (spec: SessionSpec) => openSession(spec)

/** The buffers a head keeps; none for MagFace, whose margin follows from each batch alone. Softmax with center loss. */
const buffers: Readonly<Record<string, readonly string[]>> = {
  adacos: ['head.adaptiveScale'],
  curricularface: ['head.averageCosine'],
  adaface: ['head.normMean', 'head.normDeviation'],
  magface: [],
  softmax: ['head.centers'],
}

const stateOf = (run: SmallRun): ReadonlyMap<string, Buffer> =>
  new Map(
    [...(run.saved.at(-1)?.state ?? [])].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]),
  )

test.each(Object.keys(buffers))('%s', async (name) => {
  const options = name === 'softmax' ? { centerWeight: 0.01 } : {}
  const config = {
    ...smallConfig,
    iterations: 6,
    checkpointEvery: 3,
    validateEvery: 100,
    schedule: { kind: 'cosine' } as const,
    loss: { name, scale: 16, margin: 0.2, options },
  }
  const whole = await smallRun(config, { openSession: open })
  const middle = whole.saved.find(({ record }) => record.iteration === 3)
  if (middle === undefined) throw new Error('nothing was saved in the middle')
  const rest = await smallRun(config, { openSession: open, resume: middle })
  expect(rest.losses).toEqual(whole.losses.slice(3))
  const [expected, got] = [stateOf(whole), stateOf(rest)]
  expect([...got.keys()]).toEqual([...expected.keys()])
  for (const [key, bytes] of expected) expect(got.get(key)?.equals(bytes), key).toBe(true)
  for (const key of buffers[name] ?? []) {
    const before = middle.state.get(key)?.data
    expect(before, key).toBeDefined()
    // it moves, so that a run that lost it would end elsewhere
    expect(whole.saved.at(-1)?.state.get(key)?.data, key).not.toEqual(before)
  }
})
