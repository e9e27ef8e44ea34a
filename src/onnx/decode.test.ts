import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../base/bytes.ts'
import { FormatError } from '../base/errors.ts'
import { readOnnx, withMetadata } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import type { OnnxModel } from './model.ts'

const weights = Float32Array.from({ length: 6 }, (_, i) => i / 4 - 0.5)
const model: OnnxModel = {
  name: 'tiny',
  producer: 'cosface',
  opsets: { '': 17, 'com.microsoft.nchwc': 1 },
  inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 2] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 3] }],
  nodes: [
    {
      op: 'Gemm',
      inputs: ['x', 'w'],
      outputs: ['y'],
      attributes: { alpha: { kind: 'float', value: 0.5 }, transB: { kind: 'int', value: 0 } },
    },
  ],
  initializers: new Map([['w', { dtype: 'float32', shape: [2, 3], bytes: bytesOf(weights) }]]),
  metadata: { b: 'ü', a: '1' },
}

describe('ONNX files', () => {
  test('what is written is read back', () => {
    const read = readOnnx(encodeOnnx(model), 'tiny.onnx')
    expect(read).toMatchObject({
      name: 'tiny',
      producer: 'cosface',
      opsets: { '': 17 },
      inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 2] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 3] }],
      metadata: { a: '1', b: 'ü' },
      operators: ['Gemm'],
    })
    expect(read.initializers.get('w')?.bytes).toEqual(bytesOf(weights))
  })

  test('constants are views into the file', () => {
    const bytes = encodeOnnx(model)
    expect(readOnnx(bytes, 'f').initializers.get('w')?.bytes.buffer).toBe(bytes.buffer)
  })

  test('metadata can be replaced, and nothing else changes', () => {
    const before = encodeOnnx(model)
    const after = withMetadata(before, { contract: '{}' })
    expect(readOnnx(after, 'f').metadata).toEqual({ contract: '{}' })
    expect(withMetadata(after, model.metadata)).toEqual(before)
  })

  test('rubbish, and every truncation, is a FormatError or still a whole model', () => {
    for (const text of ['', 'hello', '{"json": true}', '\u0000\u0001\u0002']) {
      expect(() => readOnnx(new TextEncoder().encode(text), 'photo.onnx')).toThrow(FormatError)
    }
    const bytes = encodeOnnx(model)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        (at, value) => {
          const broken = bytes.slice()
          broken[at] = value
          for (const candidate of [bytes.subarray(0, at), broken]) {
            try {
              readOnnx(candidate, 'f')
            } catch (error) {
              expect(error).toBeInstanceOf(FormatError)
            }
          }
        },
      ),
      { seed: 7, numRuns: 500 },
    )
    expect(() => readOnnx(bytes.subarray(0, bytes.length / 2), 'f')).toThrow(FormatError)
  })
})
