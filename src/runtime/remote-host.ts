/** @file The worker's side: answers requests with a driver of its own. */
import type { Driver, Runner } from './driver.ts'
import {
  type AnswerOf,
  buffersOf,
  type Kind,
  type Port,
  type Protocol,
  type Reply,
  type RequestOf,
} from './remote-protocol.ts'
import type { Session } from './session.ts'
import { openStateSession } from './state-session.ts'

interface Outcome<K extends Kind> {
  readonly value: Protocol[K]['answer']
  readonly transfer?: readonly ArrayBuffer[]
}
type Handlers = { readonly [K in Kind]: (body: Protocol[K]['body']) => Promise<Outcome<K>> }

/** Serves `port` for as long as the worker lives; where no driver can be opened, every request is refused with why. */
export function serve(port: Port<Reply, RequestOf>, opening: Promise<Driver>): void {
  const handlers = opening.then(handlersOver)
  // told to whoever asks
  handlers.catch(() => undefined)
  port.onMessage((request) => void answer(port, handlers, request))
}

async function answer<K extends Kind>(
  port: Port<Reply | AnswerOf<K>, RequestOf>,
  handlers: Promise<Handlers>,
  { id, kind, body }: RequestOf<K>,
): Promise<void> {
  try {
    const handle = (await handlers)[kind]
    const { value, transfer = [] } = await handle(body)
    port.post({ id, kind, value }, transfer)
  } catch (error) {
    port.post({ id, kind: 'refusal', ...described(error) }, [])
  }
}

function described(error: unknown): { readonly name: string; readonly message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}

/** Things known by number to the other side. */
class Register<T extends AsyncDisposable> {
  readonly #entries = new Map<number, T>()
  #next = 1

  add(entry: T): number {
    this.#entries.set(this.#next, entry)
    return this.#next++
  }

  get(key: number): T {
    const entry = this.#entries.get(key)
    if (entry === undefined) throw new Error('Already disposed')
    return entry
  }

  async remove(key: number): Promise<void> {
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    await entry?.[Symbol.asyncDispose]()
  }
}

function handlersOver(driver: Driver): Handlers {
  const models = new Register<Runner>()
  const sessions = new Register<Session>()
  return {
    describe: async () => ({ value: { runtime: driver.runtime } }),
    load: async ({ program, options }) => ({ value: models.add(await driver.load(program, options)) }),
    async runModel({ model, inputs }) {
      const value = await models.get(model).run(inputs)
      return { value, transfer: buffersOf(value) }
    },
    async unload(model) {
      await models.remove(model)
      return { value: undefined }
    },
    async open({ compiled, cpu }) {
      const session = await openStateSession(compiled, driver, { cpu })
      return { value: { session: sessions.add(session), fingerprint: session.fingerprint } }
    },
    async run({ session, program, feeds, options }) {
      const value = await sessions.get(session).run(program, feeds, options)
      return { value, transfer: buffersOf(Object.values(value).map((result) => result.data)) }
    },
    async readState({ session, names }) {
      const value = await sessions.get(session).readState(names)
      return { value, transfer: buffersOf([...value.values()].map((state) => state.data)) }
    },
    async writeState({ session, state }) {
      await sessions.get(session).writeState(state)
      return { value: undefined }
    },
    async close(session) {
      await sessions.remove(session)
      return { value: undefined }
    },
  }
}
