import { describe, expect, test } from 'vitest'
import * as ops from '../graph/ops.ts'
import { interpret } from '../graph/interpret.ts'
import { verifyGraph } from '../graph/verify.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { backbone, backboneNames } from './backbones.ts'
import { initialise, initialiseResting } from './initialise.ts'
import type { Network } from './parameter.ts'
import { sphere } from './sphere.ts'

const options = { size: { height: 112, width: 96 }, embeddingSize: 512 }

const built = (network: Network, shape: readonly number[]) => {
  const values = Object.fromEntries(
    network.parameters.map(({ name, shape: own }) => [name, ops.input(name, own)]),
  )
  return network.build(ops.input('pixels', shape), values, 'train').output
}

describe('sphere backbones', () => {
  test.each([
    ['sphere4', 4],
    ['sphere10', 10],
    ['sphere20', 20],
    ['sphere36', 36],
    ['sphere64', 62],
  ])('%s has %i convolutions', (name, convolutions) => {
    const weights = backbone(name, options).parameters.filter(({ shape }) => shape.length === 4)
    expect(weights).toHaveLength(convolutions)
  })

  test('sphere20 ends in 21,504 features at 112x96, as SphereFace’s fc5 does', () => {
    const network = backbone('sphere20', options)
    expect(network.parameters.find(({ name }) => name === 'embedding.weight')?.shape).toEqual([512, 21_504])
    const output = built(network, [2, 3, 112, 96])
    expect(output.shape).toEqual([2, 512])
    verifyGraph({ name: 'sphere20', outputs: { output } })
  })

  test.each(backboneNames)('%s takes other sizes', (name) => {
    expect(
      built(backbone(name, { size: { height: 112, width: 112 }, embeddingSize: 64 }), [1, 3, 112, 112]).shape,
    ).toEqual([1, 64])
    expect(
      built(backbone(name, { size: { height: 37, width: 29 }, embeddingSize: 64 }), [1, 3, 37, 29]).shape,
    ).toEqual([1, 64])
  })

  test('weight decay spares biases and slopes, and nothing else', () => {
    for (const { name, decay } of backbone('sphere20', options).parameters) {
      expect(decay, name).toBe(!/\.(bias|slope)$/.test(name))
    }
  })

  test('residual convolutions have no bias, the first of each stage has one', () => {
    const names = backbone('sphere20', options).parameters.map(({ name }) => name)
    expect(names.filter((name) => name.endsWith('.bias'))).toEqual([
      'stage1.conv.bias',
      'stage2.conv.bias',
      'stage3.conv.bias',
      'stage4.conv.bias',
      'embedding.bias',
    ])
  })

  test('a residual unit adds what it computes to what it was given', () => {
    const network = sphere({ units: [1], channels: [2], size: { height: 4, width: 4 }, embeddingSize: 3 })
    const feeds = Object.fromEntries(
      network.parameters.map((parameter) => {
        const { data } = initialise(parameter, 3)
        return [parameter.name, parameter.name.includes('unit') ? data.map(() => 0) : data]
      }),
    )
    const pixels = Float32Array.from({ length: 48 }, (_, index) => Math.sin(index))
    const with0 = interpret({ name: 'n', outputs: { y: built(network, [1, 3, 4, 4]) } }, { ...feeds, pixels })
    const plain = sphere({ units: [0], channels: [2], size: { height: 4, width: 4 }, embeddingSize: 3 })
    const without = interpret({ name: 'n', outputs: { y: built(plain, [1, 3, 4, 4]) } }, { ...feeds, pixels })
    expect(with0['y']?.data).toEqual(without['y']?.data)
  })

  test('a name one slip away is suggested', () => {
    expect(() => backbone('spher20', options)).toThrow('did you mean sphere20?')
  })

  test('an input smaller than the stages is refused', () => {
    expect(() => backbone('sphere4', { size: { height: 9, width: 15 }, embeddingSize: 8 })).toThrow(
      'Expected `size`',
    )
  })
})

describe('initialisation', () => {
  const draw = (init: Parameters<typeof initialise>[0]['init'], name = 'w') =>
    initialise({ name, shape: [100, 90], init }, 5).data
  const std = (data: Float32Array) => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length)

  test('xavier is uniform in ±√(3 / fan in), so its standard deviation is 1/√(fan in)', () => {
    const data = draw({ kind: 'xavier', fanIn: 75 })
    expect(Math.max(...data)).toBeLessThanOrEqual(0.2)
    expect(std(data)).toBeCloseTo(1 / Math.sqrt(75), 2)
  })

  test('gaussian has its standard deviation', () => {
    expect(std(draw({ kind: 'gaussian', std: 0.01 }))).toBeCloseTo(0.01, 3)
  })

  test('each parameter has its own stream, fixed by seed and name', () => {
    const init = { kind: 'gaussian', std: 1 } as const
    expect(draw(init, 'a')).toEqual(draw(init, 'a'))
    expect(draw(init, 'a')).not.toEqual(draw(init, 'b'))
    expect(initialise({ name: 'a', shape: [4], init }, 1)).not.toEqual(
      initialise({ name: 'a', shape: [4], init }, 2),
    )
    expect(sizeOf([100, 90])).toBe(9000)
  })

  test('is the same when it is drawn with rests', async () => {
    const init = { kind: 'gaussian', std: 1 } as const
    const parameter = { name: 'a', shape: [600, 500], init }
    let rests = 0
    const rest = async (): Promise<void> => void rests++
    expect(await initialiseResting(parameter, 1, rest)).toEqual(initialise(parameter, 1))
    expect(rests).toBe(2)
  })
})

describe('where a sphere network starts', () => {
  const { parameters } = sphere({ units: [1, 1], channels: [32, 48], size: options.size, embeddingSize: 8 })
  const spread = (name: string): number => {
    const parameter = parameters.find((one) => one.name === name)
    if (parameter === undefined) throw new Error(`there is no ${name}`)
    const { data } = initialise(parameter, 7)
    return Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length)
  }

  test('the convolutions of residual units start at a deviation of 0.01, as SphereFace’s do', () => {
    for (const name of ['stage1.unit1.conv1', 'stage1.unit1.conv2', 'stage2.unit1.conv1'])
      expect(spread(`${name}.weight`) / 0.01, name).toBeCloseTo(1, 1)
  })

  test('those that open a stage start by Caffe’s xavier filler: a deviation of 1/√fanIn', () => {
    expect(spread('stage2.conv.weight') * Math.sqrt(32 * 9)).toBeCloseTo(1, 1)
    expect(spread('stage2.conv.bias')).toBe(0)
    expect(spread('stage1.prelu.slope')).toBeCloseTo(0.25, 6)
  })
})
