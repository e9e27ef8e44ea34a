/** @file Runs the built command line as a process, as a user does. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** How a command ended. */
export interface Ended {
  /** Null where it was killed. */
  readonly code: number | null
  /** stdout and stderr together. */
  readonly output: string
}

/**
 * Runs `cosface` with `args`; kills it without warning after `kill` milliseconds, or as soon as `kill` says so, if it
 * still runs.
 */
export function cosface(args: readonly string[], kill?: number | (() => boolean)): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const end = (): boolean => child.kill('SIGKILL')
    const timer =
      typeof kill === 'function'
        ? setInterval(() => kill() && end(), 5)
        : kill === undefined
          ? undefined
          : setTimeout(end, kill)
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output: Buffer.concat(pieces).toString() })
    })
  })
}

/** Runs `cosface … --json` and reads its one result. @throws Error with everything it said where it failed */
export async function cosfaceJson(args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [result, notes]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (piece: Buffer) => result.push(piece))
  child.stderr.on('data', (piece: Buffer) => notes.push(piece))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`cosface ended with ${String(code)}: ${Buffer.concat(notes).toString()}`)
  const parsed: unknown = JSON.parse(Buffer.concat(result).toString())
  return parsed
}

/** `args` with `more`, which stands for what both say: an option is given once. */
export function withOptions(args: readonly string[], more: readonly string[]): string[] {
  const isSaidAgain = (arg: string | undefined): boolean =>
    arg?.startsWith('--') === true && more.includes(arg)
  const isValue = (arg: string, i: number): boolean => !arg.startsWith('--') && isSaidAgain(args[i - 1])
  return [...args.filter((arg, i) => !isSaidAgain(arg) && !isValue(arg, i)), ...more]
}

/** Options of a training that takes a second or two, sphere4 at 32×32, where `more` does not say otherwise. */
export function tinyTraining(folder: string, out: string, ...more: readonly string[]): string[] {
  const usual = [
    ...['train', folder, '--out', out, '--backbone', 'sphere4', '--size', '32x32', '--embedding-size', '16'],
    ...[
      '--batch',
      '8',
      '--iterations',
      '24',
      '--warmup',
      '0',
      '--checkpoint-every',
      '2',
      '--validate-every',
      '10',
    ],
    ...['--validation', '0', '--test', '0', '--min-images', '2', '--threads', '2', '--seed', '5'],
  ]
  return withOptions(usual, more)
}
