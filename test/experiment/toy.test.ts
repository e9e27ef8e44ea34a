import { describe, expect, test } from 'vitest'
import { syntheticToy, toyFromImages } from '../../src/experiment/toy-data.ts'
import { paperLosses, toyFigure } from '../../src/experiment/toy-figure.ts'
import { measureToy } from '../../src/experiment/toy-measure.ts'
import {
  compareToy,
  type ToyComparisonFrame,
  type ToyConfig,
  type ToyFrame,
  trainToy,
} from '../../src/experiment/toy.ts'
import type { LossSettings } from '../../src/loss/head.ts'
import { openSession } from '../../src/node/session/open-session.ts'
import { random } from '../../src/base/random.ts'

const isInstalled = await import('onnxruntime-node').then(
  () => true,
  () => false,
)
const surroundings = {
  openSession: (spec: Parameters<typeof openSession>[0]) => openSession(spec, { driver: 'portable' }),
}

const run = async (config: ToyConfig, data = syntheticToy({ seed: config.seed })): Promise<ToyFrame[]> => {
  const frames: ToyFrame[] = []
  for await (const frame of trainToy(config, data, surroundings)) frames.push(frame)
  return frames
}

const nsl: LossSettings = { name: 'nsl', scale: 16 }
const lmcl: LossSettings = { name: 'cosface', scale: 16, margin: 0.2 }

describe.skipIf(!isInstalled)('the toy of Fig 4 (skipped without onnxruntime-node)', () => {
  test('with the margin identities grow tighter and further apart than without, from the same seed', async () => {
    const last = new Map<number, ToyComparisonFrame>()
    const first = new Map<number, ToyComparisonFrame>()
    const config = { seed: 2, iterations: 250, frameEvery: 250 }
    for await (const one of compareToy([nsl, lmcl], config, syntheticToy({ seed: 2 }), surroundings)) {
      if (one.frame.iteration === 0) first.set(one.index, one)
      last.set(one.index, one)
    }
    const [without, withMargin] = [last.get(0)?.frame, last.get(1)?.frame]
    expect(first.get(0)?.frame.train.features).toEqual(first.get(1)?.frame.train.features)
    expect(first.get(0)?.frame.weights).toEqual(first.get(1)?.frame.weights)
    expect(withMargin?.train.withinSpread).toBeLessThan(0.6 * (without?.train.withinSpread ?? 0))
    expect(withMargin?.train.smallestBetween).toBeGreaterThan(without?.train.smallestBetween ?? 180)
    expect(withMargin?.heldOut.error).toBeLessThan(0.08)
    const figure = toyFigure([...last.values()])
    expect(figure).toContain('LMCL, m = 0.2')
    expect(figure).not.toMatch(/NaN|undefined/)
  })

  test('frames come at the start, every so often, and at the end; the loss falls', async () => {
    const frames = await run({ loss: lmcl, seed: 1, iterations: 50, frameEvery: 20 })
    expect(frames.map((frame) => frame.iteration)).toEqual([0, 20, 40, 50])
    expect(frames[0]?.metrics).toBeUndefined()
    expect(frames[0]?.warnings).toEqual([])
    expect(frames.at(-1)?.metrics?.loss).toBeLessThan(frames[1]?.metrics?.loss ?? 0)
    expect(frames[0]?.train.features).toHaveLength(2 * 8 * 120)
  })

  test('equal seeds give equal runs, other seeds other ones', async () => {
    const config = { loss: nsl, iterations: 10, frameEvery: 10 }
    const [one, again, other] = [
      await run({ ...config, seed: 1 }),
      await run({ ...config, seed: 1 }),
      await run({ ...config, seed: 5 }),
    ]
    expect(again).toEqual(one.map((frame) => ({ ...frame, rule: expect.anything() })))
    expect(other.at(-1)?.weights).not.toEqual(one.at(-1)?.weights)
  })

  test('stops when told to', async () => {
    const stop = new AbortController()
    const frames = trainToy(
      { loss: nsl, seed: 1, iterations: 1000, frameEvery: 1 },
      syntheticToy({ seed: 1 }),
      {
        ...surroundings,
        signal: stop.signal,
      },
    )
    await frames.next()
    stop.abort()
    await expect(frames.next()).rejects.toThrow('aborted')
  })

  test('pictures enter through the small convolution', async () => {
    const stream = random(1, 'pictures')
    const images = Array.from({ length: 24 }, (_, i) => ({
      height: 12,
      width: 12,
      data: Uint8Array.from({ length: 432 }, () => Math.min(255, (i % 3) * 90 + stream.integer(60))),
    }))
    const data = toyFromImages(
      images,
      images.map((_, i) => i % 3),
      { size: { height: 12, width: 12 }, seed: 1 },
    )
    expect([data.train.labels.length, data.heldOut.labels.length]).toEqual([18, 6])
    const frames = await run({ loss: nsl, seed: 1, iterations: 60, batch: 9, frameEvery: 60 }, data)
    expect(frames.at(-1)?.heldOut.error).toBe(0)
  })
})

test('what cannot be is refused before a session is opened', async () => {
  const never = { openSession: () => Promise.reject(new Error('opened')) }
  const first = async (config: ToyConfig): Promise<unknown> =>
    trainToy(config, syntheticToy({ seed: 1 }), never).next()
  await expect(first({ loss: { name: 'cosface', margin: 1.9 }, seed: 1 })).rejects.toThrow(/margin/)
  await expect(first({ loss: nsl, seed: 1, iterations: 0 })).rejects.toThrow('Expected `iterations`')
  await expect(first({ loss: { name: 'nls' }, seed: 1 })).rejects.toThrow('nsl')
})

test('synthetic identities are the same on every machine, and a quarter of each is held out', () => {
  const data = syntheticToy({ seed: 1, classes: 3, perClass: 30 })
  expect(data).toEqual(syntheticToy({ seed: 1, classes: 3, perClass: 30 }))
  for (const set of [data.train, data.heldOut])
    expect([0, 1, 2].map((label) => set.labels.filter((one) => one === label).length)).toEqual(
      new Array(3).fill(set.labels.length / 3),
    )
  expect([data.train.labels.length, data.heldOut.labels.length]).toEqual([90, 30])
})

test('measures of known points', () => {
  const at = (degrees: number): number[] => [
    Math.cos((degrees * Math.PI) / 180),
    Math.sin((degrees * Math.PI) / 180),
  ]
  const features = Float32Array.from([at(350), at(10), at(60), at(80), at(20)].flat())
  const measure = measureToy({ features, labels: Int32Array.of(0, 0, 1, 1, 1) }, [...at(0), ...at(90)], {
    normaliseWeights: true,
    own: (cosine) => cosine,
  })
  expect(measure.error).toBeCloseTo(0.2, 9)
  expect(measure.smallestBetween).toBeCloseTo(53.6, 0)
})

test('the paper’s losses are the toy’s', () => {
  expect(paperLosses(16, 0.2).map((loss) => loss.name)).toEqual(['softmax', 'nsl', 'cosface'])
})
