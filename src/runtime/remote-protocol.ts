/**
 * @file What is said between a thread that wants graphs run and a worker that runs them. The whole session, state
 * included, lives in the worker; feeds are copied into messages, results are transferred out of it.
 */
import type { EmittedProgram } from '../onnx/program.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { CompiledSpec } from './compile.ts'
import type { DriverArray, LoadOptions } from './driver.ts'
import type { Feeds, Fingerprint, Results, RunOptions } from './session.ts'

/** Every request with its answer. */
export interface Protocol {
  describe: { body: undefined; answer: { readonly runtime: string } }
  load: { body: { readonly program: EmittedProgram; readonly options: LoadOptions }; answer: number }
  runModel: {
    body: { readonly model: number; readonly inputs: readonly DriverArray[] }
    answer: readonly DriverArray[]
  }
  unload: { body: number; answer: undefined }
  open: {
    body: { readonly compiled: CompiledSpec; readonly cpu: string }
    answer: { readonly session: number; readonly fingerprint: Fingerprint }
  }
  run: {
    body: {
      readonly session: number
      readonly program: string
      readonly feeds: Feeds
      readonly options: RunOptions
    }
    answer: Results
  }
  readState: {
    body: { readonly session: number; readonly names: readonly string[] | undefined }
    answer: Map<string, Tensor>
  }
  writeState: {
    body: { readonly session: number; readonly state: ReadonlyMap<string, Tensor> }
    answer: undefined
  }
  close: { body: number; answer: undefined }
}

export type Kind = keyof Protocol

export type RequestOf<K extends Kind = Kind> = {
  [P in K]: { readonly id: number; readonly kind: P; readonly body: Protocol[P]['body'] }
}[K]

/** An answer to the request of the same id. */
export interface AnswerOf<K extends Kind> {
  readonly id: number
  readonly kind: K
  readonly value: Protocol[K]['answer']
}

/** The request of this id failed. */
export interface Refusal {
  readonly id: number
  readonly kind: 'refusal'
  readonly name: string
  readonly message: string
}

export type Reply = { [P in Kind]: AnswerOf<P> }[Kind] | Refusal

/** One end of a channel between two threads. */
export interface Port<Out, In> {
  post(message: Out, transfer: readonly ArrayBuffer[]): void
  onMessage(handler: (message: In) => void): void
}

/** A request as it is made: the kind and its body belong together. */
export interface Asked<K extends Kind> {
  readonly id: number
  readonly kind: K
  readonly body: Protocol[K]['body']
}

/** The end that owns the worker. */
export interface WorkerPort {
  post<K extends Kind>(message: Asked<K>): void
  onMessage(handler: (message: Reply) => void): void
  /** Called once where the worker dies by itself. */
  onFailure(handler: (error: Error) => void): void
  /** Whether the process must wait for the worker; an idle one must not hold it up. */
  keepAlive(isNeeded: boolean): void
  /** Ends the worker; resolves when it has ended. */
  terminate(): Promise<void>
}

/** The memory of these arrays, each once, to be transferred instead of copied. Shared memory cannot be. */
export function buffersOf(arrays: Iterable<DriverArray>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { buffer } of arrays) if (buffer instanceof ArrayBuffer) buffers.add(buffer)
  return [...buffers]
}
