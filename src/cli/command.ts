/** @file A command as data: its words, its options and the function it runs. The frame knows no command by name. */
import type { OptionSpec, OptionSpecs } from '../base/option.ts'
import { keysOf, readOptions } from '../base/option.ts'
import type { Output } from './output.ts'

/** What a command sees of the process. */
export interface Context {
  readonly output: Output
  /** Aborts at the first Ctrl-C: finish the step in hand, save, say how to go on. */
  readonly signal: AbortSignal
}

/** 0 done, 1 failed; 2, wrong use, is thrown as a `UsageError`; 3 and 4 are answers of `verify`: different, no decision. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

/** The headings of the command list, in order. */
export const commandGroups = [
  'Start here',
  'Recognise',
  'Train',
  'Use a model',
  'Understand',
  'Data',
] as const

export interface CommandArgument {
  readonly name: string
  readonly meaning: string
  readonly required?: boolean
  readonly many?: boolean
}

/** What one file under `commands/` declares. */
export interface CommandSpec<S extends object> {
  readonly name: string
  readonly group: (typeof commandGroups)[number]
  /** One line for the list of commands. */
  readonly summary: string
  /** A few lines for the command's own help. */
  readonly detail: string
  readonly arguments: readonly CommandArgument[]
  readonly options: OptionSpecs<S>
  readonly examples: readonly string[]
  /** What a first Ctrl-C does, in words. @defaultValue Stopping */
  readonly stopping?: string
  readonly run: (context: Context, args: readonly string[], options: Partial<S>) => Promise<ExitCode>
}

/** An option under its key. */
export interface OptionRow {
  readonly key: string
  readonly spec: OptionSpec<unknown>
}

/** A command whose options' types are hidden behind a table of rows. */
export interface Command {
  readonly name: string
  readonly group: (typeof commandGroups)[number]
  readonly summary: string
  readonly detail: string
  readonly arguments: readonly CommandArgument[]
  readonly options: readonly OptionRow[]
  readonly examples: readonly string[]
  readonly stopping: string
  readonly run: (
    context: Context,
    args: readonly string[],
    values: Readonly<Record<string, unknown>>,
  ) => Promise<ExitCode>
}

/** Hides the option types of a command; its values are checked by its own table before it runs. */
export function command<S extends object>(spec: CommandSpec<S>): Command {
  return {
    name: spec.name,
    group: spec.group,
    summary: spec.summary,
    detail: spec.detail,
    arguments: spec.arguments,
    options: keysOf(spec.options).map((key) => ({ key, spec: spec.options[key] })),
    examples: spec.examples,
    stopping: spec.stopping ?? 'Stopping',
    run: (context, args, values) => spec.run(context, args, readOptions(spec.name, spec.options, values)),
  }
}
