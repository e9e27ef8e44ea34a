/** @file Runs the command line in this process, without a build. */
import type { Command } from '../src/cli/command.ts'
import { commands } from '../src/cli/commands/all.ts'
import { runCli } from '../src/cli/run.ts'

/** How a command ended, and what it said where. */
export interface CliEnd {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CliOptions {
  readonly signal?: AbortSignal
  /** Show what is thrown with its stack. */
  readonly debug?: boolean
  readonly commands?: readonly Command[]
}

/** Runs `cosface` with `argv`. */
export async function cliWith(options: CliOptions, ...argv: readonly string[]): Promise<CliEnd> {
  let out = ''
  let err = ''
  const code = await runCli(options.commands ?? commands, argv, {
    stdout: { write: (text) => void (out += text) },
    stderr: { write: (text) => void (err += text) },
    signal: options.signal ?? new AbortController().signal,
    version: '0.0.0',
    glossary: 'docs/glossary.md',
    debug: options.debug ?? false,
  })
  return { code, out, err }
}

/** Runs `cosface` with `argv` and nothing unusual. */
export function cli(...argv: readonly string[]): Promise<CliEnd> {
  return cliWith({}, ...argv)
}
