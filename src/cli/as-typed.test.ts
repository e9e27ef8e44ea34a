import { expect, it } from 'vitest'
import { DataError, UsageError, unexpected } from '../base/errors.ts'
import { flagOption, type OptionSpecs } from '../base/option.ts'
import { command } from './command.ts'
import { runCli } from './run.ts'

interface Options {
  readonly overwrite: boolean
  readonly checkpointEvery: boolean
}

const flag = flagOption({ group: 'x', meaning: 'x' })
const options: OptionSpecs<Options> = { overwrite: flag, checkpointEvery: flag }

const said = async (error: unknown): Promise<string> => {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  const thrower = command<Options>({
    name: 'try it',
    group: 'Data',
    summary: '',
    detail: '',
    arguments: [],
    options,
    examples: [],
    run: async () => {
      throw error
    },
  })
  const quiet = { write: () => {} }
  const surroundings = { signal: new AbortController().signal, version: '', glossary: '', debug: false }
  await runCli([thrower], ['try', 'it'], { stdout: quiet, stderr: { write }, ...surroundings })
  return text
}

it('names options as they are typed, the library by their fields', async () => {
  expect(await said(unexpected('checkpointEvery', 'a number', 'x'))).toBe(
    'cosface: Expected `--checkpoint-every` to be a number, got "x"\n',
  )
  expect(await said(new UsageError('x exists; give `overwrite` to replace it'))).toContain('`--overwrite`')
  // in a config file fields are typed, and a word of a file's format is no option
  expect(await said(new UsageError('Expected `overwrite`', { inFields: true }))).toContain('`overwrite`')
  expect(await said(new DataError('x has no `overwrite`'))).toContain('`overwrite`')
})

it('lets no control character of a name through, and no code of the system', async () => {
  expect(await said(new DataError('there is no a\u001b[2Jb'))).toBe('cosface: there is no a\\x1b[2Jb\n')
  const raw = Object.assign(new Error("ENOENT: no such file or directory, open '/x/y'"), {
    code: 'ENOENT',
    syscall: 'open',
  })
  expect(await said(raw)).toBe('cosface: /x/y: there is no such file or folder\n')
})
