import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { expectedFirstLoss } from '../src/loss/bounds.ts'
import type { VerificationResult } from '../src/evaluate/result.ts'
import { openSession } from '../src/node/session/open-session.ts'
import type { SessionSpec } from '../src/runtime/session.ts'
import type { ValidationSet } from '../src/train/surroundings.ts'
import { smallBatches, smallConfig, smallRun, type SmallRun } from './training-fixture.ts'

const open = (spec: SessionSpec) => openSession(spec)

const result = (accuracy: number): VerificationResult => ({
  schema: 'cosface-evaluation/1',
  protocol: 'given',
  accuracy,
  accuracyInterval: { low: 0, high: 1 },
  threshold: 0,
  thresholds: [0],
  auc: accuracy,
  eer: 0.5,
  tarAtFar: [],
  pairs: { total: 1, same: 1, different: 0, skipped: 0 },
  warnings: [],
})

/** A set whose accuracies are given one after another. */
const scripted = (
  kind: ValidationSet['kind'],
  name: string,
  accuracies: readonly number[],
): ValidationSet => {
  let next = 0
  return { kind, name, evaluate: async () => result(accuracies[next++] ?? 0) }
}

/** A hash of each array of the last checkpoint: millions of numbers are compared in no time. */
const bitsOf = ({ saved }: SmallRun): Readonly<Record<string, string>> => {
  const last = saved.at(-1)
  if (last === undefined) throw new Error('nothing was saved')
  return Object.fromEntries(
    [...last.state].map(([name, { data }]) => [name, createHash('sha256').update(data).digest('hex')]),
  )
}

describe('training', () => {
  test('the first loss is near that of random directions (CosFace, Eq 4 at random weights)', async () => {
    const loss = { name: 'cosface', scale: 30, margin: 0.35 }
    const config = { ...smallConfig, iterations: 1, warmup: 0, batch: 64, embeddingSize: 128, loss }
    const { losses } = await smallRun(config, { openSession: open, people: 500 })
    const expected = expectedFirstLoss({ classes: 500, scale: 30, margin: 0.35, embeddingSize: 128 })
    // s²/(2D) = 3.52, and the next term of its series
    expect(expected).toBeCloseTo(30 * 0.35 + Math.log(500) + 3.52 - 0.1, 1)
    expect(Math.abs((losses[0] ?? NaN) / expected - 1)).toBeLessThan(0.08)
  })

  test('how long it will take is measured before the first step, and changes nothing', async () => {
    const { events } = await smallRun({ ...smallConfig, iterations: 2 }, { openSession: open })
    expect(events.slice(0, 3).map(({ kind }) => kind)).toEqual(['start', 'note', 'step'])
    expect(events[1]).toMatchObject({
      text: expect.stringMatching(/^About .+ for 2 iterations of 8 images, at .+ images\/s$/),
    })
  })

  test('the loss falls', async () => {
    const { losses } = await smallRun(
      { ...smallConfig, iterations: 40, schedule: { kind: 'cosine' } },
      { openSession: open },
    )
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2)
  })

  test('equal seeds give equal bits', async () => {
    const [a, b] = [
      await smallRun(smallConfig, { openSession: open }),
      await smallRun(smallConfig, { openSession: open }),
    ]
    expect(a.losses).toEqual(b.losses)
    expect(bitsOf(a)).toEqual(bitsOf(b))
  })

  test('a run resumed in the middle of an epoch ends with the same bits', async () => {
    const whole = await smallRun(smallConfig, { openSession: open })
    const middle = whole.saved.find(({ record }) => record.iteration === 4)
    expect(middle).toBeDefined()
    const rest = await smallRun(smallConfig, {
      openSession: open,
      ...(middle === undefined ? {} : { resume: middle }),
    })
    expect(rest.losses).toEqual(whole.losses.slice(4))
    expect(bitsOf(rest)).toEqual(bitsOf(whole))
    expect(rest.events.filter((event) => event.kind === 'note' && event.level === 'warning')).toEqual([])
  })

  test('a run resumed under another execution says so', async () => {
    const { saved } = await smallRun(smallConfig, { openSession: open })
    const [first] = saved
    if (first === undefined) throw new Error('nothing was saved')
    const resume = {
      ...first,
      record: { ...first.record, fingerprint: { ...first.record.fingerprint, threads: 7 } },
    }
    const { events } = await smallRun(smallConfig, { openSession: open, resume })
    expect(events.find((event) => event.kind === 'note' && event.level === 'warning')).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('threads was 7'),
    })
  })

  test('a checkpoint of another network is refused by name', async () => {
    const { saved } = await smallRun(smallConfig, { openSession: open })
    const [resume] = saved
    if (resume === undefined) throw new Error('nothing was saved')
    const other = smallRun({ ...smallConfig, embeddingSize: 24 }, { openSession: open, resume })
    await expect(other).rejects.toThrow(
      "The checkpoint's embedding.weight is [16, 1024] where [24, 1024] is needed",
    )
  })

  test.each([1, 4])(
    'the batch in parts equals the whole batch, clipping included (clip %d)',
    async (clip) => {
      const config = { ...smallConfig, clip }
      const whole = await smallRun(config, { openSession: open })
      const parts = await smallRun({ ...config, accumulate: 4 }, { openSession: open })
      parts.losses.forEach((loss, index) => expect(loss / (whole.losses[index] ?? NaN)).toBeCloseTo(1, 4))
      const norms = (run: typeof whole) =>
        run.events.flatMap((event) => (event.kind === 'step' ? [event.metrics.gradientNorm] : []))
      norms(parts).forEach((norm, index) => expect(norm / (norms(whole)[index] ?? NaN)).toBeCloseTo(1, 3))
    },
  )

  test.each([1, 2])(
    'a loss that is not finite stops the run, keeps the last good state and names the tensor (%d parts)',
    async (accumulate) => {
      const batches = smallBatches(smallConfig, undefined, (pixels, iteration) => {
        if (iteration === 3) pixels[5] = Infinity
      })
      const { events, saved } = await smallRun({ ...smallConfig, accumulate }, { openSession: open, batches })
      expect(events.at(-1)).toMatchObject({
        kind: 'stopped',
        reason: 'non-finite',
        iteration: 3,
        text: expect.stringContaining('the first tensor that is not finite is pixels'),
      })
      expect(saved.at(-1)?.record.iteration).toBe(3)
      for (const [name, { data }] of saved.at(-1)?.state ?? [])
        expect(data.every(Number.isFinite), name).toBe(true)
    },
  )

  test('an absurd learning rate is stopped before a weight is lost', async () => {
    const { events, saved } = await smallRun(
      { ...smallConfig, learningRate: 1e30, warmup: 0 },
      { openSession: open },
    )
    expect(events.at(-1)).toMatchObject({
      kind: 'stopped',
      reason: 'non-finite',
      text: expect.stringContaining('begin a new run with a lower learning rate'),
    })
    for (const [name, { data }] of saved.at(-1)?.state ?? [])
      expect(data.every(Number.isFinite), name).toBe(true)
  })

  test('an interrupted run finishes its step, saves and can be taken up', async () => {
    const controller = new AbortController()
    const first = await smallRun(smallConfig, {
      openSession: open,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.iteration === 2) controller.abort()
      },
    })
    expect(first.events.at(-1)).toMatchObject({ kind: 'stopped', reason: 'interrupted', iteration: 3 })
    const resume = first.saved.at(-1)
    const rest = await smallRun(smallConfig, {
      openSession: open,
      ...(resume === undefined ? {} : { resume }),
    })
    const whole = await smallRun(smallConfig, { openSession: open })
    expect(bitsOf(rest)).toEqual(bitsOf(whole))
  })

  test('the best model is chosen on validation pairs and never on watched ones', async () => {
    const { events, saved } = await smallRun(
      { ...smallConfig, validateEvery: 3, iterations: 9 },
      {
        openSession: open,
        validation: [
          scripted('validation', 'validation', [0.6, 0.8, 0.7]),
          scripted('watch', 'test', [0.1, 0.2, 0.9]),
        ],
      },
    )
    const best = events.flatMap((event) =>
      event.kind === 'validation' && event.best ? [event.iteration] : [],
    )
    expect(best).toEqual([3, 6])
    expect(saved.filter((checkpoint) => checkpoint.best).map(({ record }) => record.iteration)).toEqual([
      3, 6,
    ])
    expect(saved.at(-1)?.record.best).toEqual({ iteration: 6, accuracy: 0.8, auc: 0.8 })
  })
})
