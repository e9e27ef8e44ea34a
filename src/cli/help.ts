/** @file The help texts and the command line's documentation, drawn from the tables; pure functions. */
import { groupBy } from '../base/groups.ts'
import { flagOf } from '../base/option.ts'
import { type Command, commandGroups, type OptionRow } from './command.ts'

export interface HelpSurroundings {
  readonly version: string
  /** Where the glossary lies. */
  readonly glossary: string
  readonly columns: number
}

const purpose =
  'Train, evaluate, understand and run face recognition with the large margin cosine loss (CosFace).'

/** The help of `cosface --help`. */
export function renderHelp(commands: readonly Command[], surroundings: HelpSurroundings): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const groups = commandGroups.flatMap((group) => {
    const members = commands.filter((command) => command.group === group)
    if (members.length === 0) return []
    return [group, ...members.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`), '']
  })
  return [
    `cosface ${surroundings.version}`,
    purpose,
    'A folder of aligned faces, one subfolder a person, becomes a recogniser that is tested on people it never saw.',
    '',
    'Usage: cosface <command> [options]',
    '',
    ...groups,
    'Options of a command: cosface <command> --help',
    'With --json a command prints one machine-readable result on stdout and everything else on stderr.',
    'Exit codes: 0 done, 1 failed or stopped by Ctrl-C, 2 wrong use; 3 and 4 are answers of verify.',
    `The words used here, on one page: ${surroundings.glossary}`,
    '',
    'First time? See the whole of it work in a few minutes:',
    '  npx cosface demo',
  ].join('\n')
}

/** The help of `cosface <command> --help`. */
export function renderCommandHelp(command: Command, surroundings: HelpSurroundings): string {
  const columns = Math.max(60, Math.min(surroundings.columns, 110))
  const lines = [`cosface ${command.name}: ${command.summary}`, '', `Usage: ${usageOf(command)}`, '']
  lines.push(...command.detail.split('\n').flatMap((line) => wrap(line, columns, '')), '')
  if (command.arguments.length > 0) {
    lines.push('Arguments')
    for (const argument of command.arguments) {
      lines.push(...entry(argument.name, argument.meaning, columns))
    }
    lines.push('')
  }
  for (const [group, rows] of grouped(command.options)) {
    lines.push(group)
    for (const row of rows) lines.push(...entry(signature(row), sentences(row), columns))
    lines.push('')
  }
  lines.push('Examples', ...command.examples.map((example) => `  ${example}`), '')
  lines.push(`The words used here, on one page: ${surroundings.glossary}`)
  lines.push('See it work: npx cosface demo')
  return lines.join('\n')
}

/** The help of a word that stands before several commands. */
export function renderFamilyHelp(name: string, members: readonly Command[]): string {
  const width = Math.max(...members.map((command) => command.name.length))
  return [
    `Usage: cosface ${name} <command> [options]`,
    '',
    ...members.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    `Options of a command: cosface ${name} <command> --help`,
  ].join('\n')
}

/** `docs/cli.md`: every command and option as Markdown tables. */
export function renderMarkdown(commands: readonly Command[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const sections = commands.flatMap((command) => {
    const tables = grouped(command.options).flatMap(([group, rows]) => [
      `### ${group}`,
      '',
      '| option | meaning | unit | values | default |',
      '|---|---|---|---|---|',
      ...rows.map(
        (row) =>
          `| \`${cell(signature(row))}\` | ${cell(row.spec.meaning)} | ${cell(row.spec.unit ?? '')} | ${cell(row.spec.range)} | ${cell(row.spec.default ?? '')} |`,
      ),
      '',
    ])
    const args = command.arguments.map((argument) => `- \`${argument.name}\`: ${argument.meaning}`)
    return [
      `## cosface ${command.name}`,
      '',
      command.detail,
      '',
      '```text',
      usageOf(command),
      '```',
      '',
      ...(args.length === 0 ? [] : [...args, '']),
      ...tables,
      'Examples:',
      '',
      '```text',
      ...command.examples,
      '```',
      '',
    ]
  })
  return [
    '# The command line',
    '',
    'Made from the tables under `src/cli`; a test keeps it fresh (`npx vitest run test/docs.test.ts -u` writes it anew).',
    'Words are explained in [the glossary](glossary.md).',
    '',
    '| exit code | when |',
    '|---|---|',
    '| 0 | done; also where the reader of a pipe leaves early |',
    '| 1 | what was asked for could not be done: data that cannot carry it, a damaged file, a part this machine lacks, a full disk, a result that could not be written; or stopped by Ctrl-C |',
    '| 2 | wrong use, nothing was begun: an unknown option or command, a value out of range, options that contradict each other, a place that is taken or not there |',
    '| 3 | `verify`: different people |',
    '| 4 | `verify`, `identify`: no decision |',
    '| 130 | a second Ctrl-C: ended at once, with what was saved before |',
    '',
    'A config file (`--config`) is JSON whose keys are the options in camelCase: `--embedding-size` is `embeddingSize`.',
    '',
    ...sections,
  ].join('\n')
}

function usageOf(command: Command): string {
  const args = command.arguments.map((argument) => {
    const name = argument.many === true ? `${argument.name}…` : argument.name
    return argument.required === true ? `<${name}>` : `[${name}]`
  })
  return ['cosface', command.name, ...args, '[options]'].join(' ')
}

function grouped(rows: readonly OptionRow[]): [string, OptionRow[]][] {
  return [...groupBy(rows, ({ spec }) => spec.group)]
}

function signature(row: OptionRow): string {
  return row.spec.value === undefined ? flagOf(row.key) : `${flagOf(row.key)} <${row.spec.value}>`
}

function sentences(row: OptionRow): string {
  const { spec } = row
  const facts = [
    ...(spec.unit === undefined ? [] : [`in ${spec.unit}`]),
    ...(spec.value === undefined ? [] : [spec.range]),
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
  ]
  return facts.length === 0 ? spec.meaning : `${spec.meaning} (${facts.join('; ')})`
}

const margin = 28

function entry(name: string, text: string, columns: number): string[] {
  const indent = ' '.repeat(margin)
  const lines = wrap(text, columns, indent)
  const head = `  ${name}`
  if (head.length + 2 > margin) return [head, ...lines]
  return [head.padEnd(margin) + (lines[0] ?? '').slice(margin), ...lines.slice(1)]
}

function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent
    }
    line += line.length > indent.length ? ` ${word}` : word
  }
  return [...lines, line]
}
