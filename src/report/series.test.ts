import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smallConfig } from '../../test/training-fixture.ts'
import type { TrainEvent } from '../train/events.ts'
import { runSeries, smoothed, thinned } from './series.ts'

const step = (iteration: number, loss: number): TrainEvent => ({
  kind: 'step',
  iteration,
  epoch: 0,
  learningRate: 0.1,
  metrics: { loss, ownCosine: 0, nearestCosine: 0, winShare: 0, embeddingNorm: 1, gradientNorm: 1 },
  seconds: 1,
  waitedSeconds: 0,
  imagesPerSecond: 64,
  secondsLeft: 0,
})

test('thinning keeps the ends, the extremes, the order, and the limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 6, max: 100 }),
      (values, limit) => {
        const points = values.map((y, x) => ({ x, y }))
        const kept = thinned(points, limit)
        expect(kept.length).toBeLessThanOrEqual(Math.max(limit, 0))
        expect(kept[0]).toEqual(points[0])
        expect(kept.at(-1)).toEqual(points.at(-1))
        const ys = kept.map((point) => point.y)
        expect(Math.max(...ys)).toBe(Math.max(...values))
        expect(Math.min(...ys)).toBe(Math.min(...values))
        expect(kept).toEqual(kept.toSorted((a, b) => a.x - b.x))
      },
    ),
    { seed: 2 },
  )
})

test('a long run comes down to a thousand points', () => {
  const events = Array.from({ length: 30_000 }, (_, i) => step(i, i === 777 ? 99 : Math.sin(i)))
  const { metrics, iterations } = runSeries(events)
  expect(metrics.loss.length).toBeLessThanOrEqual(1000)
  expect(metrics.loss).toContainEqual({ x: 777, y: 99 })
  expect(iterations).toBe(30_000)
})

test('steps told again after a resume count once, as last told', () => {
  const { metrics } = runSeries([step(0, 5), step(1, 4), step(2, 3), step(1, 40), step(2, 30), step(3, 20)])
  expect(metrics.loss.map((point) => point.y)).toEqual([5, 40, 30, 20])
})

test('a loss that is not finite leaves a gap instead of a number', () => {
  expect(runSeries([step(0, 5), step(1, NaN), step(2, 3)]).metrics.loss).toEqual([
    { x: 0, y: 5 },
    { x: 2, y: 3 },
  ])
})

test('a running mean of a constant is the constant, of a line inside the line', () => {
  const flat = Array.from({ length: 1000 }, (_, x) => ({ x, y: 2 }))
  expect(smoothed(flat).every((point) => point.y === 2)).toBe(true)
  const rising = smoothed(Array.from({ length: 1000 }, (_, x) => ({ x, y: x })))
  for (const point of rising.slice(5, -5)) expect(point.y).toBeCloseTo(point.x, 9)
})

test('follows the layers, what is told twice once', () => {
  const look = (iteration: number, dead: number): TrainEvent => ({
    kind: 'layers',
    iteration,
    gradientNorms: { 'stage1.conv': iteration + 1, head: 2 },
    deadPrelus: { 'stage1.prelu': dead, 'stage2.prelu': 0 },
  })
  const { gradientNorms, deadChannels } = runSeries([look(0, 0), look(50, 0.5), look(50, 1)])
  expect(gradientNorms.map(({ layer }) => layer)).toEqual(['stage1.conv', 'head'])
  expect(gradientNorms[0]?.points).toEqual([
    { x: 0, y: 1 },
    { x: 50, y: 51 },
  ])
  expect(deadChannels).toEqual([
    { x: 0, y: 0 },
    { x: 50, y: 0.5 },
  ])
})

test('a run that was taken up counts the seconds of all its parts', () => {
  const startAt = (iteration: number): TrainEvent => ({
    kind: 'start',
    config: smallConfig,
    iteration,
    iterations: 40,
    data: { identities: 1, images: 1, validationIdentities: 0, testIdentities: 0, skipped: 0 },
    fingerprint: {
      ...{ runtime: '', driver: '', device: 'cpu', cpu: '', threads: 1, blockSize: 1, plan: '' },
    },
    plan: { blockSize: 1, layouts: {}, lowerings: {} },
    parameters: 1,
    resumed: iteration > 0,
  })
  const steps = (from: number, to: number): TrainEvent[] =>
    Array.from({ length: to - from }, (_, i) => step(from + i, 1))
  const end: TrainEvent = { kind: 'end', iteration: 40, seconds: 10, imagesPerSecond: 8, waitedShare: 0.5 }
  // killed at 35, taken up from the checkpoint at 30: five iterations are told twice and count once
  const parts = [startAt(0), ...steps(0, 35), startAt(30), ...steps(30, 40), end]
  expect(runSeries(parts)).toMatchObject({
    seconds: 30 + 10,
    waitedShare: 5 / 40,
    meanImagesPerSecond: (40 * smallConfig.batch) / 40,
  })
  const whole = runSeries([startAt(0), ...steps(0, 40), end])
  expect([whole.seconds, whole.meanImagesPerSecond]).toEqual([10, 8])
})
