import { describe, expect, test } from 'vitest'
import { interpret } from '../src/graph/interpret.ts'
import { lossNames } from '../src/loss/registry.ts'
import { openSession } from '../src/node/session/open-session.ts'
import { learningRateAt } from '../src/optim/schedule.ts'
import { trainedArrays, velocityName } from '../src/train/recipe.ts'
import { stepPrograms } from '../src/train/step.ts'
import { Trainer } from '../src/train/trainer.ts'
import {
  batchAt,
  firstState,
  goldenTrajectories,
  recipeOf,
  type GoldenTrajectory,
} from './golden/trajectory.ts'

const trajectories = goldenTrajectories()

const rateAt = (golden: GoldenTrajectory, iteration: number): number =>
  learningRateAt(
    {
      base: golden.learningRate,
      schedule: { kind: 'multi-step', milestones: golden.milestones, factor: golden.factor },
      warmup: 0,
      iterations: golden.expected.losses.length,
    },
    iteration,
  )

const apart = (got: number, wanted: number, least = 0): number =>
  Math.abs(got - wanted) / Math.max(Math.abs(wanted), least)

/** The first gradient, read back from the first velocity: v = g·factor + λw. */
const firstGradient = (
  golden: GoldenTrajectory,
  array: { readonly decay: boolean },
  velocity: Float32Array,
  weights: Float32Array,
): number[] => {
  const norm = golden.expected.gradientNorms[0] ?? 0
  const factor = golden.clip > 0 ? Math.min(1, golden.clip / (norm + 1e-6)) : 1
  const decay = array.decay ? golden.weightDecay : 0
  return Array.from(velocity, (v, at) => (v - decay * (weights[at] ?? 0)) / factor)
}

const follow = async (golden: GoldenTrajectory, plain: boolean): Promise<void> => {
  const recipe = recipeOf(golden)
  await using trainer = await Trainer.open(recipe, {
    openSession: (spec) => openSession(spec, { plain }),
    device: 'cpu',
    threads: 2,
    seed: 0,
  })
  const first = firstState(golden, recipe)
  await trainer.session.writeState(first)
  const { expected } = golden
  for (const [step, wanted] of expected.losses.entries()) {
    const rate = rateAt(golden, step)
    expect(apart(rate, expected.learningRates[step] ?? 0)).toBeLessThan(1e-9)
    const { metrics, accepted } = await trainer.step(batchAt(golden, step), rate, step)
    expect(accepted).toBe(true)
    expect(apart(metrics.loss, wanted, 0.1), `loss of step ${step}`).toBeLessThan(1e-4)
    expect(
      apart(metrics.gradientNorm, expected.gradientNorms[step] ?? 0),
      `gradient norm of step ${step}`,
    ).toBeLessThan(1e-3)
    if (step > 0) continue
    const state = await trainer.session.readState()
    for (const array of trainedArrays(recipe)) {
      const wantedGradient = expected.firstGradients[array.name]
      const velocity = state.get(velocityName(array.name))
      const weights = first.get(array.name)
      if (wantedGradient === undefined || velocity === undefined || weights === undefined)
        throw new Error(`nothing is known of ${array.name}`)
      const gradient = firstGradient(golden, array, velocity.data, weights.data)
      expect(apart(normOf(gradient), wantedGradient.norm), array.name).toBeLessThan(1e-3)
      // single entries against the size of a typical one
      const typical = wantedGradient.norm / Math.sqrt(gradient.length)
      wantedGradient.at.forEach((at, index) => {
        const entry = wantedGradient.values[index] ?? NaN
        expect(apart(gradient[at] ?? NaN, entry, typical), `${array.name}[${at}]`).toBeLessThan(1e-3)
      })
    }
  }
  const last = await trainer.session.readState()
  for (const [name, wanted] of Object.entries(expected.finalNorms))
    expect(apart(normOf(last.get(name)?.data ?? []), wanted), name).toBeLessThan(1e-4)
  for (const [name, wanted] of Object.entries(expected.buffers)) {
    const got = last.get(name)?.data ?? new Float32Array()
    const size = Math.max(1e-6, ...wanted.map(Math.abs))
    wanted.forEach((value, at) => expect(Math.abs((got[at] ?? NaN) - value) / size, name).toBeLessThan(1e-3))
  }
}

const normOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2
  return Math.sqrt(sum)
}

describe('ten steps reproduce PyTorch on ONNX Runtime', () => {
  test('every loss has a trajectory', () => {
    expect(new Set(trajectories.map(({ loss }) => loss.name))).toEqual(new Set(lossNames))
  })
  test.each(trajectories.map((golden) => [golden.title, golden] as const))('%s', (_, golden) =>
    follow(golden, false),
  )
})

describe('the same with standard operators only', () => {
  const titles = ['sphere4 LMCL', 'sphere4 LMCL, all three', 'sphere10 LMCL']
  const wide = trajectories.filter(({ title }) => titles.includes(title))
  test.each(wide.map((golden) => [golden.title, golden] as const))('%s', (_, golden) => follow(golden, true))
})

describe('ten steps reproduce PyTorch in the float64 interpreter', () => {
  const small = trajectories.filter((golden) => golden.title.startsWith('tiny') && golden.accumulate === 1)
  test.each(small.map((golden) => [golden.title, golden] as const))('%s', (_, golden) => {
    const recipe = recipeOf(golden)
    const step = stepPrograms(recipe).programs['step']
    if (step === undefined) throw new Error('the recipe has no whole step')
    const state = new Map(
      [...firstState(golden, recipe)].map(([name, { data }]) => [name, Float64Array.from(data)]),
    )
    for (const [iteration, wanted] of golden.expected.losses.slice(0, 4).entries()) {
      const { pixels, labels } = batchAt(golden, iteration)
      const scheduled = recipe.head.scheduled.map(
        ({ name, valueAt }) => [name, [valueAt(iteration)]] as const,
      )
      const feeds = {
        pixels,
        labels,
        learningRate: [rateAt(golden, iteration)],
        ...Object.fromEntries(scheduled),
      }
      const results = interpret(step, { ...Object.fromEntries(state), ...feeds })
      expect(
        apart(results['metrics']?.data[0] ?? NaN, wanted, 0.1),
        `loss of step ${iteration}`,
      ).toBeLessThan(1e-6)
      for (const name of state.keys()) {
        const next = results[name]
        if (next !== undefined) state.set(name, Float64Array.from(next.data))
      }
    }
  })
})
