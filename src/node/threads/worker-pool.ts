/** @file A few worker threads that answer one request each at a time; both ends of the wire. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort, Worker } from 'node:worker_threads'
import { DataError, UsageError } from '../../base/errors.ts'

/** Workers that turn a request into a reply. */
export interface WorkerPool<Request, Reply> extends AsyncDisposable {
  /** Runs `request` on the next free worker. @throws whatever went wrong there */
  ask(request: Request): Promise<Reply>
}

/** A reply with the buffers that are handed over instead of copied. */
export interface Answer<Reply> {
  readonly reply: Reply
  readonly transfer?: readonly ArrayBuffer[]
}

type Order<Start, Request> =
  | { readonly kind: 'start'; readonly start: Start }
  | { readonly kind: 'request'; readonly request: Request }

type Message<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }

interface Job<Request, Reply> {
  readonly request: Request
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

// classes of errors do not survive the way between threads; these two decide how a command ends
const errorOf = (name: string, message: string): Error =>
  name === 'UsageError'
    ? new UsageError(message)
    : name === 'FormatError' || name === 'DataError'
      ? new DataError(message)
      : new Error(message)

/** Whether worker threads can be started with `entry`: not from TypeScript sources, only once they are built. */
export function workersAvailable(entry: URL): boolean {
  return existsSync(fileURLToPath(entry))
}

/** Starts `count` workers on the module `entry`, each given `start`. They end with the pool and do not keep the process alive by themselves. */
export function startPool<Start, Request, Reply>(
  entry: URL,
  count: number,
  start: Start,
): WorkerPool<Request, Reply> {
  const waiting: Job<Request, Reply>[] = []
  const busy = new Map<Worker, Job<Request, Reply>>()
  let ended: Error | undefined
  let closing = false

  const fail = (error: Error): void => {
    ended ??= error
    for (const job of [...busy.values(), ...waiting]) job.reject(ended)
    busy.clear()
    waiting.length = 0
  }
  const give = (): void => {
    for (const worker of workers) {
      if (busy.has(worker)) continue
      const job = waiting.shift()
      if (job === undefined) return
      busy.set(worker, job)
      worker.ref()
      worker.postMessage({ kind: 'request', request: job.request } satisfies Order<Start, Request>)
    }
  }
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(entry)
    worker.postMessage({ kind: 'start', start } satisfies Order<Start, Request>)
    worker.unref()
    worker.on('message', (message: Message<Reply>) => {
      // a late reply must not take back what keeps the process alive until the thread has ended
      if (closing) return
      const job = busy.get(worker)
      busy.delete(worker)
      worker.unref()
      if (message.kind === 'failed') job?.reject(errorOf(message.name, message.message))
      else job?.resolve(message.reply)
      give()
    })
    worker.on('error', (error) => {
      fail(error instanceof Error ? error : new Error(String(error)))
    })
    worker.on('exit', (code) => {
      fail(new Error(`A worker thread ended with code ${code}`))
    })
    return worker
  })

  return {
    ask: async (request) => {
      if (ended !== undefined) throw ended
      return new Promise<Reply>((resolve, reject) => {
        waiting.push({ request, resolve, reject })
        give()
      })
    },
    [Symbol.asyncDispose]: async () => {
      closing = true
      fail(new Error('The worker threads are closed'))
      await Promise.all(workers.map(async (worker) => worker.terminate()))
    },
  }
}

/**
 * The worker's end: `begin` is given what the pool was started with and returns what answers requests.
 * Does nothing in the main thread.
 */
export function serveRequests<Start, Request, Reply>(
  begin: (start: Start) => (request: Request) => Promise<Answer<Reply>>,
): void {
  const port = parentPort
  if (port === null) return
  let handle: ((request: Request) => Promise<Answer<Reply>>) | undefined
  port.on('message', (order: Order<Start, Request>) => {
    if (order.kind === 'start') {
      handle = begin(order.start)
      return
    }
    handle?.(order.request).then(
      ({ reply, transfer }) => {
        port.postMessage({ kind: 'reply', reply } satisfies Message<Reply>, [...(transfer ?? [])])
      },
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        port.postMessage({ kind: 'failed', name, message } satisfies Message<Reply>)
      },
    )
  })
}
