import { describe, expect, test } from 'vitest'
import { adviceInLines } from './check-margin.ts'
import { buildHead, checkLoss } from './build.ts'
import type { LossSettings } from './head.ts'
import { lossByName, lossNames, optionsOf } from './registry.ts'

const size = { classes: 100, embeddingSize: 512 }

/** What is said against settings; nothing where they can be. */
const complaint = (settings: LossSettings): string => {
  try {
    checkLoss(settings)
    return ''
  } catch (error) {
    return String(error)
  }
}

describe('names', () => {
  test('and aliases', () => {
    expect(lossByName('lmcl').name).toBe('cosface')
    expect(lossByName('CosFace').name).toBe('cosface')
    expect(lossByName('a-softmax').name).toBe('sphereface')
    expect(new Set(lossNames).size).toBe(lossNames.length)
  })

  test('misspelled', () => {
    expect(() => checkLoss({ name: 'cosfase' })).toThrow(
      /Expected `loss` to be one of .* got "cosfase" \(did you mean cosface\?\)/,
    )
    expect(() => checkLoss({ name: 'arcface', options: { marginRadian: 0.5 } })).toThrow(
      'Unknown option `marginRadian` for the loss arcface; did you mean `marginRadians`?',
    )
    expect(() => checkLoss({ name: 'nsl', options: { normaliseFeatures: 1 } })).toThrow(
      'Expected `normaliseFeatures` to be true or false, got 1',
    )
  })

  test('of what stands beside the options are not offered among them', () => {
    const said = (name: string, option: string): string => complaint({ name, options: { [option]: 0.2 } })
    expect(said('combined', 'margin')).toMatch(/Unknown option `margin` .*; did you mean `marginCosine`\?$/)
    expect(said('arcface', 'margin')).toMatch(/did you mean `marginRadians`\?$/)
    expect(said('sphereface', 'margin')).toMatch(/did you mean `multiplier`\?$/)
    expect(said('combined', 'scale')).toMatch(/`scale` of the loss combined beside its options/)
    expect(said('combined', 'colour')).toMatch(/known are multiplier, marginRadians, /)
    expect(said('cosface', 'colour')).not.toMatch(/margin, |scale, /)
    expect(said('cosface', 'margn')).toMatch(/did you mean `margin`\?$/)
  })

  test('every loss is built with its defaults, every option explained', () => {
    for (const name of lossNames) {
      const head = buildHead({ name }, size)
      expect(head.name).toBe(name)
      for (const option of optionsOf(lossByName(name))) {
        expect(option.meaning.length, `${name} ${option.name}`).toBeGreaterThan(10)
        expect(option.paper.length, `${name} ${option.name}`).toBeGreaterThan(0)
        if (typeof option.default === 'number') expect(option.range, `${name} ${option.name}`).toBeDefined()
      }
    }
  })
})

describe('ranges', () => {
  test('of the margin', () => {
    expect(() => checkLoss({ name: 'cosface', margin: 2.5 })).toThrow(
      'Expected `margin` to be a number in [0, 2], got 2.5',
    )
    expect(() => buildHead({ name: 'cosface', margin: 1.2 }, { classes: 10, embeddingSize: 512 })).toThrow(
      'Expected `margin` to be at most C/(C−1) = 1.11 for 10 classes (Eq 7), got 1.2',
    )
    expect(() => buildHead({ name: 'cosface', margin: 2 }, { classes: 2, embeddingSize: 512 })).not.toThrow()
  })

  test('of the scale', () => {
    expect(() => checkLoss({ name: 'cosface', scale: -1 })).toThrow(
      'Expected `scale` to be a number in (0, 1000], got -1',
    )
  })

  test('A-Softmax takes whole multipliers only', () => {
    expect(() => checkLoss({ name: 'sphereface', options: { multiplier: 2.5 } })).toThrow(
      'Expected `multiplier` to be an integer in [1, 8], got 2.5',
    )
  })

  test('each side has its own reason', () => {
    const multiplied = (multiplier: number): string =>
      complaint({ name: 'sphereface', options: { multiplier } })
    expect(complaint({ name: 'cosface', margin: -0.1 })).toMatch(
      /got -0\.1: below 0 the own class would be helped/,
    )
    expect(complaint({ name: 'cosface', margin: 2.5 })).toMatch(/got 2\.5: no classes can keep/)
    expect(complaint({ name: 'cosface', margin: NaN })).toMatch(/got NaN$/)
    expect(complaint({ name: 'arcface', options: { marginRadians: -1 } })).toMatch(/got -1: an angle below 0/)
    expect(multiplied(2.5)).toMatch(/got 2\.5: ψ\(θ\).* whole m$/)
    expect(multiplied(9)).toMatch(/\[1, 8\], got 9$/)
    expect(multiplied(0)).toMatch(/got 0: 1 is no margin/)
  })

  test('a combined margin must be a margin at every angle', () => {
    const options = { multiplier: 0.9, marginRadians: 0.1, marginCosine: 0 }
    expect(() => checkLoss({ name: 'combined', options })).toThrow(/to make a margin at every angle/)
    expect(() => checkLoss({ name: 'combined', options: { ...options, marginRadians: 0.4 } })).not.toThrow()
  })

  test('AdaCos needs three classes, MagFace two different lengths', () => {
    expect(() => buildHead({ name: 'adacos' }, { classes: 2, embeddingSize: 8 })).toThrow(
      /at least 3 classes, got 2/,
    )
    expect(() => checkLoss({ name: 'magface', options: { shortNorm: 20, longNorm: 20 } })).toThrow(
      'Expected `longNorm` to be above `shortNorm` 20, got 20',
    )
  })

  test('a loss without a margin does not mind one', () => {
    expect(buildHead({ name: 'softmax', scale: 64, margin: 1.9 }, size).warnings).toEqual([])
  })
})

describe('warnings', () => {
  const warningsOf = (
    scale: number,
    margin: number,
    classes: number,
    embeddingSize: number,
  ): readonly string[] =>
    adviceInLines(buildHead({ name: 'cosface', scale, margin }, { classes, embeddingSize }))

  test('none for the paper', () => {
    expect(warningsOf(64, 0.35, 10_575, 512)).toEqual([])
    expect(warningsOf(30, 0.4, 10_572, 512)).toEqual([])
  })

  test('a scale below Eq 6, and the floor it leaves', () => {
    expect(warningsOf(8, 0.35, 10_572, 512)).toEqual([
      'scale 8 is below 11.5, what 10572 classes need for a posterior of 0.9 (Eq 6): the loss cannot go under 4.08; ' +
        'try --scale 64 --margin 0.35 (cosface advise)',
    ])
    expect(warningsOf(12, 0.35, 10_572, 512)).toEqual([
      'with scale 12 and margin 0.35 the loss cannot go under 1.67; try --scale 64 --margin 0.35 (cosface advise)',
    ])
  })

  test('a margin above the polygon in the plane, above the crowd in space', () => {
    expect(warningsOf(64, 0.35, 8, 2)[0]).toMatch(/^margin 0.35 is above 1 − cos\(2π\/C\) = 0.293/)
    expect(warningsOf(64, 0.35, 200, 3)[0]).toMatch(
      /^margin 0.35 is above 0\.\d+, which no 200 directions in 3 dimensions exceed/,
    )
  })

  test('a line for each problem, the way out once', () => {
    const warnings = warningsOf(2, 0.35, 8, 2)
    expect(warnings).toHaveLength(2)
    expect(warnings.map((text) => text.includes('; try --scale '))).toEqual([false, true])
    const angular = adviceInLines(
      buildHead({ name: 'arcface', scale: 2 }, { classes: 100, embeddingSize: 16 }),
    )
    expect(angular).toHaveLength(1)
    expect(angular[0]).toMatch(/; try --scale \d+ \(cosface advise\)$/)
  })

  test('one class', () => {
    expect(warningsOf(64, 0.35, 1, 8)).toEqual([
      'With 1 class the loss is always 0: there is nothing to tell apart',
    ])
  })
})

describe('what follows the iteration', () => {
  test('margin and scale ramps', () => {
    const head = buildHead(
      { name: 'cosface', scale: 64, options: { marginWarmup: 10, scaleWarmup: 4, scaleFrom: 16 } },
      size,
    )
    const values = Object.fromEntries(
      head.scheduled.map(({ name, valueAt }) => [name, [0, 2, 5, 40].map(valueAt)]),
    )
    expect(values).toEqual({ 'head.marginShare': [0, 0.2, 0.5, 1], 'head.scale': [16, 40, 64, 64] })
  })

  test('a scale that is not used is not fed', () => {
    const options = { scaleWarmup: 10, normaliseFeatures: false }
    for (const name of ['cosface', 'nsl', 'sphereface']) {
      const { scheduled } = buildHead({ name, options }, { classes: 10, embeddingSize: 8 })
      expect(scheduled.some((scalar) => scalar.name === 'head.scale')).toBe(false)
    }
  })

  test("SphereFace's annealing: 1000 / (1 + 0.12·i), not below 5, its layer counting from 1", () => {
    const [lambda] = buildHead({ name: 'sphereface' }, size).scheduled
    expect(lambda?.valueAt(0)).toBeCloseTo(1000 / 1.12, 9)
    expect(lambda?.valueAt(99)).toBeCloseTo(1000 / 13, 9)
    expect(lambda?.valueAt(100_000)).toBe(5)
    expect(buildHead({ name: 'sphereface', options: { lambdaBase: 0 } }, size).scheduled).toEqual([])
  })
})

describe('what is kept between steps', () => {
  test('class weights decay, sub-centres multiply them', () => {
    const [weight] = buildHead({ name: 'cosface', options: { subcenters: 3 } }, size).parameters
    expect(weight).toEqual({
      name: 'head.weight',
      shape: [300, 512],
      init: { kind: 'xavier', fanIn: 512 },
      decay: true,
    })
  })

  test('running statistics are buffers', () => {
    const buffersOf = (name: string, options = {}): unknown => buildHead({ name, options }, size).buffers
    expect(buffersOf('adaface')).toEqual([
      { name: 'head.normMean', shape: [], initial: 20 },
      { name: 'head.normDeviation', shape: [], initial: 100 },
    ])
    expect(buffersOf('adacos')).toEqual([
      { name: 'head.adaptiveScale', shape: [], initial: Math.SQRT2 * Math.log(99) },
    ])
    expect(buffersOf('curricularface')).toEqual([{ name: 'head.averageCosine', shape: [], initial: 0 }])
    expect(buffersOf('softmax', { centerWeight: 0.01 })).toEqual([
      { name: 'head.centers', shape: [100, 512], initial: 0 },
    ])
    expect(buffersOf('softmax')).toEqual([])
  })

  test('losses on pairs ask for several images of a person', () => {
    expect(buildHead({ name: 'triplet' }, size).needsImagesPerIdentity).toBe(true)
    expect(
      buildHead({ name: 'softmax', options: { contrastiveWeight: 1 } }, size).needsImagesPerIdentity,
    ).toBe(true)
    expect(buildHead({ name: 'center' }, size).needsImagesPerIdentity).toBe(false)
    expect(buildHead({ name: 'cosface' }, size).needsImagesPerIdentity).toBe(false)
  })
})
