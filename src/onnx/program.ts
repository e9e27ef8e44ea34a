/** @file A graph in ONNX form, ready for a runtime. */
import type { DType } from '../tensor/tensor.ts'
import type { Layout } from './plan.ts'

/** One input or output of an emitted model. */
export interface ProgramTensor {
  readonly name: string
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
