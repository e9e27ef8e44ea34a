/** @file Who reads what: results on stdout, everything else on stderr once `--json` is given. */

import { printable, printableJson } from '../base/printable.ts'

/** Where text goes; a stream of the process, or an array in tests. */
export interface Writer {
  write(text: string): void
  /** Columns of the terminal; undefined where it is none. */
  readonly columns?: number | undefined
}

export interface Output {
  readonly json: boolean
  /** Whether somebody watches: a bar is drawn there, plain lines elsewhere. */
  readonly terminal: boolean
  /** Columns of the terminal. */
  readonly columns: number
  /** A line for a person. */
  say(line: string): void
  /** A line that must not be missed; always on stderr. */
  warn(line: string): void
  /** A line about work under way; always on stderr. */
  progress(line: string): void
  /** The machine-readable result: one JSON document on stdout, and only with `--json`. */
  result(value: unknown): void
}

/** Wires an `Output` to two writers. */
export function createOutput(stdout: Writer, stderr: Writer, json: boolean): Output {
  const person = json ? stderr : stdout
  return {
    json,
    terminal: stderr.columns !== undefined,
    columns: stderr.columns ?? 100,
    // names come from files, and files from anybody
    say: (line) => person.write(`${printable(line)}\n`),
    warn: (line) => stderr.write(`${printable(line)}\n`),
    progress: (line) => stderr.write(`${printable(line)}\n`),
    result: (value) => {
      if (json) stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`)
    },
  }
}
