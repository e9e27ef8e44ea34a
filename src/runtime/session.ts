/** @file The session: graphs that share a state, run on ONNX Runtime. The trainer knows only this interface. */
import type { Graph } from '../graph/value.ts'
import type { Plan } from '../onnx/plan.ts'
import type { IntTensor, Tensor } from '../tensor/tensor.ts'

/** Where graphs run. */
export type Device = 'cpu' | 'webgpu' | 'cuda'

/** What bits depend on: under an equal fingerprint a resumed run continues bit for bit. */
export interface Fingerprint {
  readonly runtime: string
  readonly driver: string
  readonly device: Device
  readonly cpu: string
  readonly threads: number
  readonly blockSize: number
  /** A hash of the lowering plan. */
  readonly plan: string
}

/** Graphs and the state they share. */
export interface SessionSpec {
  /** Names and canonical shapes of what stays between runs: parameters, optimizer state, buffers. All float32. */
  readonly state: Readonly<Record<string, readonly number[]>>
  /** A graph input named like a state reads it; an output named like a state replaces it; all else is fed and returned. */
  readonly programs: Readonly<Record<string, Graph>>
  readonly device: Device
  readonly threads: number
  /** The lowering plan to use; left out, it is chosen from the table. */
  readonly plan?: Plan
}

export type Feeds = Readonly<Record<string, Tensor | IntTensor>>
export type Results = Readonly<Record<string, Tensor>>

export interface RunOptions {
  /** A result that must be finite in every element, else the state stays as it was. */
  readonly guard?: string
}

/** Compiled programs over one state. Runs are strictly one after another. */
export interface Session extends AsyncDisposable {
  readonly driver: 'native' | 'portable'
  readonly fingerprint: Fingerprint
  readonly plan: Plan
  /** Runs one program; its state outputs replace the state unless the guard fails. */
  run(program: string, feeds: Feeds, options?: RunOptions): Promise<Results>
  /** A copy of the named states (all where none are named), in canonical layout. */
  readState(names?: readonly string[]): Promise<Map<string, Tensor>>
  /** Replaces the named states. @throws RangeError on an unknown name or a wrong shape; nothing is written then. */
  writeState(state: ReadonlyMap<string, Tensor>): Promise<void>
}

/** Makes sessions; the platform doors supply one. */
export type OpenSession = (spec: SessionSpec) => Promise<Session>
