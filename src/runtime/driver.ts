/** @file What the session asks of an ONNX runtime. */
import type { EmittedProgram } from '../onnx/program.ts'
import type { Device } from './session.ts'

export type DriverArray = Float32Array | Int32Array | Uint8Array

/** A loaded model. */
export interface Runner extends AsyncDisposable {
  /**
   * Runs the model. Arrays come in the order of the program's inputs and outputs; the returned ones hold the outputs.
   * Where the driver writes in place (`Driver.inPlace`), an output lands in the array given for it in `outputs`;
   * without one (or with another driver) it comes in fresh memory. Neither side may touch the arrays meanwhile.
   * @throws Error with the runtime's own message; the outputs given then hold anything
   */
  run(
    inputs: readonly DriverArray[],
    outputs?: readonly (DriverArray | undefined)[],
  ): Promise<readonly DriverArray[]>
}

/** How much the runtime may rewrite a model at load. */
export type OptimizationLevel = 'none' | 'basic' | 'extended' | 'all'

export interface LoadOptions {
  readonly device: Device
  readonly threads: number
  /** Default `all`. */
  readonly optimization?: OptimizationLevel
  /** The runtime's own switches, such as `session.disable_prepacking`. */
  readonly config?: Readonly<Record<string, string>>
  /** Writes a profile to a file of this prefix when the runner is disposed. */
  readonly profile?: string
  /** Keep freed memory for the next run; default true. */
  readonly arena?: boolean
  /** Plan the memory of a run from the one before; default true. */
  readonly memoryPattern?: boolean
}

/** An ONNX runtime behind two calls. */
export interface Driver extends AsyncDisposable {
  readonly name: 'native' | 'portable'
  /** Name and version of the runtime, for the fingerprint. */
  readonly runtime: string
  /** Whether `run` writes into the output arrays it is given. */
  readonly inPlace: boolean
  /** A length of −1 in the program's shapes (at most one a tensor) follows from the arrays given. */
  load(program: EmittedProgram, options: LoadOptions): Promise<Runner>
}
