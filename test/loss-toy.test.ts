import { beforeAll, describe, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { gradients } from '../src/graph/gradient.ts'
import { interpret } from '../src/graph/interpret.ts'
import { input } from '../src/graph/ops.ts'
import { expectedFirstLoss, type LossSetting } from '../src/loss/bounds.ts'
import { buildHead } from '../src/loss/build.ts'
import type { LossSettings } from '../src/loss/head.ts'

/** The paper's toy without a network: eight identities, ten free embeddings each, in the plane. */
const classes = 8
const samples = 80
const labels = Array.from({ length: samples }, (_, i) => i % classes)

interface Plane {
  readonly features: number[]
  readonly weights: number[]
}

const start = (seed: number): Plane => {
  const stream = random(seed, 'toy')
  return {
    features: Array.from({ length: samples * 2 }, () => stream.normal()),
    weights: Array.from({ length: classes * 2 }, () => stream.normal()),
  }
}

const train = (loss: LossSettings, steps: number, seed: number): Plane => {
  const head = buildHead(loss, { classes, embeddingSize: 2 })
  const [x, w] = [input('x', [samples, 2]), input('w', [classes, 2])]
  const { loss: value } = head.build(x, input('labels', [samples], 'int32'), { 'head.weight': w })
  const [dx, dw] = gradients(value, [x, w])
  if (dx === undefined || dw === undefined) throw new Error('the loss has no gradient')
  const graph = { name: 'toy', outputs: { dx, dw } }
  let { features, weights } = start(seed)
  for (let step = 0; step < steps; step++) {
    const got = interpret(graph, { x: features, w: weights, labels })
    const moved = (from: number[], by: ArrayLike<number> | undefined, rate: number): number[] =>
      from.map((value_, index) => value_ - rate * (by?.[index] ?? 0))
    features = moved(features, got['dx']?.data, 2)
    weights = moved(weights, got['dw']?.data, 0.1)
  }
  return { features, weights }
}

const angleAt = (flat: readonly number[], row: number): number =>
  Math.atan2(flat[2 * row + 1] ?? 0, flat[2 * row] ?? 0)
const between = (a: number, b: number): number => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)))

/** The class whose direction is nearest. */
const decided = (angle: number, { weights }: Plane): number => {
  const gaps = Array.from({ length: classes }, (_, j) => between(angle, angleAt(weights, j)))
  return gaps.indexOf(Math.min(...gaps))
}

/** Share of samples that change sides when their direction is disturbed. */
const flipped = (plane: Plane, noise: number): number => {
  const stream = random(7, 'noise')
  let [flips, draws] = [0, 0]
  for (let i = 0; i < samples; i++) {
    const angle = angleAt(plane.features, i)
    for (let draw = 0; draw < 50; draw++, draws++) {
      if (decided(angle + noise * stream.normal(), plane) !== labels[i]) flips++
    }
  }
  return flips / draws
}

/** Mean angle of a sample to its own class's direction. */
const spread = (plane: Plane): number =>
  labels.reduce((sum, y, i) => sum + between(angleAt(plane.features, i), angleAt(plane.weights, y)), 0) /
  samples

const right = (plane: Plane): number =>
  labels.filter((y, i) => decided(angleAt(plane.features, i), plane) === y).length / samples

describe('eight identities in the plane', () => {
  const planes = new Map<string, Plane>()
  beforeAll(() => {
    planes.set('nsl', train({ name: 'nsl', scale: 10 }, 250, 3))
    planes.set('0.1', train({ name: 'cosface', scale: 10, margin: 0.1 }, 250, 3))
    planes.set('0.2', train({ name: 'cosface', scale: 10, margin: 0.2 }, 250, 3))
  })
  const plane = (name: string): Plane => planes.get(name) ?? start(3)

  test('normalised softmax can classify them', () => {
    expect(right(start(3))).toBeLessThan(0.4)
    expect(right(plane('nsl'))).toBeGreaterThan(0.9)
  })

  test('a larger margin draws each class onto a narrower arc', () => {
    expect(spread(plane('0.1'))).toBeLessThan(spread(plane('nsl')))
    expect(spread(plane('0.2'))).toBeLessThan(spread(plane('0.1')))
  })

  test('noise that flips decisions after normalised softmax flips fewer after LMCL', () => {
    expect(flipped(plane('0.2'), 0.15)).toBeLessThan(0.7 * flipped(plane('nsl'), 0.15))
  })
})

/** The loss of embeddings and class weights drawn at random. */
const randomLoss = (setting: LossSetting, samplesDrawn: number): number => {
  const { classes: c, embeddingSize: d, scale, margin } = setting
  const stream = random(11, 'first loss')
  const drawn = (count: number): number[] => Array.from({ length: count }, () => stream.normal())
  const head = buildHead({ name: 'cosface', scale, margin }, { classes: c, embeddingSize: d })
  const [x, w] = [input('x', [samplesDrawn, d]), input('w', [c, d])]
  const { loss } = head.build(x, input('labels', [samplesDrawn], 'int32'), { 'head.weight': w })
  const labelsDrawn = Array.from({ length: samplesDrawn }, (_, i) => i % c)
  const feeds = { x: drawn(samplesDrawn * d), w: drawn(c * d), labels: labelsDrawn }
  return interpret({ name: 'first', outputs: { loss } }, feeds)['loss']?.data[0] ?? NaN
}

describe('the first loss of random directions', () => {
  test('is s·m + ln C + s²/(2D) where D is large', () => {
    const setting = { classes: 1000, scale: 30, margin: 0.35, embeddingSize: 128 }
    expect(Math.abs(randomLoss(setting, 64) - expectedFirstLoss(setting))).toBeLessThan(0.5)
  })

  test('exceeds no exponent where D is small', () => {
    // s²/(2D) would be 24
    const setting = { classes: 2000, scale: 12, margin: 0.1, embeddingSize: 3 }
    expect(Math.abs(randomLoss(setting, 200) - expectedFirstLoss(setting))).toBeLessThan(0.5)
    expect(expectedFirstLoss(setting)).toBeCloseTo(1.2 + Math.log(2000) + 12 - Math.log(24), 6)
  })

  test('has the Bessel function in the plane', () => {
    const setting = { classes: 400, scale: 6, margin: 0.1, embeddingSize: 2 }
    expect(Math.abs(randomLoss(setting, 200) - expectedFirstLoss(setting))).toBeLessThan(0.4)
    // s²/(2D) would be 9, ln I₀(6) is 4.2
    expect(expectedFirstLoss(setting)).toBeLessThan(11)
  })
})
