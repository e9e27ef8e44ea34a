import { describe, expect, test } from 'vitest'
import { syntheticToy } from '../../src/experiment/toy-data.ts'
import { knobsOf, liveKnobs, lossAt } from '../../src/experiment/toy-knobs.ts'
import { measureToy } from '../../src/experiment/toy-measure.ts'
import { type ToySetting, ToyTrainer } from '../../src/experiment/toy-trainer.ts'
import type { LossSettings } from '../../src/loss/head.ts'
import { openSession } from '../../src/node/session/open-session.ts'
import { labLosses } from '../../studio/state.ts'
import { lossSettings } from '../../studio/losses.ts'
import { initialState } from '../../studio/state.ts'

const isInstalled = await import('onnxruntime-node').then(
  () => true,
  () => false,
)
const data = syntheticToy({ seed: 1, classes: 4, perClass: 24 })
const surroundings = { openSession }
const open = (setting: Omit<ToySetting, 'seed'>): Promise<ToyTrainer> =>
  ToyTrainer.open({ seed: 1, batch: 32, ...setting }, data, surroundings)
const learningRate = 0.02
const lmcl: LossSettings = { name: 'cosface', scale: 16, margin: 0.2 }

describe.skipIf(!isInstalled)('a toy training in hand (skipped without onnxruntime-node)', () => {
  test('m and s turned to those of another loss give that loss', async () => {
    await using turned = await open({ loss: { name: 'cosface', scale: 4, margin: 0.9 } })
    await using plain = await open({ loss: { name: 'nsl', scale: 16 } })
    const knobs = { learningRate, scale: 16, margin: 0 }
    for (let step = 0; step < 3; step++) {
      const { loss } = await turned.step(knobs)
      expect(loss).toBeCloseTo((await plain.step(knobs)).loss, 5)
    }
    expect(turned.loss).toMatchObject({ name: 'cosface', scale: 16, margin: 0 })
  })

  test('one point is judged as the step judges a batch of it', async () => {
    await using trainer = await ToyTrainer.open({ loss: lmcl, seed: 1, batch: 1 }, data, surroundings)
    await trainer.step({ learningRate, ...knobsOf(lmcl) })
    const { features, labels } = await trainer.measure('train')
    const { cosines, posterior, loss } = await trainer.judge(features.subarray(0, 2), labels[0] ?? 0)
    expect(posterior.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    const logits = cosines.map((cosine, label) => 16 * (cosine - (label === labels[0] ? 0.2 : 0)))
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
    expect(loss).toBeCloseTo(Math.log(total) - (logits[labels[0] ?? 0] ?? 0), 4)
  })

  test('three dimensions', async () => {
    await using trainer = await open({ loss: lmcl, dimensions: 3 })
    await trainer.step({ learningRate, ...knobsOf(lmcl) })
    const every = await trainer.measure('train', 4)
    expect([every.features.length, every.labels.length]).toEqual([3 * 24, 24])
    expect((await trainer.weights()).length).toBe(3 * 4)
    expect((await trainer.judge(every.features.subarray(0, 3), 0)).cosines).toHaveLength(4)
  })

  test.each(labLosses)('%s takes a step, and its points are judged', async (name) => {
    const loss = lossSettings(name, initialState)
    await using trainer = await open({ loss })
    const { loss: value } = await trainer.step({ learningRate, ...knobsOf(loss) })
    expect(value).toBeGreaterThan(0)
    const { features, labels } = await trainer.measure('heldOut')
    expect((await trainer.judge(features.subarray(0, 2), labels[0] ?? 0)).loss).toBeGreaterThanOrEqual(0)
  })
})

test('dimensions that cannot be shown are refused', async () => {
  await expect(open({ loss: lmcl, dimensions: 4 })).rejects.toThrow('Expected `dimensions`')
})

test('which knobs are live', () => {
  expect(liveKnobs(lmcl)).toEqual({ scale: true, margin: true })
  expect(liveKnobs({ name: 'nsl' })).toEqual({ scale: true, margin: false })
  expect(liveKnobs({ name: 'softmax' })).toEqual({ scale: false, margin: false })
  expect(liveKnobs({ name: 'sphereface' })).toEqual({ scale: false, margin: false })
  expect(lossAt({ name: 'arcface' }, { scale: 8, margin: 0.1 })).toEqual({
    name: 'arcface',
    scale: 8,
    options: { marginRadians: 0.1 },
  })
})

test('measures in three dimensions agree with the plane where nothing leaves it', () => {
  const labels = Int32Array.of(0, 0, 1, 1)
  const plane = [3, 0.2, 2, -0.1, 0.3, 1, -0.2, 2]
  const space = [3, 0.2, 0, 2, -0.1, 0, 0.3, 1, 0, -0.2, 2, 0]
  const rule = { normaliseWeights: true, own: (cosine: number): number => cosine }
  const inPlane = measureToy({ features: Float32Array.from(plane), labels }, [1, 0, 0, 1], rule)
  const inSpace = measureToy({ features: Float32Array.from(space), labels }, [1, 0, 0, 0, 1, 0], rule, 3)
  expect(inSpace).toEqual(inPlane)
})
