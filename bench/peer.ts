/** @file The PyTorch peer as a process of its own, asked one step at a time, so that both sides can be interleaved. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { join } from 'node:path'

/** The interpreter with `python3-torch`, unless the environment names another. */
const python = process.env['COSFACE_PYTHON'] ?? '/usr/bin/python3'

// the script stays beside the sources, this file may be compiled elsewhere
const script = join(process.cwd(), 'bench', 'peers', 'step.py')

export const formats = ['contiguous', 'channels_last'] as const
export type MemoryFormat = (typeof formats)[number]

/** Why there is no peer to race against; undefined where there is one. */
export function missingPeer(): string | undefined {
  const { status } = spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' })
  return status === 0
    ? undefined
    : `${python} has no torch; install Debian's python3-torch and libopenblas0-pthread, or set COSFACE_PYTHON`
}

export interface PeerOptions {
  readonly batch: number
  readonly classes: number
  readonly threads: number
}

/** A running peer. */
export class Peer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface

  private constructor(options: PeerOptions) {
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    this.#process = spawn(python, [script, ...flags])
    this.#process.stderr.pipe(process.stderr)
    this.#reader = createInterface({ input: this.#process.stdout })
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  static async start(options: PeerOptions): Promise<Peer> {
    const peer = new Peer(options)
    await peer.#line()
    return peer
  }

  /** Seconds of one step or one embedding pass. */
  async seconds(work: 'step' | 'embed', format: MemoryFormat): Promise<number> {
    return this.#ask(`${work} ${format}`)
  }

  /** Peak resident memory in MB. */
  async memory(): Promise<number> {
    return this.#ask('memory')
  }

  async #ask(command: string): Promise<number> {
    this.#process.stdin.write(`${command}\n`)
    return Number(await this.#line())
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next()
    if (next.done === true) throw new Error('The PyTorch peer ended early')
    return next.value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end()
    this.#reader.close()
    this.#process.kill()
    await new Promise((resolve) => this.#process.once('close', resolve))
  }
}
