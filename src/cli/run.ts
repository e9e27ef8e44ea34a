/** @file Arguments in, exit code out: wires the tables to commander and turns errors into one sentence. */
import { Argument, Command as Parser, CommanderError, Option } from 'commander'
import { UsageError } from '../base/errors.ts'
import { flagOf } from '../base/option.ts'
import type { Command, ExitCode, OptionRow } from './command.ts'
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
  const parser = quiet(new Parser('cosface'))
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
    if (member === undefined) parser.addCommand(sub)
    else familyOf(family).addCommand(sub)
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
    const hint = error instanceof CommanderError ? helpHint(error, commands, argv) : ''
    stderr.write(`cosface: ${sentenceOf(error)}${hint}\n`)
    if (surroundings.debug && error instanceof Error) stderr.write(`${error.stack ?? ''}\n`)
    return error instanceof UsageError || error instanceof CommanderError ? 2 : 1
  }
}

/** Where to look, unless the message suggests something itself. */
function helpHint(
  { message }: CommanderError,
  commands: readonly Command[],
  argv: readonly string[],
): string {
  if (message.includes('Did you mean')) return ''
  const meant = commands.find(({ name }) => `${argv.join(' ')} `.startsWith(`${name} `))
  return ` (see cosface ${meant === undefined ? '' : `${meant.name} `}--help)`
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
  const plain = message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  const known = error instanceof Error && error.name !== 'Error' && !(error instanceof TypeError)
  const system = error instanceof Error && 'code' in error && 'syscall' in error
  if (known || system || plain === '') return plain
  return `${plain} (COSFACE_DEBUG=1 shows where)`
}
