import { describe, expect, test } from 'vitest'
import { readOnnx } from './decode.ts'
import { packLayout } from './layout.ts'
import { probeBlockSize, type RunOnce } from './probe.ts'

const floats = (array: Float32Array | Int32Array | Uint8Array | undefined): Float32Array =>
  Float32Array.from(array ?? [])

/** A runtime whose layout has blocks of `block`; its convolution is right, or all zeros. */
const runtime =
  (block: number, convolution: (x: Float32Array, w: Float32Array) => Float32Array): RunOnce =>
  async (program, inputs) => {
    const { operators } = readOnnx(program.model, 'probe')
    const x = floats(inputs[0])
    if (operators.some((name) => name.endsWith(':Conv'))) return [convolution(x, floats(inputs[1]))]
    return [packLayout({ shape: [1, 16, 3, 3], data: x }, 'blocked', block)]
  }

describe('the block size', () => {
  test('a runtime that lays out blocks but convolves wrongly is not trusted', async () => {
    for (const block of [8, 16]) expect(await probeBlockSize(runtime(block, (x) => x))).toBe(1)
  })

  test('a runtime without the operators has no blocked layout', async () => {
    const refuse: RunOnce = async () => Promise.reject(new Error('ReorderInput is not a registered function'))
    expect(await probeBlockSize(refuse)).toBe(1)
  })

  test.each([16, 8])('blocks of %i are recognised, and their convolution checked', async (block) => {
    const right = (x: Float32Array, w: Float32Array): Float32Array => {
      // the weights arrive as [O/B, I/B, k, k, Bi, Bo]: read them back one by one
      const at = (o: number, i: number, tap: number): number =>
        w[
          (((Math.floor(o / block) * (16 / block) + Math.floor(i / block)) * 9 + tap) * block + (i % block)) *
            block +
            (o % block)
        ] ?? 0
      return x.map((_, index) => {
        const [o, row, column] = [Math.floor(index / 9), Math.floor(index / 3) % 3, index % 3]
        let sum = 0
        for (let i = 0; i < 16; i++) {
          for (let tap = 0; tap < 9; tap++) {
            const [r, c] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1]
            if (r >= 0 && r < 3 && c >= 0 && c < 3) sum += (x[i * 9 + r * 3 + c] ?? 0) * at(o, i, tap)
          }
        }
        return sum
      })
    }
    expect(await probeBlockSize(runtime(block, right))).toBe(block)
    // weights read in the wrong order must be noticed
    expect(await probeBlockSize(runtime(block, (x, w) => right(x, w.toReversed())))).toBe(1)
  })
})
