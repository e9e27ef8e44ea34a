import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../base/errors.ts'
import type { LossConfig } from './config.ts'
import { configure, forImages, storedConfig } from './configure.ts'
import { presetNames, presets, type PresetName } from './presets.ts'
import type { TrainSettings } from './settings.ts'

const input = { folders: ['faces'], threads: 2 } as const

describe('configure', () => {
  it('gives the paper’s numbers by its preset', () => {
    const config = configure({}, { ...input, preset: 'paper-casia' })
    expect(config).toMatchObject({
      backbone: 'sphere64',
      size: { height: 112, width: 96 },
      loss: { name: 'cosface', scale: 64, margin: 0.35 },
      batch: 512,
      learningRate: 0.1,
      iterations: 30_000,
      schedule: { kind: 'multi-step', milestones: [16_000, 24_000, 28_000], factor: 0.1 },
      weightDecay: 5e-4,
      momentum: 0.9,
      augmentation: { flip: true, shift: 0, zoom: 0, rotate: 0, light: 0, grey: 0, erase: 0, blur: 0 },
    })
  })

  it('ranks given over file over preset over default', () => {
    const file = { margin: 0.2, lr: 0.01 }
    const config = configure({ lr: 0.02 }, { ...input, preset: 'quick', file })
    expect(config.learningRate).toBe(0.02)
    expect(config.loss.margin).toBe(0.2)
    expect(config.backbone).toBe(presets.quick.settings.backbone)
    expect(config.momentum).toBe(0.9)
  })

  it('drops a preset’s length and milestones once the length is named anew', () => {
    const config = configure({ epochs: 2 }, { ...input, preset: 'paper-casia' })
    expect(config.iterations).toBe(0)
    const known = forImages(config, 5120)
    expect(known.iterations).toBe(20)
    expect(known.schedule).toMatchObject({ milestones: [11, 16, 19] })
    expect(forImages(known, 99_999)).toBe(known)
  })

  it('takes a run’s own config.json, giving the same run', () => {
    const given = {
      loss: 'arcface',
      lossOption: { marginRadians: 0.4 },
      augment: 'standard',
      augmentBlur: 0,
    } as const
    for (const length of [{ iterations: 500 }, { epochs: 3 }]) {
      const config = configure({ ...given, ...length }, input)
      const { preset: _, ...stored } = forImages(config, 6400)
      const again = configure({}, { ...input, file: JSON.parse(JSON.stringify(stored)) })
      expect(forImages(again, 6400)).toEqual({ ...stored, preset: 'small-set' })
    }
    expect(() => configure({}, { ...input, file: { schema: 'cosface-config/9' } })).toThrow(/schema/)
  })

  it('reads what is added to a loss as its weight, which an option overrides', () => {
    const loss = (given: Parameters<typeof configure>[0]): LossConfig => configure(given, input).loss
    expect(loss({ loss: 'lmcl+center' })).toMatchObject({ name: 'cosface', options: { centerWeight: 0.003 } })
    expect(loss({ loss: 'cosface+center', lossOption: { centerWeight: 0.01 } }).options).toEqual({
      centerWeight: 0.01,
    })
  })

  it('takes the threads of the machine unless told otherwise', () => {
    expect(configure({}, input).threads).toBe(2)
    expect(configure({ threads: 7 }, input).threads).toBe(7)
  })

  it.each(presetNames)('preset %s is in range', (preset) => {
    expect(configure({}, { ...input, preset }).preset).toBe(preset)
  })

  it.each([
    [{ margn: 0.4 }, /did you mean `margin`\?/],
    [{ margin: 2.5 }, /Expected `margin` to be a number in \[0, 2\], got 2.5/],
    [{ size: '0x9' }, /Expected `size`/],
    [{ epochs: 1, iterations: 2 }, /one of `epochs` and `iterations`/],
    [[1], /JSON object/],
    ['x', /JSON object/],
    [{ watch: 'one' }, /Expected `watch` to be a list/],
    [{ warmup: 900, iterations: 900 }, /`warmup` to be less than the 900 iterations/],
  ])('refuses the config file %j', (file, sentence) => {
    const attempt = (): unknown => configure({}, { ...input, file })
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(sentence)
  })

  it.each<[PresetName, Partial<TrainSettings>]>([
    ...presetNames.map((preset): [PresetName, Partial<TrainSettings>] => [preset, {}]),
    [
      'quick',
      { iterations: 7, augment: 'none', augmentShift: 2, validation: 'people.txt', watch: ['a.txt'] },
    ],
    ['quick', { loss: 'arcface', lossOption: { marginRadians: 0.4 }, schedule: 'polynomial', lrPower: 2 }],
    [
      'paper-casia',
      { epochs: 2.5, milestones: [3, 5], identities: 'x.txt', mergeNames: true, depth: 2, test: 0 },
    ],
  ])('a run can be begun again from what it stored (%s, %j)', (preset, given) => {
    const begun = forImages(configure(given, { ...input, preset }), 1000)
    const stored: unknown = JSON.parse(JSON.stringify(begun))
    expect(forImages(storedConfig(stored), 1000)).toEqual(begun)
  })

  it('never lets an unknown or wild value through', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('margin', 'scale', 'batch', 'size', 'lr'), fc.anything()),
        (file) => {
          try {
            const config = configure({}, { ...input, file })
            expect(config.loss.margin).toBeGreaterThanOrEqual(0)
            expect(config.loss.margin).toBeLessThanOrEqual(2)
            expect(config.loss.scale).toBeGreaterThan(0)
            expect(Number.isInteger(config.batch)).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError)
          }
        },
      ),
      { seed: 3, numRuns: 200 },
    )
  })
})
