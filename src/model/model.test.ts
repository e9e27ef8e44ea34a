import { describe, expect, it } from 'vitest'
import { input, matmul, reshape } from '../graph/ops.ts'
import { random } from '../base/random.ts'
import { readOnnx } from '../onnx/decode.ts'
import { withMetadata } from '../onnx/decode.ts'
import { makeBundle } from './bundle.ts'
import type { Bundle } from './bundle.ts'
import { contractOf, withFlip } from './contract-id.ts'
import { foreignContract, ownContract } from './foreign.ts'
import { contractMetadata, readContract } from './metadata.ts'
import { checkParity, parity } from './parity.ts'
import { modelPorts } from './ports.ts'

const tiny = (seed: number, std = 128): Bundle => {
  const stream = random(seed, 'weights')
  const pixels = input('pixels', [2, 3, 4, 4])
  const embedding = matmul(reshape(pixels, [2, 48]), input('w', [48, 5]))
  return makeBundle({
    graph: { name: 'tiny', outputs: { embedding } },
    weights: new Map([
      ['w', { shape: [48, 5], data: Float32Array.from({ length: 240 }, () => stream.normal()) }],
      ['head.weight', { shape: [1], data: Float32Array.of(1) }],
    ]),
    contract: {
      channels: 'rgb',
      mean: 127.5,
      std,
      flip: 'concat',
      training: { identities: 7, loss: 'cosface' },
    },
  })
}

const { bytes, contract } = tiny(1)
const metadata = contractMetadata(contract)
const edited = (change: object): Readonly<Record<string, string>> => ({
  'cosface.contract': JSON.stringify({ ...contract, ...change }),
})

describe('makeBundle', () => {
  it('holds standard operations, its weights and its contract', () => {
    const file = readOnnx(bytes, 'tiny.onnx')
    expect(file.operators.every((operator) => !operator.includes(':'))).toBe(true)
    expect(file.inputs).toEqual([{ name: 'pixels', dtype: 'float32', shape: ['N', 3, 4, 4] }])
    expect(file.outputs).toEqual([{ name: 'embedding', dtype: 'float32', shape: ['N', 5] }])
    expect(file.initializers.has('w')).toBe(true)
    expect(file.initializers.has('head.weight')).toBe(false)
    expect(readContract(file.metadata, 'tiny.onnx')).toEqual(contract)
    expect(contract).toMatchObject({
      schema: 'cosface-model/1',
      input: { height: 4, width: 4 },
      embeddingSize: 5,
      templateSize: 10,
      training: { identities: 7, loss: 'cosface' },
    })
  })

  it('gives equal bytes and ids for equal parts, other ids for other weights or pixels', () => {
    expect(tiny(1)).toEqual({ bytes, contract })
    expect(tiny(2).contract.id).not.toBe(contract.id)
    expect(tiny(1, 127.5).contract.id).not.toBe(contract.id)
    expect(tiny(1, 127.5).contract.weights).toBe(contract.weights)
  })

  it('refuses a graph whose weights are missing', () => {
    const embedding = matmul(reshape(input('pixels', [1, 3, 4, 4]), [1, 48]), input('w', [48, 5]))
    const parts = {
      weights: new Map(),
      contract: { channels: 'rgb', mean: 0, std: 1, flip: 'none' },
    } as const
    expect(() => makeBundle({ ...parts, graph: { name: 'g', outputs: { embedding } } })).toThrowError(
      'no weights for w',
    )
    expect(() => makeBundle({ ...parts, graph: { name: 'g', outputs: { other: embedding } } })).toThrowError(
      'Expected a graph from `pixels`',
    )
  })
})

describe('readContract', () => {
  it('finds none in other models', () => {
    expect(readContract({}, 'x.onnx')).toBeUndefined()
  })

  it('refuses images larger than any model takes', () => {
    const input = { height: 65_536, width: 65_536 }
    expect(() => readContract(edited({ input }), 'm.onnx')).toThrow(
      'contract is not understood: input.height',
    )
  })

  it('survives being carried to another file', () => {
    const moved = withMetadata(bytes, { ...metadata, author: 'somebody' })
    expect(readContract(readOnnx(moved, 'x').metadata, 'x')).toEqual(contract)
  })

  it.each([
    [{ 'cosface.contract': '{' }, 'is no JSON'],
    [edited({ schema: 'cosface-model/2' }), 'is not understood: schema'],
    [edited({ std: 0 }), 'is not understood: std'],
    [edited({ mean: 120 }), 'its id does not follow from it'],
    [edited({ flip: 'none' }), 'its id does not follow from it'],
    [edited({ templateSize: 5 }), 'its id does not follow from it'],
  ])('refuses %j', (wrong, reason) => {
    expect(() => readContract(wrong, 'x.onnx')).toThrowError(reason)
  })
})

describe('withFlip', () => {
  it('changes the template and with it the id', () => {
    const none = withFlip(contract, 'none')
    expect(none).toMatchObject({ flip: 'none', templateSize: 5, weights: contract.weights })
    expect(none.id).not.toBe(contract.id)
    expect(withFlip(none, 'concat')).toEqual(contract)
  })
})

describe('ownContract', () => {
  it('allows another flip rule and what the contract says anyway', () => {
    expect(ownContract(contract, {}, 'm')).toBe(contract)
    expect(ownContract(contract, { std: 128, channels: 'rgb', size: { height: 4, width: 4 } }, 'm')).toBe(
      contract,
    )
    expect(ownContract(contract, { flip: 'sum' }, 'm')).toEqual(withFlip(contract, 'sum'))
  })

  it.each([
    [{ std: 127.5 }, 'm carries its own contract, with std 128; leave --std 127.5 out'],
    [{ size: { height: 112, width: 96 } }, 'with size 4x4; leave --size 112x96 out'],
    [{ channels: 'bgr' as const }, 'with channels rgb; leave --channels bgr out'],
  ])('refuses to be contradicted by %j', (options, reason) => {
    expect(() => ownContract(contract, options, 'm')).toThrowError(reason)
  })
})

describe('foreignContract', () => {
  const ports = { input: 'x', output: 'y', batch: 1, height: 112, width: 112, embeddingSize: 128 }
  const open = { ...ports, height: undefined, width: undefined }

  it('fills in what is not said, once something is', () => {
    expect(foreignContract(ports, { channels: 'bgr' }, 'm.onnx')).toEqual({
      input: { height: 112, width: 112 },
      channels: 'bgr',
      mean: 127.5,
      std: 128,
      flip: 'concat',
    })
  })

  it('says what to say', () => {
    expect(() => foreignContract(ports, {}, 'm.onnx')).toThrowError(
      'm.onnx does not say how images enter it. Say so, for instance --channels rgb --mean 127.5 --std 128 --flip concat',
    )
    expect(() => foreignContract(open, {}, 'm.onnx')).toThrowError(
      'for instance --size 112x112 --channels rgb',
    )
    expect(() => foreignContract(open, { flip: 'sum' }, 'm.onnx')).toThrowError('takes images of any size')
    expect(() => foreignContract(ports, { size: { height: 112, width: 96 } }, 'm.onnx')).toThrowError(
      'm.onnx takes images of 112x112; --size 112x96 does not fit',
    )
    expect(() => foreignContract(ports, { std: 0 }, 'm.onnx')).toThrowError('Expected `std` to be')
  })
})

describe('modelPorts', () => {
  const float = (name: string, shape: readonly (number | string)[] | undefined) =>
    ({ name, dtype: 'float32', shape }) as const
  const file = readOnnx(bytes, 'x')
  const image = [float('x', ['N', 3, 112, 112])]

  it('reads fixed and open lengths', () => {
    expect(
      modelPorts({ ...file, inputs: [float('x', [1, 3, 112, 96])], outputs: [float('y', [1, 512])] }, 'x'),
    ).toEqual({ input: 'x', output: 'y', batch: 1, height: 112, width: 96, embeddingSize: 512 })
    expect(
      modelPorts(
        { ...file, inputs: [float('x', ['N', 3, 'h', 'w'])], outputs: [float('y', undefined)] },
        'x',
      ),
    ).toEqual({
      input: 'x',
      output: 'y',
      batch: undefined,
      height: undefined,
      width: undefined,
      embeddingSize: undefined,
    })
  })

  it('takes the embedding where there are other outputs', () => {
    const outputs = [float('score', ['N', 1]), float('embedding', ['N', 512]), float('map', ['N', 9, 7, 7])]
    expect(modelPorts({ ...file, inputs: image, outputs }, 'x').output).toBe('embedding')
    expect(
      modelPorts({ ...file, inputs: image, outputs: [float('c', ['N', 512, 1, 1])] }, 'x').embeddingSize,
    ).toBe(512)
  })

  it.each([
    [[float('x', ['N', 112, 112, 3])], [float('y', ['N', 5])], 'channels come last there'],
    [
      [float('x', ['N', 112])],
      [float('y', ['N', 5])],
      'expected one float32 input [N, 3, H, W], got x (float32 [N, 112])',
    ],
    [[...image, float('z', ['N', 3, 8, 8])], [float('y', ['N', 5])], 'expected one float32 input'],
    [
      image,
      [float('a', ['N', 9, 4]), float('b', ['N', 9, 1, 2])],
      'expected one output of shape [N, D], got a (float32',
    ],
    [image, [float('a', ['N', 9]), float('b', ['N', 9])], 'expected one output of shape [N, D]'],
  ])('refuses what is no embedding model', (inputs, outputs, reason) => {
    expect(() => modelPorts({ ...file, inputs, outputs }, 'det.onnx')).toThrowError(reason)
  })
})

describe('parity', () => {
  const pixels = Float32Array.of(1, 2, 3, 4, -1, 2)
  const identity = async (values: Float32Array): Promise<Float32Array> => values.slice()

  it('is nothing for equal embeddings of any length', async () => {
    const other = async (values: Float32Array): Promise<Float32Array> => values.map((value) => 4 * value)
    const { maxCosineDifference } = await parity(identity, other, pixels, 3)
    expect(maxCosineDifference).toBeLessThan(1e-15)
    expect(() => checkParity({ maxCosineDifference, images: 3 })).not.toThrow()
  })

  it('sees a small turn of one image through its cosines to others', async () => {
    // by 0.001 rad: 1 − cos is 5e-7, but cosines to other images move by up to 1e-3
    const turn = async (values: Float32Array): Promise<Float32Array> => {
      const [x = NaN, y = NaN, ...others] = values
      return Float32Array.of(x - 0.001 * y, y + 0.001 * x, ...others)
    }
    const result = await parity(identity, turn, pixels, 3)
    expect(result.maxCosineDifference).toBeGreaterThan(1e-4)
    expect(() => checkParity(result)).toThrowError(/on 3 images max \|Δcos\| is \d\.\de-4, more than 1e-4/)
  })

  it('refuses what cannot be compared', async () => {
    const shorter = async (values: Float32Array): Promise<Float32Array> => values.slice(3)
    await expect(parity(identity, shorter, pixels, 3)).rejects.toThrowError('different sizes: 2 and 1')
    const zero = async (values: Float32Array): Promise<Float32Array> => new Float32Array(values.length)
    await expect(parity(identity, zero, pixels, 3)).rejects.toThrowError('zero or not finite')
  })
})

it('gives contracts of equal parts equal ids, whatever else is noted', () => {
  const { schema: _, id: __, templateSize: ___, training: ____, ...parts } = contract
  expect(contractOf({ ...parts, license: 'mine' }).id).toBe(contract.id)
  expect(contractOf({ ...parts, alignmentPoints: [{ x: 1, y: 2 }] }).id).not.toBe(contract.id)
})
