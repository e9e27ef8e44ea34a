import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryFile } from '../base/random-access.ts'
import { decodeSafetensors, encodeSafetensors, openSafetensors } from './safetensors.ts'
import { sizeOf } from './tensor.ts'
import type { IntTensor, Tensor } from './tensor.ts'

fc.configureGlobal({ seed: 1 })

const tensors = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const constraints = { minLength: sizeOf(shape), maxLength: sizeOf(shape) }
  return fc.oneof(
    fc.float32Array(constraints).map((data): Tensor | IntTensor => ({ shape, data })),
    fc.int32Array(constraints).map((data): Tensor | IntTensor => ({ shape, data })),
  )
})
const names = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__metadata__')

const withHeader = (header: string, data: number): Uint8Array => {
  const text = new TextEncoder().encode(header)
  const file = new Uint8Array(8 + text.length + data)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

describe('safetensors', () => {
  it('gives back what it wrote, in order, wherever it lies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, tensors), { maxLength: 5 }),
        fc.dictionary(names, fc.string()),
        fc.integer({ min: 0, max: 3 }),
        (entries, notes, shift) => {
          const written = new Map(entries)
          const file = encodeSafetensors(written, notes)
          const moved = new Uint8Array(file.length + shift)
          moved.set(file, shift)
          const read = decodeSafetensors(moved.subarray(shift), 'x')
          expect(read.tensors).toEqual(written)
          expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(notes)))
        },
      ),
    )
  })

  it('starts the numbers at a multiple of eight', () => {
    const file = encodeSafetensors(new Map([['w', { shape: [1], data: Float32Array.of(1) }]]))
    expect((file.length - 4) % 8).toBe(0)
    expect(new TextDecoder().decode(file.subarray(8, -4)).trimEnd()).toBe(
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    )
  })

  it('refuses every truncation, naming the byte', () => {
    const file = encodeSafetensors(
      new Map<string, Tensor | IntTensor>([
        ['w', { shape: [2], data: Float32Array.of(1, 2) }],
        ['i', { shape: [], data: Int32Array.of(3) }],
      ]),
    )
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length), 'cut')).toThrowError(/^cut \(byte \d+\): /)
    }
    expect(() => decodeSafetensors(Uint8Array.of(...file, 0), 'long')).toThrowError(
      '1 bytes follow the last tensor',
    )
  })

  it.each([
    ['{', 0, 'the header is no JSON'],
    ['[]', 0, 'the header is no JSON object'],
    ['{"w":3}', 0, 'the entry of w is no object'],
    ['{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8, 'w has the type F64'],
    ['{"w":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}', 4, 'w has the type toString'],
    ['{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4, 'w has no valid shape'],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4, 'w has no valid offsets'],
    [
      '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      4,
      'w of shape [2] takes 8 bytes, its offsets give 4',
    ],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8, 'w starts at 4, expected 0'],
    [
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      'v starts at 0, expected 4',
    ],
    [
      '{"w":{"dtype":"F32","shape":[9000000,9000000],"data_offsets":[0,4]}}',
      4,
      'takes 324000000000000 bytes',
    ],
    ['{"__metadata__":{"a":1}}', 0, '__metadata__.a is no text'],
    ['{"__metadata__":"a"}', 0, '__metadata__ is no object'],
    ['{"__metadata__":null}', 0, '__metadata__ is no object'],
  ])('refuses %s, read whole or opened', async (header, data, reason) => {
    const bytes = withHeader(header, data)
    expect(() => decodeSafetensors(bytes, 'bad')).toThrowError(reason)
    // other types are read by whoever opens the file
    if (!header.includes('F64'))
      await expect(openSafetensors(memoryFile(bytes, 'bad'))).rejects.toThrow(reason)
  })

  it('does not believe a header length', () => {
    const file = withHeader('{}', 0)
    new DataView(file.buffer).setBigUint64(0, 2n ** 40n, true)
    expect(() => decodeSafetensors(file, 'bad')).toThrowError('too long')
    new DataView(file.buffer).setBigUint64(0, 2n ** 60n, true)
    expect(() => decodeSafetensors(file, 'bad')).toThrowError('too long')
  })
})
