/** @file A graph in ONNX form, ready for a runtime. */
import type { DType } from '../tensor/tensor.ts'
import type { Layout } from './plan.ts'

/** One input or output of an emitted model. */
export interface ProgramTensor {
  /** Its name in the graph; an output that replaces a state has the state's name. */
  readonly name: string
  /** Its name in the model, which the runtime is called with: ONNX wants outputs named unlike inputs. */
  readonly port: string
  /** The shape as declared in the model. */
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly layout: Layout
}

/** An encoded ONNX model with what a driver must know to feed it. */
export interface EmittedProgram {
  readonly model: Uint8Array
  readonly inputs: readonly ProgramTensor[]
  readonly outputs: readonly ProgramTensor[]
}

/** A float32 port of a model from elsewhere, which keeps its own name and layout. */
export function plainPort(name: string, shape: readonly number[]): ProgramTensor {
  return { name, port: name, shape, dtype: 'float32', layout: 'plain' }
}
