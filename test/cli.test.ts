import { describe, expect, it } from 'vitest'
import { flagOf } from '../src/base/option.ts'
import { commands } from '../src/cli/commands/all.ts'
import { cli } from './cli-in-process.ts'

describe('help', () => {
  it('starts with what this is and ends with the demo', async () => {
    const { code, out } = await cli('--help')
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines[1]).toMatch(/face recognition with the large margin cosine loss/)
    expect(lines.at(-1)).toBe('  npx cosface demo')
    expect(out).toContain('docs/glossary.md')
    for (const command of commands) expect(out).toContain(`  ${command.name} `)
  })

  it.each(commands)('$name: every option has its meaning, values and default', async (command) => {
    const { code, out } = await cli(...command.name.split(' '), '--help')
    expect(code).toBe(0)
    for (const { key, spec } of command.options) {
      expect(out).toContain(`  ${flagOf(key)}`)
      expect(spec.meaning.length).toBeGreaterThan(10)
      if (spec.value !== undefined) expect(spec.range).not.toBe('')
    }
    for (const line of out.split('\n'))
      if (!line.startsWith('  cosface')) expect(line.length).toBeLessThanOrEqual(110)
  })

  it('is shown where nothing is asked', async () => {
    const { code, out } = await cli()
    expect(code).toBe(0)
    expect(out).toContain('Usage: cosface <command>')
  })

  it('lists the commands behind a word', async () => {
    const { code, out } = await cli('data')
    expect(code).toBe(0)
    expect(out).toContain('  data check  ')
    expect((await cli('data', 'chek', 'x')).err).toMatch(/unknown command 'chek' \(Did you mean check\?\)/)
  })

  it('prints the version', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, out: '0.0.0\n' })
  })
})

describe('wrong use ends with 2, one sentence and nothing on stdout', () => {
  const cases: [string, string[], RegExp][] = [
    [
      'a misspelled option',
      ['train', 'x', '--margn', '0.4'],
      /unknown option '--margn' \(Did you mean --margin\?\)/,
    ],
    ['a misspelled command', ['trian', 'x'], /unknown command 'trian' \(Did you mean train\?\)/],
    [
      'a misspelled backbone',
      ['train', 'x', '--backbone', 'spher20'],
      /"spher20" \(did you mean sphere20\?\)/,
    ],
    ['a misspelled loss', ['train', 'x', '--loss', 'cosfase'], /did you mean cosface\?/],
    [
      'a margin out of range',
      ['train', 'x', '--margin', '2.5'],
      /`--margin` to be a number in \[0, 2\], got 2.5/,
    ],
    ['a negative scale', ['train', 'x', '--scale', '-1'], /`--scale` to be a number in \(0, 1000\], got -1/],
    ['a size of nothing', ['train', 'x', '--size', '0x9'], /`--size` to be height x width, .*, got "0x9"/],
    ['a word for a number', ['train', 'x', '--lr', 'fast'], /`--lr` to be a number .*, got "fast"/],
    ['a half number', ['train', 'x', '--batch', '2.5'], /`--batch` to be an integer .*, got 2.5/],
    [
      'an option given twice',
      ['evaluate', '--groups', 'a.csv', '--groups', 'b.csv'],
      /^cosface: --groups was given twice; it takes one value/,
    ],
    [
      'an option made for many, without its table',
      ['evaluate', '--model', 'm', '--json', '--json', '--group-by', 'age', '--group-by', 'camera'],
      /give --groups too/,
    ],
    ['no value', ['train', 'x', '--lr'], /option '--lr <value>' argument missing/],
    ['an empty path', ['train', 'x', '--out', ''], /`--out` to be a path, got ""/],
    ['too many arguments', ['doctor', 'x'], /too many arguments/],
    ['nothing to train on', ['train'], /at least one folder/],
    [
      'length in two units',
      ['train', 'x', '--epochs', '1', '--iterations', '5'],
      /one of `--epochs` and `--iterations`/,
    ],
    [
      'a batch that does not split',
      ['train', 'x', '--batch', '64', '--accumulate', '5'],
      /a divisor of `--batch` \(64\)/,
    ],
    [
      'milestones out of order',
      ['train', 'x', '--milestones', '9,4', '--iterations', '10'],
      /`--milestones` .* ascending/,
    ],
  ]
  it.each(cases)('%s', async (_title, argv, sentence) => {
    const { code, out, err } = await cli(...argv)
    expect(err).toMatch(sentence)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(out).toBe('')
    expect(code).toBe(2)
  })
})
