/** @file Every signature is provoked by a training that really has the fault; a healthy training stays silent. */
import { describe, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { openSession } from '../src/node/open-session.ts'
import type { SessionSpec } from '../src/runtime/session.ts'
import type { TrainConfig } from '../src/train/config.ts'
import { smallBatches, smallConfig, smallRun, type SmallRunOptions } from './training-fixture.ts'

const open = (spec: SessionSpec) => openSession(spec)

const config: TrainConfig = {
  ...smallConfig,
  iterations: 100,
  learningRate: 0.05,
  clip: 1,
  warmup: 10,
  schedule: { kind: 'cosine' },
  checkpointEvery: 1000,
  validateEvery: 1000,
}

/** What a run noticed, by signature. */
const noticed = async (
  given: TrainConfig,
  options: Partial<SmallRunOptions> = {},
): Promise<Map<string, string>> => {
  const { events } = await smallRun(given, { openSession: open, ...options })
  const found = events.flatMap((event) =>
    event.kind === 'diagnosis' ? [[event.signature, event.text] as const] : [],
  )
  expect(found.length, 'each is raised once').toBe(new Set(found.map(([signature]) => signature)).size)
  return new Map(found)
}

describe('diagnosis', () => {
  test('a healthy run is silent', async () => {
    expect(await noticed({ ...config, iterations: 120 })).toEqual(new Map())
  })

  test('a learning rate far too high', async () => {
    const found = await noticed({ ...config, iterations: 12, learningRate: 2, clip: 0, warmup: 0 })
    expect(found.get('learning-rate-too-high')).toMatch(
      /times their first length: the learning rate is too high; divide it by 10/,
    )
  })

  test('labels that have nothing to do with the images', async () => {
    const batches = smallBatches(config, undefined, (_, iteration, labels) => {
      const stream = random(9, 'shuffled', iteration)
      labels.forEach((_label, row) => (labels[row] = stream.integer(12)))
    })
    const found = await noticed(config, { batches })
    expect([...found.keys()]).toEqual(['labels-do-not-fit'])
    expect(found.get('labels-do-not-fit')).toContain('check that each folder holds one person’s images')
  })

  test('a scale too small for the classes', async () => {
    const found = await noticed({ ...config, loss: { name: 'cosface', scale: 2, margin: 0.2 } })
    expect([...found.keys()]).toEqual(['scale-too-small'])
    expect(found.get('scale-too-small')).toContain('raise --scale')
  })

  test('a margin too large for the dimensions', async () => {
    const found = await noticed({
      ...config,
      embeddingSize: 2,
      loss: { name: 'cosface', scale: 16, margin: 0.8 },
    })
    expect(found.has('labels-do-not-fit')).toBe(false)
    expect(found.get('margin-too-large')).toContain('lower --margin')
  })

  test('one picture under many names', async () => {
    const batches = smallBatches(config, undefined, (pixels) => pixels.fill(0.25))
    const found = await noticed({ ...config, iterations: 3, warmup: 0 }, { batches })
    expect(found.get('identical-images')).toContain('remove the copies')
  })

  test('one identity that holds most images', async () => {
    const found = await noticed({ ...config, iterations: 2, warmup: 0 }, { largestIdentity: 24 })
    expect(found.get('one-identity-dominates')).toContain('One identity holds 75 % of the images')
  })
})
