/** @file The smallest useful model: y = x + x over [2, 3]. Drivers prove themselves on it. */
import { encodeOnnx } from '../onnx/encode.ts'
import type { EmittedProgram, ProgramTensor } from '../onnx/program.ts'

/** y = x + x, both float32 [2, 3]. */
export function additionProgram(): EmittedProgram {
  const shape = [2, 3]
  const model = encodeOnnx({
    name: 'addition',
    producer: 'cosface',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: [{ name: 'y', dtype: 'float32', shape }],
    nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
    initializers: new Map(),
    metadata: {},
  })
  const declared = (name: string): ProgramTensor => ({
    name,
    port: name,
    shape,
    dtype: 'float32',
    layout: 'plain',
  })
  return { model, inputs: [declared('x')], outputs: [declared('y')] }
}
