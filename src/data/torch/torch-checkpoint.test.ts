import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { bytesOf, concatBytes } from '../../base/bytes.ts'
import { DataError, FormatError } from '../../base/errors.ts'
import { halfToNumber } from '../../base/half.ts'
import { memoryFile } from '../../base/random-access.ts'
import { bfloatToNumber } from './torch-checkpoint-elements.ts'
import { checkpointNamings, loadMappedParameters, mapCheckpoint } from './torch-checkpoint-map.ts'
import type { CheckpointTensor } from './torch-checkpoint.ts'
import { openTorchCheckpoint } from './torch-checkpoint.ts'

const folder = new URL('../../../test/golden/torch/', import.meta.url)
const bytesOfFile = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(name, folder)))
const open = async (name: string): ReturnType<typeof openTorchCheckpoint> =>
  openTorchCheckpoint(memoryFile(await bytesOfFile(name), name))

interface Expected {
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: readonly string[] }>
  >
  readonly tiny: Readonly<Record<string, { readonly shape: readonly number[]; readonly sum: number }>>
}
const expected = JSON.parse(await readFile(new URL('expected.json', folder), 'utf8')) as Expected
const number = (text: string): number => (text === 'inf' ? Infinity : Number(text))

/** Our names of the tiny network of the golden files. */
const tinyShapes = (): Map<string, readonly number[]> => {
  const widths = [3, 2, 2, 3, 2]
  const shapes = new Map<string, readonly number[]>()
  for (const [i, units] of [1, 2, 4, 1].entries()) {
    const [inputs = 0, outputs = 0] = widths.slice(i, i + 2)
    shapes.set(`stage${i + 1}.conv.weight`, [outputs, inputs, 3, 3])
    shapes.set(`stage${i + 1}.conv.bias`, [outputs])
    shapes.set(`stage${i + 1}.prelu.slope`, [outputs])
    for (let u = 1; u <= units; u++) {
      for (const half of [1, 2]) {
        shapes.set(`stage${i + 1}.unit${u}.conv${half}.weight`, [outputs, outputs, 3, 3])
        shapes.set(`stage${i + 1}.unit${u}.prelu${half}.slope`, [outputs])
      }
    }
  }
  return shapes.set('embedding.weight', [4, 12]).set('embedding.bias', [4])
}

describe('checkpoints that PyTorch wrote', () => {
  it.each(['zip', 'legacy'])('%s: every element type, stride and offset', async (format) => {
    const checkpoint = await open(`tensors-${format}.pth`)
    expect(checkpoint.format).toBe(format)
    expect([...checkpoint.tensors.keys()]).toEqual(Object.keys(expected.tensors))
    for (const [name, { shape, values }] of Object.entries(expected.tensors)) {
      const tensor = await checkpoint.tensors.get(name)?.read()
      expect(tensor?.shape, name).toEqual(shape)
      expect([...(tensor?.data ?? [])], name).toEqual(values.map((value) => Math.fround(number(value))))
    }
    expect(checkpoint.tensors.get('half')?.dtype).toBe('float16')
  })

  it.each(['zip', 'legacy'])('%s: nested, with an optimizer beside', async (format) => {
    const checkpoint = await open(`nested-${format}.pth`)
    const { mapping, parameters } = await loadMappedParameters(checkpoint, tinyShapes())
    expect(mapping.naming.name).toBe('CosFace_pytorch')
    expect(mapping.unused).toEqual([])
    const source = expected.tiny['layer3.4.conv2.weight']
    const sum = parameters.get('stage3.unit3.conv2.weight')?.data.reduce((total, value) => total + value, 0)
    expect(sum).toBeCloseTo(source?.sum ?? NaN, 4)
    const fc = expected.tiny['fc.bias']
    expect(parameters.get('embedding.bias')?.data.reduce((a, b) => a + b, 0)).toBeCloseTo(fc?.sum ?? NaN, 5)
    expect(parameters.size).toBe(Object.keys(expected.tiny).length)
  })

  it('reads a file that is one tensor', async () => {
    const checkpoint = await open('single-zip.pth')
    expect([...checkpoint.tensors.keys()]).toEqual([''])
    expect((await checkpoint.tensors.get('')?.read())?.shape).toEqual([4, 6])
  })
})

/** A zip file whose only entry is compressed. */
const zipOfOne = (name: string): Uint8Array => {
  const bytes = Buffer.alloc(4 + 46 + name.length + 22)
  bytes.write('PK\x03\x04', 0, 'latin1')
  bytes.write('PK\x01\x02', 4, 'latin1')
  bytes.writeUInt16LE(8, 4 + 10)
  bytes.writeUInt16LE(name.length, 4 + 28)
  bytes.write(name, 4 + 46, 'latin1')
  const end = 4 + 46 + name.length
  bytes.write('PK\x05\x06', end, 'latin1')
  bytes.writeUInt16LE(1, end + 10)
  bytes.writeUInt32LE(46 + name.length, end + 12)
  bytes.writeUInt32LE(4, end + 16)
  return bytes
}

describe('what is refused', () => {
  it.each(['zip', 'legacy'])('%s: a call of the system, by name', async (format) => {
    const opened = open(`hostile-${format}.pth`)
    await expect(opened).rejects.toThrow(FormatError)
    await expect(opened).rejects.toThrow('`posix system`')
  })

  it('a whole module, by name, and what to save instead', async () => {
    await expect(open('module-zip.pth')).rejects.toThrow(
      'the pickle names `__main__ Tiny`, which is not plain data; nothing was run; of a model saved whole, save its state_dict() alone',
    )
  })

  it('a traced model, as what it is', async () => {
    for (const [name, reason] of [
      ['traced/code/__torch__.py', 'traced.pt: a TorchScript archive; save `model.state_dict()` instead'],
      ['traced/data.pkl', 'the zip entry traced/data.pkl is compressed; checkpoints store theirs'],
    ] as const)
      await expect(openTorchCheckpoint(memoryFile(zipOfOne(name), 'traced.pt'))).rejects.toThrow(reason)
  })

  it.each(['tensors-zip.pth', 'tensors-legacy.pth'])('%s cut anywhere', async (name) => {
    const bytes = await bytesOfFile(name)
    for (let length = 0; length < bytes.length; length += 37) {
      const read = async (): Promise<void> => {
        const checkpoint = await openTorchCheckpoint(memoryFile(bytes.subarray(0, length), name))
        for (const tensor of checkpoint.tensors.values()) await tensor.read()
      }
      await expect(read(), `${length}`).rejects.toThrow(FormatError)
    }
  })

  it('a tensor larger than its storage', async () => {
    // strides of 0 over two elements
    const pickle =
      '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x02tQK\x00' +
      'J\x00\x00\x00\x01\x85K\x00\x85\x89)tR.'
    const parts = [
      '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.',
      '\x80\x02M\xe9\x03.',
      '\x80\x02}.',
      pickle,
      '\x80\x02]U\x010a.',
    ]
    const head = Uint8Array.from(parts.join(''), (letter) => letter.charCodeAt(0))
    const storage = concatBytes([bytesOf(BigInt64Array.of(2n)), bytesOf(Float32Array.of(1, 2))])
    const file = memoryFile(concatBytes([head, storage]), 'wide.pth')
    await expect(openTorchCheckpoint(file)).rejects.toThrow(
      '[16777216] does not fit its storage of 2 elements',
    )
  })

  it.each([
    ['', 'empty'],
    ['PK\x03\x04', 'no directory'],
    ['hello world', 'expected a PyTorch checkpoint'],
    ['\x80\x02K\x01.', 'does not begin as'],
  ])('%j', async (text, reason) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    await expect(openTorchCheckpoint(memoryFile(bytes, 'f'))).rejects.toThrow(reason)
  })
})

describe('mapping', () => {
  const tensors = (
    shapes: Readonly<Record<string, readonly number[]>>,
    value = 0,
  ): ReadonlyMap<string, CheckpointTensor> =>
    new Map(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        {
          shape,
          dtype: 'float32',
          read: async () => {
            const size = shape.reduce((a, b) => a * b, 1)
            return {
              shape,
              data: Float32Array.from({ length: size }, (_, i) => value + (name.endsWith('bias') ? 0 : i)),
            }
          },
        },
      ]),
    )

  it('knows our own names behind any prefix', () => {
    const mapping = mapCheckpoint(['model.stage1.unit1.conv1.weight', 'model.embedding.bias', 'other'])
    expect(mapping.naming.name).toBe('cosface')
    expect(mapping.parameters.get('stage1.unit1.conv1.weight')?.source).toBe(
      'model.stage1.unit1.conv1.weight',
    )
    expect(mapping.unused).toEqual(['other'])
  })

  it('asks which is meant where several sets are whole', () => {
    const set = (prefix: string): string[] => [`${prefix}layer1.0.weight`, `${prefix}fc.weight`]
    const two = [...set('state_dict.module.'), ...set('ema.'), 'optimizer.state.0.exp_avg']
    expect(() => mapCheckpoint(two)).toThrow(
      'There are 2 whole sets of weights: ema (2 tensors), state_dict.module (2 tensors). Say which is meant: cosface import FILE --weights-under ema or state_dict.module',
    )
    expect(mapCheckpoint(two, 'state_dict').prefix).toBe('state_dict.module.')
    expect(mapCheckpoint(two, 'ema').prefix).toBe('ema.')
    expect(mapCheckpoint([...set(''), ...set('ema.')], '.').prefix).toBe('')
    expect(() => mapCheckpoint(two, 'state')).toThrow(
      '--weights-under must name one whole set of weights, got "state"',
    )
    // what is left of another network is no whole set
    expect(
      mapCheckpoint([...set('a.'), 'b.layer1.0.weight', 'b.layer1.0.bias', 'b.layer2.0.bias']).prefix,
    ).toBe('b.')
  })

  it('maps SphereFace names, needs their biases zero and turns their head', async () => {
    const shapes = {
      'conv1_1.weight': [2, 3],
      'conv1_3.weight': [2, 2],
      'conv1_3.bias': [2],
      'relu1_2.weight': [2],
      'fc6.weight': [2, 3],
    }
    const wanted = new Map<string, readonly number[]>([
      ['stage1.conv.weight', [2, 3]],
      ['stage1.unit1.conv2.weight', [2, 2]],
      ['stage1.unit1.prelu1.slope', [2]],
      ['head.weight', [3, 2]],
    ])
    const { parameters } = await loadMappedParameters({ tensors: tensors(shapes) }, wanted)
    expect([...(parameters.get('head.weight')?.data ?? [])]).toEqual([0, 3, 1, 4, 2, 5])
    const biased = loadMappedParameters({ tensors: tensors(shapes, 1) }, wanted)
    await expect(biased).rejects.toThrow('conv1_3.bias is not zero')
  })

  it('lists what does not fit', async () => {
    const found = {
      tensors: tensors({ 'layer1.0.weight': [2, 3, 3, 3], 'layer1.0.bias': [3], 'fc.weight': [1, 1] }),
    }
    const wanted = new Map<string, readonly number[]>([
      ['stage1.conv.weight', [2, 3, 3, 3]],
      ['stage1.conv.bias', [2]],
      ['stage1.prelu.slope', [2]],
    ])
    const load = loadMappedParameters(found, wanted)
    await expect(load).rejects.toThrow(DataError)
    await expect(load).rejects.toThrow(
      'layer1.0.bias is [3], stage1.conv.bias is [2]; layer1.1.weight (stage1.prelu.slope) is missing',
    )
    await expect(load).rejects.toThrow('embedding.weight is not in the network')
    expect(() => mapCheckpoint(['conv1.weight'])).toThrow(
      'Expected the tensors of a sphere network, got 1 other: conv1.weight',
    )
  })

  it('names what is missing as the file would, prefix and all', async () => {
    const shapes = { 'module.layer1.0.weight': [2, 3, 3, 3], 'module.fc.weight': [1, 1] }
    const wanted = new Map([
      ['stage1.conv.weight', [2, 3, 3, 3]],
      ['embedding.weight', [1, 1]],
      ['embedding.bias', [1]],
    ])
    await expect(loadMappedParameters({ tensors: tensors(shapes) }, wanted)).rejects.toThrow(
      'does not fit the network: module.fc.bias (embedding.bias) is missing',
    )
  })

  it('has a name of its own for every parameter in every naming', () => {
    const ours = [...tinyShapes().keys()]
    for (const naming of checkpointNamings) {
      const { naming: found, parameters } = mapCheckpoint(ours.map(naming.theirs))
      expect(found.name).toBe(naming.name)
      expect([...parameters.keys()]).toEqual(ours)
    }
  })

  it('tells how each foreign naming is fed', () => {
    expect(checkpointNamings.slice(1).every(({ input }) => input !== undefined)).toBe(true)
  })
})

describe('narrow floats', () => {
  it('follow IEEE', () => {
    expect([0x3c00, 0xc000, 0x7bff, 1, 0x8000, 0x7c00].map(halfToNumber)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      -0,
      Infinity,
    ])
    expect(halfToNumber(0x7e00)).toBeNaN()
    expect([0x3f80, 0xc049].map(bfloatToNumber)).toEqual([1, -3.140625])
  })
})
