/** @file An update is taken whole or not at all: after a refused one the state is bit for bit what it was, buffers included. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../src/data/dataset.ts'
import { buildHead } from '../src/loss/build.ts'
import { lossNames } from '../src/loss/registry.ts'
import { sphere } from '../src/nn/sphere.ts'
import type { LossConfig } from '../src/train/config.ts'
import { openSession } from '../src/node/session/open-session.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { Trainer } from '../src/train/trainer.ts'
import { fewPeople, smallBatches, smallConfig, smallRun } from './training-fixture.ts'

// losses that keep something of each batch, and one that does not
const losses: readonly LossConfig[] = [
  { name: 'softmax', scale: 16, margin: 0, options: { centerWeight: 0.1 } },
  { name: 'adaface', scale: 16, margin: 0 },
  { name: 'adacos', scale: 16, margin: 0 },
  { name: 'cosface', scale: 16, margin: 0.2 },
]

// a network that starts in no time
const config = { ...smallConfig, size: { height: 8, width: 8 } }
const network = sphere({ units: [1], channels: [8], size: config.size, embeddingSize: 16 })

const open = (loss: LossConfig, accumulate: number): Promise<Trainer> => {
  const head = buildHead(loss, { classes: fewPeople, embeddingSize: 16 })
  const { size, batch: images, momentum, weightDecay, clip } = config
  const shared = { size, batch: images, momentum, weightDecay, clip }
  const recipe = { network, head, classes: fewPeople, accumulate, embedBatch: 2, ...shared }
  return Trainer.open(recipe, {
    openSession: (spec) => openSession(spec),
    device: 'cpu',
    threads: 1,
    seed: 1,
  })
}

const batch = (iteration: number, change: (pixels: Float32Array) => void = () => {}): Promise<Batch> =>
  smallBatches(config, fewPeople, change).batch(iteration)

const bits = (state: ReadonlyMap<string, Tensor>): Record<string, string> =>
  Object.fromEntries(
    [...state].map(([name, { data }]) => [
      name,
      createHash('sha256').update(Float32Array.from(data)).digest('hex'),
    ]),
  )

describe.each([1, 2, 4])('in %i parts', (accumulate) => {
  test.each(losses)('$name: a refused update leaves no trace', async (loss) => {
    await using trainer = await open(loss, accumulate)
    await using undisturbed = await open(loss, accumulate)
    for (const each of [trainer, undisturbed])
      expect((await each.step(await batch(0), 0.02, 0)).accepted).toBe(true)
    const before = bits(await trainer.state())
    // the last part is broken, those before it are sound
    const broken = await batch(1, (pixels) => (pixels[pixels.length - 1] = NaN))
    expect(await trainer.step(broken, 0.02, 1)).toMatchObject({ accepted: false, notFinite: 'loss' })
    expect(bits(await trainer.state())).toEqual(before)
    // and the next one starts from there
    for (const each of [trainer, undisturbed]) await each.step(await batch(2), 0.02, 2)
    expect(bits(await trainer.state())).toEqual(bits(await undisturbed.state()))
  })

  test.each([NaN, Infinity, 3e38])('a learning rate of %d makes no state', async (learningRate) => {
    await using trainer = await open({ name: 'softmax', scale: 16, margin: 0 }, accumulate)
    await trainer.step(await batch(0), 0.02, 0)
    const before = bits(await trainer.state())
    const report = await trainer.step(await batch(1), learningRate * 1000, 1)
    expect(report).toMatchObject({ accepted: false, notFinite: 'update' })
    expect(bits(await trainer.state())).toEqual(before)
  })

  test('a gradient past the largest number is refused though the loss is finite', async () => {
    const pixels = (value: Float32Array): void => {
      for (let i = 0; i < value.length; i++) value[i] = (value[i] ?? 0) * 1e37
    }
    await using trainer = await open({ name: 'softmax', scale: 16, margin: 0 }, accumulate)
    const state = await trainer.state()
    // weights as small as the pixels are large: the embeddings are the usual ones
    for (const [name, { shape, data }] of state)
      if (name === 'stage1.conv.weight') state.set(name, { shape, data: data.map((w) => w / 1e37) })
    await trainer.restore(state)
    const before = bits(await trainer.state())
    const report = await trainer.step(await batch(0, pixels), 0.02, 0)
    expect(report.metrics.loss).toBeGreaterThan(0)
    expect(report).toMatchObject({ accepted: false, notFinite: 'gradient' })
    expect(bits(await trainer.state())).toEqual(before)
    // what the parts had added up is not in the way of the next batch
    const ordinary = await trainer.step(await batch(1), 1e-6, 1)
    expect(ordinary.accepted).toBe(true)
  })

  test.each([-1, fewPeople, 2 ** 30])('a label of %i is refused before anything is run', async (label) => {
    await using trainer = await open(losses[3] ?? smallConfig.loss, accumulate)
    const { pixels, labels } = await batch(2)
    labels[3] = label
    await expect(trainer.step({ pixels, labels }, 0.1, 2)).rejects.toThrow(
      `Labels must be from 0 to 11 for 12 people, got ${label} for image 3 of the batch of iteration 2`,
    )
  })
})

test('the tensor is named, with its part, wherever in the batch it came', async () => {
  const batches = smallBatches(smallConfig, undefined, (pixels, iteration) => {
    if (iteration === 3) pixels[pixels.length - 1] = Infinity
  })
  const { events } = await smallRun(
    { ...smallConfig, accumulate: 4 },
    { openSession: (spec) => openSession(spec), batches },
  )
  expect(events.at(-1)).toMatchObject({
    kind: 'stopped',
    text: expect.stringContaining(
      'The loss is not finite at iteration 3; the first tensor that is not finite is pixels, in part 4 of 4.',
    ),
  })
})

test('an update past the largest number is named as that', async () => {
  const { events, saved } = await smallRun(
    { ...smallConfig, learningRate: Infinity, warmup: 0, accumulate: 2 },
    { openSession: (spec) => openSession(spec) },
  )
  expect(events.at(-1)).toMatchObject({
    kind: 'stopped',
    iteration: 0,
    text: expect.stringContaining(
      'The update is not finite at iteration 0; the first tensor that is not finite is learningRate.',
    ),
  })
  for (const [name, { data }] of saved.at(-1)?.state ?? [])
    expect(data.every(Number.isFinite), name).toBe(true)
})

test.each([
  ['adacos', {}, ['adacos takes its scale from the angles of a batch']],
  ['curricularface', {}, ['curricularface averages the cosines batch by batch']],
  ['adaface', {}, ['adaface averages the lengths batch by batch']],
  ['center', {}, ['center moves its centres after each batch']],
  ['softmax', { centerWeight: 0.003 }, ['center moves its centres after each batch']],
  ['triplet', {}, ['triplet compares the images of a batch with each other']],
  ['adacos', { fixed: true }, []],
  ['cosface', { labelSmoothing: 0.1 }, []],
  ['magface', {}, []],
])('what %s %o takes from all of a batch is said', (name, options, said) => {
  expect(buildHead({ name, options }, { classes: fewPeople, embeddingSize: 16 }).acrossBatch).toEqual(said)
})

test('a batch in parts that makes another update than the whole batch is said to', async () => {
  const loss = { name: 'adacos', scale: 16, margin: 0 }
  const { events } = await smallRun(
    { ...smallConfig, loss, accumulate: 2, iterations: 1 },
    { openSession: (spec) => openSession(spec) },
  )
  expect(events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))).toContain(
    'In 2 parts (--accumulate) the update is not that of the whole batch: adacos takes its scale from the angles of a batch',
  )
})

test('no loss that keeps something of a batch, or compares its images, promises the update of the whole', () => {
  for (const name of lossNames) {
    const head = buildHead({ name }, { classes: fewPeople, embeddingSize: 16 })
    // a buffer is moved by each part; a loss that has one cannot promise it
    if (head.acrossBatch.length === 0) expect(head.buffers, name).toEqual([])
    if (head.needsImagesPerIdentity) expect(head.acrossBatch, name).not.toEqual([])
  }
})
