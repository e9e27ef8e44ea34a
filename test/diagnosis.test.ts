/** @file Every signature is provoked by a training that really has the fault; a healthy training stays silent. */
import { describe, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { lossNames, optionNames } from '../src/loss/registry.ts'
import type { TrainConfig } from '../src/train/config.ts'
import type { TrainEvent } from '../src/train/events.ts'
import { diagnosesOf, healthyConfig as config, noticed, small } from './diagnosis-fixture.ts'
import { smallBatches } from './training-fixture.ts'

describe('a healthy run is silent', () => {
  // every ramp the loss knows is on: what they add to the loss is no sign of too long steps
  for (const name of lossNames) {
    test(name, async () => {
      const known = optionNames(name)
      const ramps = { marginWarmup: 40, scaleWarmup: 40, scaleFrom: 4 }
      const options = Object.fromEntries(Object.entries(ramps).filter(([option]) => known.has(option)))
      expect(await noticed({ ...config, loss: { name, scale: 16, margin: 0.2, options } })).toEqual(new Map())
    })
  }

  test('and with what is added to a loss', async () => {
    const options = { labelSmoothing: 0.1, centerWeight: 0.01, subcenters: 2, marginWarmup: 40 }
    expect(await noticed({ ...config, loss: { name: 'arcface', scale: 16, margin: 0, options } })).toEqual(
      new Map(),
    )
  })
})

/** Labels that have nothing to do with the images. */
const shuffled = () =>
  smallBatches(config, undefined, (_, iteration, labels) => {
    const stream = random(9, 'shuffled', iteration)
    labels.forEach((_label, row) => (labels[row] = stream.integer(12)))
  })

describe('diagnosis', () => {
  test('a learning rate far too high', async () => {
    const found = await noticed({ ...config, iterations: 12, learningRate: 2, clip: 0, warmup: 0 })
    expect(found.get('learning-rate-too-high')).toMatch(
      /times their first length: the learning rate is too high; begin anew with --lr 0\.2 --clip 1 --warmup 2$/,
    )
  })

  test('what steps too long explain is not blamed on labels, margin or scale as well', async () => {
    const found = await noticed({ ...config, learningRate: 0.5, clip: 0, warmup: 0 })
    expect([...found.keys()]).toEqual(['learning-rate-too-high'])
  })

  for (const name of ['cosface', 'softmax', 'arcface']) {
    test(`labels that have nothing to do with the images, ${name}`, async () => {
      const found = await noticed(
        { ...config, iterations: 80, loss: { name, scale: 16, margin: 0.2 } },
        { batches: shuffled() },
      )
      expect([...found.keys()]).toEqual(['labels-do-not-fit'])
      expect(found.get('labels-do-not-fit')).toContain('check that each folder holds one person’s images')
    })
  }

  test('a scale too small for the classes', async () => {
    const found = await noticed({ ...config, loss: { name: 'cosface', scale: 2, margin: 0.2 } })
    expect([...found.keys()]).toEqual(['scale-too-small'])
    expect(found.get('scale-too-small')).toContain('begin anew with --scale 16')
  })

  test('a margin too large for the dimensions', async () => {
    const found = await noticed({
      ...config,
      iterations: 300,
      embeddingSize: 2,
      loss: { name: 'cosface', scale: 16, margin: 0.8 },
    })
    expect(found.has('labels-do-not-fit')).toBe(false)
    expect(found.get('margin-too-large')).toContain('begin anew with --margin 0.4')
  })

  test('one picture under many names', async () => {
    const batches = smallBatches(config, undefined, (pixels) => pixels.fill(0.25))
    const found = await noticed({ ...config, iterations: 3, warmup: 0 }, { batches })
    expect(found.get('identical-images')).toContain('remove the copies')
  })

  test('few images that a batch holds several times are not copies', async () => {
    const copied = smallBatches(config, undefined, (pixels, _, labels) => {
      pixels.copyWithin((3 * pixels.length) / 8, 0, (3 * pixels.length) / 8)
      pixels.copyWithin((6 * pixels.length) / 8, 0, (2 * pixels.length) / 8)
      labels.copyWithin(3, 0, 3)
      labels.copyWithin(6, 0, 2)
    })
    const short = { ...config, iterations: 3, warmup: 0 }
    expect((await noticed(short, { batches: copied, images: 3 })).has('identical-images')).toBe(false)
    expect((await noticed(short, { batches: copied })).has('identical-images')).toBe(true)
  })

  test('one identity that holds most images', async () => {
    const batches = smallBatches(config, undefined, (_, iteration, labels) => {
      const stream = random(9, 'dominated', iteration)
      labels.forEach((_label, row) => (labels[row] = stream.uniform() < 0.75 ? 0 : (labels[row] ?? 0)))
    })
    const found = await noticed({ ...config, iterations: 2, warmup: 0 }, { batches, largestIdentity: 24 })
    expect(found.get('one-identity-dominates')).toContain('One identity holds 75 % of the images')
  })
})

const isLayers = (event: TrainEvent): event is Extract<TrainEvent, { kind: 'layers' }> =>
  event.kind === 'layers'

describe('the layers', () => {
  /** A run whose first state is changed. */
  const begunWith = async (
    change: (name: string, data: Float32Array) => void,
    given: Partial<TrainConfig>,
  ) => {
    const { saved } = await small({ ...config, iterations: 1, learningRate: 1e-9 })
    const checkpoint = saved.at(-1)
    if (checkpoint === undefined) throw new Error('nothing was saved')
    for (const [name, { data }] of checkpoint.state) if (data instanceof Float32Array) change(name, data)
    const resume = { ...checkpoint, record: { ...checkpoint.record, iteration: 0 } }
    return small({ ...config, warmup: 0, iterations: 52, ...given }, { resume })
  }

  test('are looked at every fifty iterations, and nothing is wrong with a healthy run', async () => {
    const { events } = await small({ ...config, iterations: 51 })
    const looks = events.filter(isLayers)
    expect(looks.map(({ iteration }) => iteration)).toEqual([0, 50])
    expect(Object.keys(looks[0]?.gradientNorms ?? {})).toEqual([
      ...[1, 2, 3, 4].flatMap((stage) => [`stage${stage}.conv`, `stage${stage}.prelu`]),
      'embedding',
      'head',
    ])
    const [step] = events.flatMap((event) => (event.kind === 'step' ? [event.metrics.gradientNorm] : []))
    const squares = Object.values(looks[0]?.gradientNorms ?? {}).reduce((sum, norm) => sum + norm ** 2, 0)
    expect(Math.sqrt(squares) / (step ?? 0)).toBeCloseTo(1, 5)
    expect(looks[1]?.deadPrelus).toEqual({
      'stage1.prelu': 0,
      'stage2.prelu': 0,
      'stage3.prelu': 0,
      'stage4.prelu': 0,
    })
  })

  test('channels that pass nothing on', async () => {
    const { events } = await begunWith(
      (name, data) => {
        if (/velocity/.test(name)) data.fill(0)
        // the first half of the channels of stages 2 and 3: far below 0 and without a slope
        if (/^stage[23]\.conv\.bias$/.test(name)) data.fill(-100, 0, data.length / 2)
        if (/^stage[23]\.prelu\.slope$/.test(name)) data.fill(0, 0, data.length / 2)
      },
      { learningRate: 1e-7 },
    )
    const look = events.findLast(isLayers)
    expect(look?.deadPrelus).toMatchObject({ 'stage1.prelu': 0, 'stage2.prelu': 0.5, 'stage3.prelu': 0.5 })
    expect(diagnosesOf(events).get('dead-channels')).toMatch(
      /^25 % of the PReLU channels pass nothing on \(stage[23]\.prelu: 50 %\)/,
    )
  })

  test('a layer that no gradient arrives at', async () => {
    const { events } = await begunWith(
      (name, data) => {
        if (/velocity/.test(name)) data.fill(0)
        // what is behind stage 2 hardly depends on it any more
        if (name === 'stage3.conv.weight')
          for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * 1e-12
        if (name === 'stage3.conv.bias') data.fill(1)
      },
      { learningRate: 1e-20 },
    )
    expect(diagnosesOf(events).get('gradient-does-not-arrive')).toMatch(
      /^No gradient arrives at stage1\.conv, less than a ten-millionth of the largest/,
    )
  })
})
