/** @file The session over any driver: compiled programs, the state they share, one run at a time. */
import type { Plan } from '../onnx/plan.ts'
import type { EmittedProgram, ProgramTensor } from '../onnx/program.ts'
import { sizeOf, type Tensor } from '../tensor/tensor.ts'
import { allocate } from './arrays.ts'
import type { CompiledSpec } from './compile.ts'
import type { Driver, DriverArray, Runner } from './driver.ts'
import { FeedBuffers, type FilledFeeds, unknownName } from './feeds.ts'
import { fingerprintOf } from './fingerprint.ts'
import { Queue } from './queue.ts'
import type { Feeds, Fingerprint, Results, RunOptions, Session } from './session.ts'
import { StateStore } from './state-store.ts'

interface LoadedProgram {
  readonly program: EmittedProgram
  readonly runner: Runner
  readonly feeds: FeedBuffers
}

export interface StateSessionOptions {
  /** The processor model, for the fingerprint. */
  readonly cpu: string
  /** Whether disposing of the session disposes of the driver; default false. */
  readonly ownsDriver?: boolean
}

/** Loads compiled programs on a driver. The state is zero until it is written. */
export async function openStateSession(
  compiled: CompiledSpec,
  driver: Driver,
  options: StateSessionOptions,
): Promise<Session> {
  const store = new StateStore(compiled.state, compiled.plan.blockSize)
  const resources: AsyncDisposable[] = options.ownsDriver === true ? [driver] : []
  const programs = new Map<string, LoadedProgram>()
  try {
    for (const [name, program] of Object.entries(compiled.programs)) {
      checkStates(name, program, compiled)
      const runner = await driver.load(program, compiled.load)
      resources.push(runner)
      programs.set(name, {
        program,
        runner,
        feeds: new FeedBuffers(name, program.inputs, new Set(store.names)),
      })
    }
  } catch (error) {
    await disposeAll(resources)
    throw error
  }
  const fingerprint = fingerprintOf(compiled, driver, options.cpu)
  return new StateSession(store, programs, compiled, driver, fingerprint, resources)
}

/** Disposes in reverse order. */
async function disposeAll(resources: readonly AsyncDisposable[]): Promise<void> {
  for (const resource of resources.toReversed()) await resource[Symbol.asyncDispose]()
}

class StateSession implements Session {
  readonly driver: Driver['name']
  readonly fingerprint: Fingerprint
  readonly plan: Plan
  readonly #store: StateStore
  readonly #programs: ReadonlyMap<string, LoadedProgram>
  readonly #inPlace: boolean
  readonly #resources: readonly AsyncDisposable[]
  readonly #queue = new Queue()
  #disposed = false

  constructor(
    store: StateStore,
    programs: ReadonlyMap<string, LoadedProgram>,
    compiled: CompiledSpec,
    driver: Driver,
    fingerprint: Fingerprint,
    resources: readonly AsyncDisposable[],
  ) {
    this.driver = driver.name
    this.fingerprint = fingerprint
    this.plan = compiled.plan
    this.#store = store
    this.#programs = programs
    this.#inPlace = driver.inPlace
    this.#resources = resources
  }

  async run(name: string, feeds: Feeds, { guard }: RunOptions = {}): Promise<Results> {
    this.#checkOpen()
    const loaded = this.#programs.get(name)
    if (loaded === undefined) throw unknownName('program', name, [...this.#programs.keys()])
    const results = loaded.program.outputs
      .filter((port) => !this.#store.has(port.name))
      .map((port) => port.name)
    if (guard !== undefined && !results.includes(guard)) throw unknownName('result to guard', guard, results)
    // copied now, not when the run's turn comes: from here on the arrays are the caller's again
    const filled = loaded.feeds.fill(feeds)
    try {
      return await this.#queue.run(() => this.#run(loaded, filled, guard))
    } finally {
      loaded.feeds.release(filled)
    }
  }

  readState(names: readonly string[] = this.#store.names): Promise<Map<string, Tensor>> {
    return this.#turn(async () => this.#store.read(names))
  }

  writeState(state: ReadonlyMap<string, Tensor>): Promise<void> {
    return this.#turn(async () => this.#store.write(state))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#queue.run(() => disposeAll(this.#resources))
  }

  #checkOpen(): void {
    if (this.#disposed) throw new Error('The session is disposed')
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    return this.#queue.run(work)
  }

  async #run(
    { program, runner }: LoadedProgram,
    feeds: FilledFeeds,
    guard: string | undefined,
  ): Promise<Results> {
    const inputs = program.inputs.map(({ name }) => feeds.get(name) ?? this.#store.current(name))
    const outputs = this.#inPlace ? program.outputs.map((port) => this.#target(port)) : undefined
    return this.#settle(program, await runner.run(inputs, outputs), guard)
  }

  #target(port: ProgramTensor): DriverArray {
    return this.#store.has(port.name)
      ? this.#store.spare(port.name)
      : allocate(port.dtype, sizeOf(port.shape))
  }

  /** Hands out the results; takes over the new state unless the guard forbids it. */
  #settle(program: EmittedProgram, computed: readonly DriverArray[], guard: string | undefined): Results {
    const results: Record<string, Tensor> = {}
    const replacements: [string, Float32Array][] = []
    program.outputs.forEach((port, i) => {
      const array = computed[i]
      if (array === undefined) throw new Error(`The runtime returned no \`${port.name}\``)
      const data = array instanceof Float32Array ? array : Float32Array.from(array)
      if (this.#store.has(port.name)) replacements.push([port.name, data])
      else results[port.name] = { shape: port.shape, data }
    })
    const guarded = guard === undefined ? undefined : results[guard]
    if (guarded === undefined || allFinite(guarded.data))
      for (const [name, data] of replacements) this.#store.accept(name, data)
    return results
  }
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

/** The emitter and the state must agree on names, types and layouts; a disagreement would give silently wrong numbers. */
function checkStates(name: string, program: EmittedProgram, { state }: CompiledSpec): void {
  for (const port of [...program.inputs, ...program.outputs]) {
    const slot = state[port.name]
    if (slot === undefined) continue
    if (port.dtype !== 'float32')
      throw new TypeError(
        `Expected the state \`${port.name}\` of \`${name}\` to be float32, got ${port.dtype}`,
      )
    if (port.layout !== slot.layout || sizeOf(port.shape) !== sizeOf(slot.shape))
      throw new RangeError(
        `The state \`${port.name}\` is kept ${slot.layout} [${slot.shape.join(', ')}], but \`${name}\` was emitted ` +
          `for ${port.layout} [${port.shape.join(', ')}]`,
      )
  }
}
