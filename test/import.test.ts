/** @file Whole networks of others through `cosface import`: the embeddings are those that PyTorch computes. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interpret } from '../src/graph/interpret.ts'
import { input } from '../src/graph/ops.ts'
import { weightsHash } from '../src/model/contract-id.ts'
import type { NamedTensors } from '../src/model/import.ts'
import { foldNormalisation, mapWeights } from '../src/model/import.ts'
import { backbone } from '../src/nn/backbones.ts'
import { initialise } from '../src/nn/initialise.ts'
import { openModel } from '../src/node/run/model-file.ts'
import { openWeights } from '../src/node/run/weights-file.ts'
import { encodeSafetensors } from '../src/tensor/safetensors.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { sizeOf } from '../src/tensor/tensor.ts'
import { cli } from './cli-in-process.ts'

interface Golden {
  readonly size: readonly [number, number]
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly embeddings: readonly (readonly number[])[]
}

/** The formula of scripts/golden/torch_embedding.py, number by number. */
const formula = (count: number, key: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 2_654_435_761) + Math.imul(key, 40_503) + 12_345) >>> 0
    x = Math.imul(x ^ (x >>> 15), 2_246_822_519) >>> 0
    x = (x ^ (x >>> 13)) >>> 0
    return x / 2 ** 32 - 0.5
  })

const weightsOf = (shapes: Golden['shapes']): Map<string, Tensor> =>
  new Map(
    Object.entries(shapes).map(([name, shape], key) => {
      const data = formula(sizeOf(shape), key)
      const isSlope = shape.length === 1 && (name.includes('prelu') || name.endsWith('.1.weight'))
      const bound = Math.fround(2 * Math.fround(Math.sqrt(3 / (data.length / (shape[0] ?? 1)))))
      for (let i = 0; i < data.length; i++)
        data[i] =
          shape.length > 1
            ? data[i]! * bound
            : Math.fround(data[i]! * Math.fround(0.2)) + (isSlope ? 0.25 : 0)
      return [name, { shape, data }]
    }),
  )

const python = '/usr/bin/python3'
const hasTorch = ((): boolean => {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

let folder = ''
let golden: Golden
let weights: Map<string, Tensor>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
  golden = JSON.parse(
    await readFile(new URL('./golden/torch/sphere20.json', import.meta.url), 'utf8'),
  ) as Golden
  weights = weightsOf(golden.shapes)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The largest difference from what PyTorch computed, of embeddings whose numbers are about 1. */
const worst = async (model: string): Promise<number> => {
  await using opened = await openModel(model)
  const pixels = formula(2 * 3 * 32 * 32, 999).map((value) => 2 * value)
  const found = await opened.embed(pixels, 2)
  const expected = golden.embeddings.flat()
  expect(found).toHaveLength(expected.length)
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)))
}

describe('cosface import', () => {
  it('gives PyTorch’s embeddings, and a contract', async () => {
    const prefixed = new Map([...weights].map(([name, tensor]) => [`module.${name}`, tensor]))
    const extra = new Map([...prefixed, ['module.extra', { shape: [1], data: Float32Array.of(1) }]])
    await writeFile(join(folder, 'w.safetensors'), encodeSafetensors(extra))
    const { code, out, err } = await cli('import', join(folder, 'w.safetensors'), '--size', '32x32', '--json')
    expect([code, err]).toEqual([0, expect.stringContaining('No licence was named')])
    expect(JSON.parse(out)).toMatchObject({
      schema: 'cosface-import/1',
      backbone: 'sphere20',
      naming: 'CosFace_pytorch',
      unused: ['module.extra'],
      contract: { channels: 'rgb', mean: 127.5, std: 127.5, flip: 'concat', embeddingSize: 32 },
    })
    expect(await worst(join(folder, 'w.onnx'))).toBeLessThan(1e-5)
  })

  it('is not needed where a command takes the weights themselves', async () => {
    const path = join(folder, 'themselves.safetensors')
    await writeFile(path, encodeSafetensors(weights))
    await using opened = await openModel(path, { contract: { size: { height: 32, width: 32 } } })
    const expected = golden.embeddings.flat()
    const found = await opened.embed(
      formula(2 * 3 * 32 * 32, 999).map((value) => 2 * value),
      2,
    )
    expect(Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)))).toBeLessThan(1e-5)
    expect(await readdir(folder)).not.toContain('themselves.onnx')
  })

  it('has to be told how images enter a network whose names do not say it', async () => {
    const size = { height: 32, width: 32 }
    const own = backbone('sphere4', { size, embeddingSize: 8 }).parameters
    const path = join(folder, 'own.safetensors')
    await writeFile(path, encodeSafetensors(new Map(own.map((one) => [one.name, initialise(one, 1)]))))
    await expect(openModel(path, { contract: { size } })).rejects.toThrow(
      'does not say how images enter it, nor do the names in it; say it with --channels, --mean and --std',
    )
    await using opened = await openModel(path, { contract: { size, channels: 'rgb', std: 128 } })
    expect(opened.contract).toMatchObject({ channels: 'rgb', mean: 127.5, std: 128, embeddingSize: 8 })
  })

  it.skipIf(!hasTorch)('reads PyTorch’s own files of either format (skipped without PyTorch)', async () => {
    const script = fileURLToPath(new URL('../scripts/golden/torch_embedding.py', import.meta.url))
    execFileSync(python, [script, folder])
    const ours = await mapWeights(lazily(weights), { size: { height: 32, width: 32 } })
    for (const name of ['zip.pth', 'legacy.ckpt']) {
      await using file = await openWeights(join(folder, name))
      const { parameters } = await mapWeights(file.tensors, { size: { height: 32, width: 32 } })
      expect(weightsHash(parameters)).toBe(weightsHash(ours.parameters))
    }
  })

  it('writes nothing where something does not fit', async () => {
    const file = join(folder, 'bad.safetensors')
    await writeFile(
      file,
      encodeSafetensors(new Map([['conv0.kernel', { shape: [1], data: Float32Array.of(1) }]])),
    )
    expect(await cli('import', file)).toEqual({
      code: 1,
      out: '',
      err: 'cosface: Expected the tensors of a sphere network, got 1 other: conv0.kernel\n',
    })
    expect((await cli('import', join(folder, 'none.pth'))).err).toContain('No such file')
    expect((await cli('import', file, '--backbone', 'spere20')).err).toContain('did you mean sphere20?')
    expect((await readdir(folder)).filter((name) => name.startsWith('bad'))).toEqual(['bad.safetensors'])
  })
})

/** As a file gives its tensors. */
const lazily = (tensors: ReadonlyMap<string, Tensor>): NamedTensors =>
  new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, dtype: 'float32', read: async () => tensor },
    ]),
  )

describe('mapWeights', () => {
  const small = { height: 32, width: 32 }

  it('tells the network by the names', async () => {
    const { backbone: name, embeddingSize, size } = await mapWeights(lazily(weights), { size: small })
    expect([name, embeddingSize, size]).toEqual(['sphere20', 32, small])
  })

  it('says what does not fit, the first five by name', async () => {
    const expectFailure = async (
      tensors: ReadonlyMap<string, Tensor>,
      text: string,
      options: Parameters<typeof mapWeights>[1] = { size: small },
    ): Promise<void> => expect(mapWeights(lazily(tensors), options)).rejects.toThrow(text)
    await expectFailure(weights, 'fits none of 112x96, 112x112', {})
    await expectFailure(weights, '--size 64x64 does not fit', { size: { height: 64, width: 64 } })
    const wrong = { size: small, backbone: 'sphere64' } as const
    await expectFailure(
      weights,
      'layer1.3.conv1.weight (stage1.unit2.conv1.weight) is missing; layer1.3.prelu1.weight (stage1.unit2',
      wrong,
    )
    const cut = new Map(weights)
    for (const name of [...cut.keys()].slice(2, 10)) cut.delete(name)
    await expectFailure(cut, '; and 3 more')
    const flat = { shape: [64, 27], data: new Float32Array(64 * 27) }
    const shaped = new Map(weights).set('layer1.0.weight', flat)
    await expectFailure(shaped, 'layer1.0.weight is [64, 27], stage1.conv.weight is [64, 3, 3, 3]')
    const headless = new Map([...weights].filter(([name]) => !name.startsWith('fc')))
    await expectFailure(headless, 'have no layer that gives the embedding')
  })
})

describe('foldNormalisation', () => {
  it('makes up for channel order and scale', () => {
    const size = { height: 16, width: 16 }
    const network = backbone('sphere4', { size, embeddingSize: 3 })
    const parameters = new Map<string, Tensor>(
      network.parameters.map((own) => [own.name, initialise(own, 1)]),
    )
    const embed = (given: ReadonlyMap<string, Tensor>, pixels: Float32Array): readonly number[] => {
      const values = Object.fromEntries(
        network.parameters.map((own) => [own.name, input(own.name, own.shape)]),
      )
      const feeds = Object.fromEntries([...given].map(([name, { data }]) => [name, data]))
      const { output } = network.build(input('pixels', [1, 3, 16, 16]), values, 'infer')
      return [...(interpret({ name: 'f', outputs: { y: output } }, { ...feeds, pixels })['y']?.data ?? [])]
    }
    const raw = formula(3 * 256, 1).map((value) => Math.round(255 * (value + 0.5)))
    const bgr = [2, 1, 0].flatMap((channel) => [...raw.subarray(channel * 256, (channel + 1) * 256)])
    const theirs = embed(
      parameters,
      Float32Array.from(bgr, (pixel) => (pixel - 127.5) / 100),
    )
    const folded = foldNormalisation(parameters, { channels: 'bgr', mean: 127.5, std: 100 })
    const ours = embed(
      folded,
      raw.map((pixel) => (pixel - 127.5) / 128),
    )
    theirs.forEach((value, i) => expect(ours[i]).toBeCloseTo(value, 4))
    expect(theirs.some((value) => Math.abs(value) > 1e-3)).toBe(true)
    const plain = { channels: 'rgb', mean: 127.5, std: 128 } as const
    expect(foldNormalisation(parameters, plain)).toBe(parameters)
    expect(() => foldNormalisation(parameters, { ...plain, mean: 0 })).toThrow('takes off 127.5')
  })
})
