/** @file What the session asks of an ONNX runtime. */
import type { EmittedProgram } from '../onnx/program.ts'
import type { Device } from './session.ts'

export type DriverArray = Float32Array | Int32Array | Uint8Array

/** A loaded model. */
export interface Runner extends AsyncDisposable {
  /**
   * Runs the model. Outputs land in `outputs` where the driver can write into given memory, else in fresh arrays;
   * either way the returned arrays, in the order of the program's outputs, hold them.
   */
  run(inputs: readonly DriverArray[], outputs: readonly DriverArray[]): Promise<readonly DriverArray[]>
}

export interface LoadOptions {
  readonly device: Device
  readonly threads: number
}

/** An ONNX runtime behind two calls. */
export interface Driver extends AsyncDisposable {
  readonly name: 'native' | 'portable'
  /** Name and version of the runtime, for the fingerprint. */
  readonly runtime: string
  load(program: EmittedProgram, options: LoadOptions): Promise<Runner>
}
