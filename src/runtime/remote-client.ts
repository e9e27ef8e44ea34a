/** @file The near side: a driver and sessions whose work is done in a worker. */
import { DataError, MissingPartError, UsageError } from '../base/errors.ts'
import type { Plan } from '../onnx/plan.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { CompiledSpec } from './compile.ts'
import type { Driver, Runner } from './driver.ts'
import type { AnswerOf, Kind, Protocol, Refusal, Reply, WorkerPort } from './remote-protocol.ts'
import type { Feeds, Fingerprint, Results, RunOptions, Session } from './session.ts'

interface Waiting {
  readonly settle: (reply: Reply) => void
  readonly fail: (error: Error) => void
}

const errorTypes: Readonly<Record<string, new (message: string) => Error>> = {
  RangeError,
  TypeError,
  UsageError,
  DataError,
  MissingPartError,
}

const isAnswer = <K extends Kind>(reply: { readonly kind: string }, kind: K): reply is AnswerOf<K> =>
  reply.kind === kind

function errorFrom({ name, message }: Refusal): Error {
  const Type = errorTypes[name] ?? Error
  return new Type(message)
}

/** Sends requests to a worker and matches its answers. */
class Caller {
  readonly #port: WorkerPort
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #dead: Error | undefined

  constructor(port: WorkerPort) {
    this.#port = port
    port.onMessage((reply) => {
      const waiting = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if (this.#waiting.size === 0) port.keepAlive(false)
      waiting?.settle(reply)
    })
    port.onFailure((error) => this.#fail(new Error(`The worker ended: ${error.message}`, { cause: error })))
  }

  call<K extends Kind>(kind: K, body: Protocol[K]['body']): Promise<Protocol[K]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) throw this.#dead
      const id = this.#next++
      const settle = (reply: Reply): void => {
        if (isAnswer(reply, kind)) resolve(reply.value)
        else
          reject(
            reply.kind === 'refusal' ? errorFrom(reply) : new Error(`${kind} was answered by ${reply.kind}`),
          )
      }
      this.#port.post({ id, kind, body })
      this.#waiting.set(id, { settle, fail: reject })
      this.#port.keepAlive(true)
    })
  }

  async terminate(): Promise<void> {
    this.#fail(new Error('The worker was ended'))
    await this.#port.terminate()
  }

  #fail(error: Error): void {
    this.#dead ??= error
    for (const { fail } of this.#waiting.values()) fail(this.#dead)
    this.#waiting.clear()
  }
}

/** A driver whose models run in a worker; it can open whole sessions there. */
export interface RemoteDriver extends Driver {
  /** A session that lives in the worker. With `endsWorker`, disposing of it ends the worker too; default false. */
  openSession(
    compiled: CompiledSpec,
    cpu: string,
    options?: { readonly endsWorker?: boolean },
  ): Promise<Session>
}

/** The driver behind `port`; disposing of it ends the worker. @throws Error with the worker's reason */
export async function connect(port: WorkerPort): Promise<RemoteDriver> {
  const caller = new Caller(port)
  const { runtime } = await caller.call('describe', undefined).catch(async (error: unknown) => {
    await caller.terminate()
    throw error
  })
  return {
    name: 'portable',
    runtime,
    inPlace: false,
    async load(program, options) {
      return new RemoteRunner(caller, await caller.call('load', { program, options }))
    },
    async openSession(compiled, cpu, { endsWorker = false } = {}) {
      const { session, fingerprint } = await caller.call('open', { compiled, cpu })
      return new RemoteSession(caller, session, fingerprint, compiled.plan, endsWorker)
    },
    [Symbol.asyncDispose]: () => caller.terminate(),
  }
}

class RemoteRunner implements Runner {
  readonly #caller: Caller
  readonly #model: number
  #disposed = false

  constructor(caller: Caller, model: number) {
    this.#caller = caller
    this.#model = model
  }

  run(inputs: Parameters<Runner['run']>[0]): ReturnType<Runner['run']> {
    if (this.#disposed) return Promise.reject(new Error('The model is disposed'))
    return this.#caller.call('runModel', { model: this.#model, inputs })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#caller.call('unload', this.#model)
  }
}

class RemoteSession implements Session {
  readonly driver = 'portable'
  readonly fingerprint: Fingerprint
  readonly plan: Plan
  readonly #caller: Caller
  readonly #session: number
  readonly #endsWorker: boolean
  #disposed = false

  constructor(caller: Caller, session: number, fingerprint: Fingerprint, plan: Plan, endsWorker: boolean) {
    this.#caller = caller
    this.#endsWorker = endsWorker
    this.#session = session
    this.fingerprint = fingerprint
    this.plan = plan
  }

  run(program: string, feeds: Feeds, options: RunOptions = {}): Promise<Results> {
    return this.#call('run', { session: this.#session, program, feeds, options })
  }

  readState(names?: readonly string[]): Promise<Map<string, Tensor>> {
    return this.#call('readState', { session: this.#session, names })
  }

  async writeState(state: ReadonlyMap<string, Tensor>): Promise<void> {
    await this.#call('writeState', { session: this.#session, state })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#caller.call('close', this.#session)
    if (this.#endsWorker) await this.#caller.terminate()
  }

  #call<K extends Kind>(kind: K, body: Protocol[K]['body']): Promise<Protocol[K]['answer']> {
    if (this.#disposed) return Promise.reject(new Error('The session is disposed'))
    return this.#caller.call(kind, body)
  }
}
