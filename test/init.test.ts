/** @file `cosface train --init`: fine-tuning begins with the network it is given, wherever that lies. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listCheckpoints, readWeights } from '../src/node/run/checkpoint-store.ts'
import { readInitialWeights } from '../src/node/run/initial-weights.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { cosface, tinyTraining } from './command.ts'

let folder = ''
const at = (name: string): string => join(folder, name)

const weightsOf = async (run: string): Promise<ReadonlyMap<string, Tensor>> => {
  const last = (await listCheckpoints(run)).at(-1) ?? -1
  return (await readWeights(run, last)).weights
}

const train = async (out: string, faces: string, ...more: string[]): Promise<void> => {
  const ended = await cosface(tinyTraining(at(faces), at(out), ...more))
  expect(ended).toMatchObject({ code: 0 })
}

/** Of the network alone; a new set has other classes. */
const largestChange = (a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): number => {
  let most = 0
  for (const [name, { data }] of a) {
    if (name === 'head.weight') continue
    const other = b.get(name)?.data ?? new Float32Array(0)
    expect(other).toHaveLength(data.length)
    data.forEach((value, i) => (most = Math.max(most, Math.abs(value - other[i]!))))
  }
  return most
}

const still = ['--lr', '0.000000001', '--iterations', '1']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'))
  for (const [name, seed] of [
    ['faces', '1'],
    ['others', '2'],
  ] as const)
    await cosface([
      'synth',
      at(name),
      '--identities',
      '4',
      '--images',
      '3',
      '--size',
      '32x32',
      '--seed',
      seed,
    ])
  await train('first', 'faces', '--iterations', '4')
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('train --init', () => {
  it('begins with the network of a run or of its model, and with new classes', async () => {
    const first = await weightsOf(at('first'))
    await train('second', 'others', '--init', at('first'), ...still)
    const after = await weightsOf(at('second'))
    expect(largestChange(first, after)).toBeLessThan(1e-6)
    expect(after.get('head.weight')?.data).not.toEqual(first.get('head.weight')?.data)
    const ofModel = await readInitialWeights(at('first/model.onnx'))
    expect(ofModel).toMatchObject({ backbone: 'sphere4', size: { height: 32, width: 32 }, embeddingSize: 16 })
    expect(largestChange(ofModel.parameters, first)).toBe(0)
  }, 120_000)

  it('that is ended before its first checkpoint begins again with the same weights', async () => {
    await train('killed', 'others', '--init', at('first'), '--iterations', '2')
    const before = await weightsOf(at('killed'))
    await rm(at('killed/checkpoints'), { recursive: true })
    expect(await cosface(['train', '--resume', at('killed')])).toMatchObject({ code: 0 })
    expect(await weightsOf(at('killed'))).toEqual(before)
  }, 120_000)

  it('refuses what contradicts the weights, and writes nothing', async () => {
    const other = await cosface(
      tinyTraining(at('others'), at('none'), '--init', at('first'), '--embedding-size', '32'),
    )
    const refusal = 'has the embedding-size 16; leave --embedding-size 32 out'
    expect([other.output, other.code]).toEqual([expect.stringContaining(refusal), 2])
    const missing = await cosface(['train', at('others'), '--init', at('nobody.pth'), '--out', at('none')])
    expect([missing.code, missing.output]).toEqual([1, expect.stringContaining('No such file')])
  }, 60_000)
})
