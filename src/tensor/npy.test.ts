import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeNpy, encodeNpy } from './npy.ts'
import { sizeOf } from './tensor.ts'
import type { Tensor } from './tensor.ts'

fc.configureGlobal({ seed: 1 })

const tensors = fc
  .array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
  .chain((shape) =>
    fc
      .float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) })
      .map((data): Tensor => ({ shape, data })),
  )

describe('npy', () => {
  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(tensors, fc.integer({ min: 0, max: 3 }), (value, shift) => {
        const file = encodeNpy(value)
        const moved = new Uint8Array(file.length + shift)
        moved.set(file, shift)
        expect(decodeNpy(moved.subarray(shift), 'x.npy')).toEqual(value)
      }),
    )
  })

  it('writes what numpy.save writes', () => {
    const file = encodeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
    expect(file).toHaveLength(128 + 24)
    expect(new TextDecoder('latin1').decode(file.subarray(0, 128))).toBe(
      `\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.padEnd(127) + '\n',
    )
    expect(new TextDecoder().decode(encodeNpy({ shape: [0], data: new Float32Array() }))).toContain('(0,)')
  })

  it('refuses every truncation', () => {
    const file = encodeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) })
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeNpy(file.subarray(0, length), 'cut.npy')).toThrowError(/^cut\.npy \(byte \d+\): /)
    }
  })

  it.each([
    ['<f4', '<f8', 'expected little-endian float32'],
    ['<f4', '|O8', 'expected little-endian float32'],
    ['False', 'True ', 'expected row-major order'],
    ['(3,)', '(4,)', 'expected 16 bytes of numbers for the shape [4], got 12'],
    ['(3,)', '(x,)', 'expected a shape'],
    ['NUMPY\x01', 'NUMPY\x07', 'expected format 1, 2 or 3, got 7'],
    ['NUMPY', 'numpy', 'not an .npy file'],
  ])('refuses %s made %s', (from, to, reason) => {
    const text = Buffer.from(encodeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) })).toString('latin1')
    const file = Uint8Array.from(Buffer.from(text.replace(from, to), 'latin1'))
    expect(() => decodeNpy(file, 'bad.npy')).toThrowError(reason)
  })
})
