import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, concatBytes } from '../base/bytes.ts'
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

  // as numpy.save(file, numpy.array([[1, -2.5, 3], [0.1, 65504, 6e-8]], dtype).T or not) writes them
  const rows = [1, -2.5, 3, 0.1, 65504, 6e-8]
  const saved = (descr: string, order: 'True' | 'False', shape: string, numbers: Uint8Array): Uint8Array => {
    const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + '\n'
    return concatBytes([
      Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0),
      new TextEncoder().encode(text),
      numbers,
    ])
  }
  const halves = Uint16Array.of(0x3c00, 0xc100, 0x4200, 0x2e66, 0x7bff, 0x0001)

  it.each([
    ['<f8', bytesOf(Float64Array.from(rows)), rows.map(Math.fround)],
    ['<f4', bytesOf(Float32Array.from(rows)), rows.map(Math.fround)],
    ['<f2', bytesOf(halves), [1, -2.5, 3, 0.0999755859375, 65504, 2 ** -24]],
  ])('reads %s, in either order of axes', (descr, numbers, wanted) => {
    const data = Float32Array.from(wanted)
    expect(decodeNpy(saved(descr, 'False', '(2, 3)', numbers), 'x.npy')).toEqual({ shape: [2, 3], data })
    // the same numbers, the first axis running fastest
    const turned = Float32Array.from([0, 3, 1, 4, 2, 5], (place) => data[place] ?? NaN)
    const read = decodeNpy(saved(descr, 'True', '(3, 2)', numbers), 'x.npy')
    expect(read).toEqual({ shape: [3, 2], data: turned })
  })

  it('reads what Python 2 wrote, keys in any order', () => {
    const text = "{'shape': (1L, 2L), 'fortran_order': False, \"descr\": '<f4'}".padEnd(117) + '\n'
    const head = [Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0), new TextEncoder().encode(text)]
    const file = concatBytes([...head, bytesOf(Float32Array.of(1, 2))])
    expect(decodeNpy(file, 'x.npy')).toEqual({ shape: [1, 2], data: Float32Array.of(1, 2) })
  })

  it('refuses every truncation', () => {
    const file = encodeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) })
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeNpy(file.subarray(0, length), 'cut.npy')).toThrowError(/^cut\.npy \(byte \d+\): /)
    }
  })

  it.each([
    ['<f4', '<f8', 'expected 24 bytes of numbers for the shape [3], got 12'],
    [
      '<f4',
      '>f4',
      "expected little-endian floats (<f2, <f4, <f8), got big-endian numbers >f4; save it by np.save(file, np.ascontiguousarray(x, dtype='<f4'))",
    ],
    ['<f4', '|O8', 'got |O8; save it by'],
    ['<f4', '<i8', 'got <i8; save it by'],
    ['False', 'Never', 'expected `fortran_order`'],
    ['(3,)', '(4,)', 'expected 16 bytes of numbers for the shape [4], got 12'],
    ['(3,)', '(x,)', 'expected a shape'],
    ['(3,)', 'None', 'expected a shape'],
    ['NUMPY\x01', 'NUMPY\x07', 'expected format 1, 2 or 3, got 7'],
    ['NUMPY', 'numpy', 'not an .npy file'],
    ['}      ', "'x': 1}", 'got "x"'],
    ["'shape'", "'descr'", 'not a dict of plain values'],
    ['}      ', '} + {} ', 'not a dict of plain values'],
    ['(3,)', '((3)', 'not a dict of plain values'],
    ['(3,)', '3   ', 'expected a shape'],
  ])('refuses %s made %s', (from, to, reason) => {
    const text = Buffer.from(encodeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) })).toString('latin1')
    const file = Uint8Array.from(Buffer.from(text.replace(from, to), 'latin1'))
    expect(() => decodeNpy(file, 'bad.npy')).toThrowError(reason)
  })
})
