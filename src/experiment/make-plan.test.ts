import { describe, expect, it } from 'vitest'
import { comparePlan, normalisationPlan, sweepPlan } from './make-plan.ts'
import { cellConfig, cellsOf, planDifferences } from './plan.ts'

const input = { folders: ['faces'], threads: 2 }

describe('comparePlan', () => {
  it('gives every loss the same seeds and the same division of the people', () => {
    const plan = comparePlan({ seed: 7 }, input, { losses: ['softmax', 'lmcl'], seeds: 2 })
    expect(cellsOf(plan).map(({ id }) => id)).toEqual([
      'softmax-seed7',
      'cosface-seed7',
      'softmax-seed8',
      'cosface-seed8',
    ])
    expect(cellsOf(plan).map((cell) => cellConfig(plan, cell).data.splitSeed)).toEqual([7, 7, 7, 7])
    expect(plan.reference).toBe('cosface')
  })

  it('reads added losses and options of one loss', () => {
    const { variants } = comparePlan({ lossOption: { labelSmoothing: 0.1 } }, input, {
      losses: [
        'softmax+center',
        'sphereface:normaliseFeatures=true:multiplier=3',
        'cosface:margin=0.2',
        'triplet',
      ],
    })
    expect(variants.map(({ loss }) => loss)).toMatchObject([
      { name: 'softmax', options: { centerWeight: 0.003, labelSmoothing: 0.1 } },
      { name: 'sphereface', options: { normaliseFeatures: true, multiplier: 3 } },
      { name: 'cosface', margin: 0.2 },
      { name: 'triplet' },
    ])
    expect(variants[3]?.loss.options).toBeUndefined()
    const others = comparePlan({}, input, { losses: ['nsl+contrastive', 'nsl+triplet'] }).variants
    expect(others.map(({ loss }) => loss.options)).toEqual([{ contrastiveWeight: 1 }, { tripletWeight: 1 }])
  })

  it('validates short trainings often enough for a curve, long ones as the preset says', () => {
    const every = (settings: object): number =>
      comparePlan(settings, input, { losses: ['nsl', 'cosface'] }).config.validateEvery
    expect([every({ iterations: 60 }), every({ iterations: 60, validateEvery: 40 })]).toEqual([10, 40])
    expect(every({ iterations: 60_000 })).toBe(every({ epochs: 5 }))
  })

  it('sets nobody aside for a test beside a list, unless asked to', () => {
    const list = { losses: ['nsl', 'cosface'], images: 'lfw', pairs: 'pairs.txt' }
    expect(comparePlan({}, input, list).config.data.test).toBe(0)
    expect(comparePlan({ test: 0.2 }, input, list).config.data.test).toBe(0.2)
  })

  it.each([
    [['cosface'], /two or more losses/],
    [['nsl', 'cosfase'], /did you mean cosface/],
    [['nsl', 'cosface:margn=0.1'], /did you mean `margin`/],
    [['nsl', 'cosface:margin=3'], /`margin` to be a number in \[0, 2\], got 3/],
    [['nsl', 'sphereface:multiplier=1.5'], /`multiplier` to be an integer/],
    [['nsl', 'nsl'], /named twice/],
    [['nsl', 'softmax+arcface'], /arcface cannot be added/],
    [['nsl', 'nsl+centre'], /centre cannot be added to nsl; center, contrastive, triplet can/],
    [['nsl', 'triplet+center'], /center cannot be added to triplet/],
  ])('refuses %j', (losses, words) => {
    expect(() => comparePlan({}, input, { losses })).toThrow(words)
  })

  it('refuses no seeds, a reference that is not there, and half a list', () => {
    const losses = ['nsl', 'cosface']
    expect(() => comparePlan({}, input, { losses, seeds: 0 })).toThrow(/`seeds`/)
    expect(() => comparePlan({}, input, { losses, reference: 'arcface' })).toThrow(/`reference`/)
    expect(() => comparePlan({}, input, { losses, pairs: 'pairs.txt' })).toThrow(/together/)
  })
})

describe('sweepPlan', () => {
  it('takes a range of one of margin and scale, the other held', () => {
    const plan = sweepPlan({}, input, { scale: '2:64', margin: '0.2' })
    expect(plan.variants.map(({ value, loss }) => [value, loss.scale, loss.margin])).toEqual(
      [2, 4, 8, 16, 32, 64].map((scale) => [scale, scale, 0.2]),
    )
    expect(plan.reference).toBe('scale-64')
  })

  it('sweeps the margin that a loss has', () => {
    const { variants, sweep } = sweepPlan({ loss: 'arcface' }, input, { margin: '0.1:0.3:0.1' })
    expect(sweep).toEqual({ parameter: 'margin', option: 'marginRadians' })
    expect(variants.map(({ loss }) => loss.options?.['marginRadians'])).toEqual([0.1, 0.2, 0.3])
  })

  it('refuses what cannot be swept', () => {
    expect(() => sweepPlan({}, input, {})).toThrow(/got one value of each/)
    expect(() => sweepPlan({}, input, { margin: '0:0.2', scale: '2:4' })).toThrow(/both/)
    expect(() => sweepPlan({ loss: 'softmax' }, input, { margin: '0:0.2' })).toThrow(/no margin/)
  })
})

it('Table 1 starts the row without normalisation from the softmax of the same seed', () => {
  const { variants } = normalisationPlan({}, input, {})
  expect(variants.find(({ from }) => from === 'softmax')?.loss.options).toEqual({ normaliseFeatures: false })
})

it('plans differ where results would, not by the machine', () => {
  const plan = comparePlan({}, input, { losses: ['nsl', 'cosface'] })
  expect(
    planDifferences(plan, comparePlan({}, { ...input, threads: 8 }, { losses: ['nsl', 'cosface'] })),
  ).toEqual([])
  expect(planDifferences(plan, comparePlan({ lr: 0.05 }, input, { losses: ['nsl', 'cosface'] }))).toEqual([
    'config.learningRate was 0.1, is 0.05',
  ])
})
