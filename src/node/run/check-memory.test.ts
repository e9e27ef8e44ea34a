import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../base/errors.ts'
import { cli } from '../../../test/cli-in-process.ts'
import { configure } from '../../train/configure.ts'
import { trainingMemory } from '../../train/memory.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { recipeOf } from '../../train/train.ts'
import { checkMemory } from './check-memory.ts'

const gibibyte = 2 ** 30
const configOf = (settings: Partial<TrainSettings>) =>
  configure({ size: { height: 112, width: 112 }, iterations: 2, ...settings }, { folders: ['x'], threads: 2 })

describe('trainingMemory', () => {
  // peaks of `cosface train` on 65 drawn images of 13 people; docs/experiments.md
  it.each([
    ['sphere4', 112, 112, 16, 0.683],
    ['sphere4', 112, 112, 64, 1.265],
    ['sphere4', 112, 112, 128, 2.017],
    ['sphere4', 112, 112, 512, 5.825],
    ['sphere4', 64, 64, 1024, 4.148],
    ['sphere10', 64, 64, 128, 1.34],
    ['sphere20', 64, 64, 256, 3.701],
    ['sphere20', 112, 96, 16, 1.53],
    ['sphere20', 112, 96, 48, 2.548],
    ['sphere36', 112, 96, 64, 4.533],
    ['sphere64', 64, 64, 128, 5.257],
  ] as const)(
    '%s at %i×%i, batch %i: near the measured %f GiB',
    (backbone, height, width, batch, measured) => {
      const config = configOf({ backbone, size: { height, width }, batch })
      const ratio = trainingMemory(recipeOf(config, 13)) / gibibyte / measured
      expect(ratio).toBeGreaterThan(0.8)
      expect(ratio).toBeLessThan(1.1)
    },
  )
})

describe('checkMemory', () => {
  it('refuses what is above the memory, and says how the update can be made', () => {
    const config = configOf({ backbone: 'sphere4', batch: 4096 })
    expect(() => checkMemory(config, 13, 24 * gibibyte)).toThrow(UsageError)
    expect(() => checkMemory(config, 13, 24 * gibibyte)).toThrow(
      /^A batch of 4,096 takes about 38\.\d GiB, this machine has 24\.0 GiB; `--accumulate 8` makes the same update in parts of 512$/,
    )
    checkMemory({ ...config, accumulate: 8 }, 13, 24 * gibibyte)
    expect(() => checkMemory({ ...config, accumulate: 2 }, 13, 8 * gibibyte)).toThrow(
      'A batch of 4,096 in 2 parts takes',
    )
    checkMemory(config, 13, 64 * gibibyte)
  })

  it('offers no parts where the loss compares images, or where they would not be enough', () => {
    const less = 'a smaller --batch, --size or --backbone takes less'
    expect(() => checkMemory(configOf({ loss: 'triplet', batch: 4096 }), 13, 8 * gibibyte)).toThrow(less)
    expect(() => checkMemory(configOf({ batch: 4096 }), 13, gibibyte / 4)).toThrow(less)
  })

  it('leaves the memory of other devices to them', () => {
    checkMemory({ ...configOf({ batch: 4096 }), device: 'cuda' }, 13, gibibyte)
  })
})

describe('a command whose training cannot fit', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memory-'))
    await cli('synth', join(folder, 'faces'), '--identities', '8', '--images', '2', '--size', '32x32')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each([['train'], ['compare', '--losses', 'softmax,cosface']])(
    'is refused before anything is written: %s',
    async (name, ...more) => {
      const out = join(folder, `${name}-out`)
      const what = [join(folder, 'faces'), '--batch', '65536', '--iterations', '2', '--out', out]
      const { code, err } = await cli(name, ...what, ...more)
      expect([code, err.match(/A batch of 65,536 takes about \d+\.\d GiB, this machine has/)]).toEqual([
        2,
        expect.anything(),
      ])
      expect(existsSync(out)).toBe(false)
    },
  )
})
