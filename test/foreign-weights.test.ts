/** @file Weights of a public CosFace implementation in our networks: every parameter has its place, and embeddings agree. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { memoryFile } from '../src/base/random-access.ts'
import { loadMappedParameters, mapCheckpoint } from '../src/data/torch/torch-checkpoint-map.ts'
import { openTorchCheckpoint } from '../src/data/torch/torch-checkpoint.ts'
import { interpret } from '../src/graph/interpret.ts'
import { input } from '../src/graph/ops.ts'
import { backbone } from '../src/nn/backbones.ts'
import { sphere } from '../src/nn/sphere.ts'

const folder = new URL('./golden/torch/', import.meta.url)

/** The names CosFace_pytorch gives its sphere networks' tensors. */
const foreignNames = (units: readonly number[]): string[] => [
  ...units.flatMap((count, stage) => {
    const layer = `module.layer${stage + 1}`
    const unitNames = Array.from({ length: count }, (_, u) =>
      ['conv1', 'prelu1', 'conv2', 'prelu2'].map((part) => `${layer}.${u + 2}.${part}.weight`),
    )
    return [`${layer}.0.weight`, `${layer}.0.bias`, `${layer}.1.weight`, ...unitNames.flat()]
  }),
  'module.fc.weight',
  'module.fc.bias',
]

describe('foreign weights', () => {
  it.each([
    ['sphere20', [1, 2, 4, 1]],
    ['sphere64', [3, 7, 16, 3]],
  ] as const)('%s: each parameter has exactly one source', (name, units) => {
    const { parameters } = backbone(name, { size: { height: 112, width: 96 }, embeddingSize: 512 })
    const mapping = mapCheckpoint(foreignNames(units))
    expect(mapping.unused).toEqual([])
    expect([...mapping.parameters.keys()].sort()).toEqual(
      parameters.map((parameter) => parameter.name).sort(),
    )
  })

  it('give the embeddings that PyTorch computed', async () => {
    const content = new Uint8Array(await readFile(new URL('nested-zip.pth', folder)))
    const expected = JSON.parse(await readFile(new URL('expected.json', folder), 'utf8')) as {
      readonly embedding: readonly number[]
    }
    const network = sphere({
      units: [1, 2, 4, 1],
      channels: [2, 2, 3, 2],
      size: { height: 48, width: 32 },
      embeddingSize: 4,
    })
    const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]))
    const { parameters } = await loadMappedParameters(
      await openTorchCheckpoint(memoryFile(content, 'nested-zip.pth')),
      shapes,
    )
    const values = Object.fromEntries([...shapes].map(([name, shape]) => [name, input(name, shape)]))
    const { output } = network.build(input('pixels', [2, 3, 48, 32]), values, 'infer')
    const pixels = Float32Array.from({ length: 2 * 3 * 48 * 32 }, (_, i) => Math.sin(i))
    const feeds = Object.fromEntries([...parameters].map(([name, { data }]) => [name, data]))
    const { y } = interpret({ name: 'foreign', outputs: { y: output } }, { ...feeds, pixels })
    expect(y?.data.length).toBe(expected.embedding.length)
    expected.embedding.forEach((value, i) => expect(y?.data[i]).toBeCloseTo(value, 5))
  })
})
