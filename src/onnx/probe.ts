/** @file Finds the runtime's block size by looking at how it lays out a tiny tensor, and proves one convolution by it. */
import type { EmittedProgram, ProgramTensor } from './program.ts'
import { encodeOnnx } from './encode.ts'
import { packLayout } from './layout.ts'
import { blockedDomain, int, ints } from './lowering.ts'
import type { OnnxNode } from './model.ts'

/** Runs a program once; arrays in the order of its inputs and outputs. Rejects where the runtime refuses it. */
export type RunOnce = (
  program: EmittedProgram,
  inputs: readonly (Float32Array | Int32Array | Uint8Array)[],
) => Promise<readonly (Float32Array | Int32Array | Uint8Array)[]>

// enough channels that blocks of 8 and of 16 both divide them and look different
const channels = 16
const side = 3
const shape = [1, channels, side, side]

const port = (name: string, lengths: readonly number[]): ProgramTensor => ({
  name,
  port: name,
  shape: lengths,
  dtype: 'float32',
  layout: 'plain',
})

const program = (
  name: string,
  nodes: readonly OnnxNode[],
  inputs: readonly ProgramTensor[],
  outputs: readonly ProgramTensor[],
): EmittedProgram => {
  const model = encodeOnnx({
    name,
    producer: 'cosface',
    opsets: { '': 17, [blockedDomain]: 1 },
    inputs,
    outputs,
    nodes,
    initializers: new Map(),
    metadata: {},
  })
  return { model, inputs, outputs }
}

/** x [1, 16, 3, 3] → the same numbers as the runtime's blocked layout has them. */
export function reorderProgram(): EmittedProgram {
  const node = { op: 'ReorderInput', domain: blockedDomain, inputs: ['x'], outputs: ['y'], attributes: {} }
  return program('probe', [node], [port('x', shape)], [port('y', shape)])
}

/** x [1, 16, 3, 3], blocked weights [16, 16, 3, 3] → their convolution, in the plain layout again. */
export function convolutionProgram(): EmittedProgram {
  const attributes = {
    kernel_shape: ints([3, 3]),
    pads: ints([1, 1, 1, 1]),
    strides: ints([1, 1]),
    group: int(1),
  }
  const nodes: OnnxNode[] = [
    { op: 'ReorderInput', domain: blockedDomain, inputs: ['x'], outputs: ['b'], attributes: {} },
    { op: 'Conv', domain: blockedDomain, inputs: ['b', 'w'], outputs: ['c'], attributes },
    {
      op: 'ReorderOutput',
      domain: blockedDomain,
      inputs: ['c'],
      outputs: ['y'],
      attributes: { channels: int(channels) },
    },
  ]
  return program(
    'probe',
    nodes,
    [port('x', shape), port('w', [channels, channels, 3, 3])],
    [port('y', shape)],
  )
}

/** The block size under which `reordered` is the blocked form of `plain`, if there is one. */
export function blockSizeOf(plain: Float32Array, reordered: ArrayLike<number>): number | undefined {
  return [16, 8, 4].find((block) => {
    const expected = packLayout({ shape, data: plain }, 'blocked', block)
    return expected.every((value, index) => value === reordered[index])
  })
}

/** Whole numbers, so that every right answer is exact. */
const numbers = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((i * 7919) % 13) - 6)

const convolved = (x: Float32Array, w: Float32Array): Float32Array =>
  Float32Array.from({ length: x.length }, (_, at) => {
    const [o, row, column] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3]
    let sum = 0
    for (let i = 0; i < channels; i++) {
      for (let tap = 0; tap < 9; tap++) {
        const [r, c] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1]
        if (r < 0 || r >= side || c < 0 || c >= side) continue
        sum += (x[i * 9 + r * 3 + c] ?? NaN) * (w[(o * channels + i) * 9 + tap] ?? NaN)
      }
    }
    return sum
  })

/**
 * The number of channels to a block of the runtime's blocked layout: 16 on AVX-512, 8 on AVX2; 1 where there is none,
 * or where a convolution on it does not give the right numbers.
 */
export async function probeBlockSize(run: RunOnce): Promise<number> {
  try {
    const x = Float32Array.from({ length: channels * side * side }, (_, index) => index)
    const [reordered] = await run(reorderProgram(), [x])
    const block = reordered === undefined ? undefined : blockSizeOf(x, reordered)
    if (block === undefined) return 1
    const pixels = numbers(x.length)
    const weights = numbers(channels * channels * 9)
    const packed = packLayout({ shape: [channels, channels, 3, 3], data: weights }, 'blocked-weight', block)
    const [result] = await run(convolutionProgram(), [pixels, packed])
    const wanted = convolved(pixels, weights)
    return result !== undefined && wanted.every((value, index) => value === result[index]) ? block : 1
  } catch {
    // the runtime has no such operators
    return 1
  }
}
