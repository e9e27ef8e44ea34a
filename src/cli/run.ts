/** @file Arguments in, exit code out: wires the tables to commander and turns errors into one sentence. */
import { Argument, Command as Parser, CommanderError, Option } from 'commander'
import { UsageError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import { withoutCodes } from '../base/system-errors.ts'
import { flagOf } from '../base/option.ts'
import type { Command, ExitCode, OptionRow } from './command.ts'
import { insteadOf, ownNameOf } from './other-names.ts'
import { renderCommandHelp, renderFamilyHelp, renderHelp } from './help.ts'
import { createOutput, type Writer } from './output.ts'

/** What the frame needs of the process; tests give their own. */
export interface CliSurroundings {
  readonly stdout: Writer
  readonly stderr: Writer
  readonly signal: AbortSignal
  /** Told what a first Ctrl-C does while a command runs. */
  readonly doing?: (words: string) => void
  readonly version: string
  readonly glossary: string
  /** Show stacks (COSFACE_DEBUG). */
  readonly debug: boolean
}

/** Runs one command line; prints, never exits. */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[],
  surroundings: CliSurroundings,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const help = {
    version: surroundings.version,
    glossary: surroundings.glossary,
    columns: stdout.columns ?? 100,
  }
  let code: ExitCode = 0
  // as others have it: `cosface help train`
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
  const quiet = (one: Parser): Parser =>
    one
      .exitOverride()
      .helpCommand(false)
      .allowExcessArguments(false)
      .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => undefined })
  const parser = quiet(new Parser('cosface')).enablePositionalOptions()
  parser.version(surroundings.version, '--version', 'print the version')
  parser.helpInformation = () => `${renderHelp(commands, help)}\n`
  // `data check` and `data apply` are commands under one word
  const families = new Map<string, Parser>()
  const familyOf = (name: string): Parser => {
    const known = families.get(name)
    if (known !== undefined) return known
    const made = quiet(new Parser(name))
    const members = commands.filter((command) => command.name.startsWith(`${name} `))
    made.helpInformation = () => `${renderFamilyHelp(name, members)}\n`
    families.set(name, made)
    parser.addCommand(made)
    return made
  }
  for (const command of commands) {
    const [family = '', member] = command.name.split(' ')
    const sub = quiet(new Parser(member ?? family))
    sub.helpInformation = () => `${renderCommandHelp(command, help)}\n`
    for (const argument of command.arguments) {
      const name = argument.many === true ? `${argument.name}...` : argument.name
      sub.addArgument(new Argument(argument.required === true ? `<${name}>` : `[${name}]`, argument.meaning))
    }
    for (const row of command.options) sub.addOption(optionOf(row))
    sub.action(async () => {
      const values: Readonly<Record<string, unknown>> = sub.opts()
      surroundings.doing?.(command.stopping)
      const output = createOutput(stdout, stderr, values['json'] === true)
      code = await command.run({ output, signal: surroundings.signal }, sub.args, values)
    })
    if (member !== undefined) familyOf(family).addCommand(sub)
    else {
      parser.addCommand(sub)
      // `runs` is a command and the word before others, whose options are theirs
      if (commands.some(({ name }) => name.startsWith(`${family} `)))
        families.set(family, sub.enablePositionalOptions())
    }
  }
  try {
    if (argv.length === 0) stdout.write(parser.helpInformation())
    else await parser.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError && error.code === 'commander.help') {
      stdout.write(families.get(words[0] ?? '')?.helpInformation() ?? '')
      return 0
    }
    if (surroundings.signal.aborted && error instanceof Error && error.name === 'AbortError') {
      stderr.write('cosface: stopped; nothing was left half-written\n')
      return 1
    }
    const meant = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
    const said =
      error instanceof CommanderError ? refusalOf(error, meant) : asTyped(sentenceOf(error), error, meant)
    stderr.write(`cosface: ${printable(said)}\n`)
    if (surroundings.debug && error instanceof Error) stderr.write(`${printable(error.stack ?? '')}\n`)
    return error instanceof UsageError || error instanceof CommanderError ? 2 : 1
  }
}

/** What is wrong with the words of a command line, with our name of an option that others call otherwise, or where to look. */
function refusalOf(error: CommanderError, meant: Command | undefined): string {
  const sentence = sentenceOf(error)
  const theirs = /^unknown option '([^'=]{1,80})/.exec(sentence)?.[1]
  if (theirs !== undefined) {
    const key = ownNameOf(theirs, meant?.options.map((row) => row.key) ?? [])
    // a device has a name, not a number
    const ours = key === 'device' ? `${flagOf(key)} cuda` : key === undefined ? undefined : flagOf(key)
    if (ours !== undefined) return `unknown option '${theirs}'; here it is ${ours}`
    const instead = insteadOf(theirs)
    if (instead !== undefined) return `unknown option '${theirs}'; ${instead}`
  }
  if (sentence.includes('Did you mean')) return sentence
  return `${sentence} (see cosface ${meant === undefined ? '' : `${meant.name} `}--help)`
}

/**
 * Wrong use as the person who typed it knows it: the library names an option by its field, `checkpointEvery`, which is
 * `--checkpoint-every` here; in a config file fields are typed.
 */
function asTyped(sentence: string, error: unknown, meant: Command | undefined): string {
  if (!(error instanceof UsageError) || error.inFields) return sentence
  const flags = new Map(
    meant?.options.flatMap(({ key }) => [key, flagOf(key).slice(2)].map((name) => [name, flagOf(key)])),
  )
  return sentence.replaceAll(/`([A-Za-z-]{1,40})`/g, (all: string, name: string) => {
    const flag = flags.get(name)
    return flag === undefined ? all : `\`${flag}\``
  })
}

function optionOf(row: OptionRow): Option {
  const { key, spec } = row
  const flag = flagOf(key)
  if (spec.value === undefined) return new Option(flag, spec.meaning)
  return new Option(`${flag} <value>`, spec.meaning).argParser((text: string, previous: unknown) => {
    const value = spec.check(flag, spec.parse(text))
    if (previous === undefined) return value
    // the last one would win, and nobody would hear of the first
    if (spec.combine === undefined) throw new UsageError(`${flag} was given twice; it takes one value`)
    return spec.combine(previous, value)
  })
}

/** One line for a person, whatever was thrown. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const plain = withoutCodes(message)
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
  const known = error instanceof Error && error.name !== 'Error' && !(error instanceof TypeError)
  const system = error instanceof Error && 'code' in error && 'syscall' in error
  if (known || system || plain === '') return plain
  return `${plain} (COSFACE_DEBUG=1 shows where)`
}
