import { expect, it } from 'vitest'
import { flagOf } from '../base/option.ts'
import { commands } from './commands/all.ts'
import { otherNames } from './other-names.ts'
import { runCli } from './run.ts'

const said = async (argv: readonly string[]): Promise<{ readonly code: number; readonly text: string }> => {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  const code = await runCli(commands, argv, {
    stdout: { write },
    stderr: { write },
    signal: new AbortController().signal,
    version: '0',
    glossary: '',
    debug: false,
  })
  return { code, text }
}

it('answers the names of other tools with ours, in every command that has the option', async () => {
  for (const { name, options } of commands) {
    const keys = options.map(({ key }) => key)
    const flags = new Set(keys.map(flagOf))
    for (const key of keys)
      for (const theirs of otherNames[key] ?? []) {
        if (flags.has(theirs)) continue
        const { code, text } = await said([...name.split(' '), theirs, '1'])
        expect([name, theirs, code, text]).toEqual([name, theirs, 2, expect.stringContaining(flagOf(key))])
      }
  }
})

it('gives every name of others to one option of ours', () => {
  const all = Object.values(otherNames).flat()
  expect(new Set(all).size).toBe(all.length)
  const known = new Set(commands.flatMap(({ options }) => options.map(({ key }) => key)))
  expect(Object.keys(otherNames).filter((key) => !known.has(key))).toEqual([])
})

it('says what -v would have been', async () => {
  expect((await said(['-v'])).text).toContain('--version')
  expect(await said(['train', '-v'])).toMatchObject({ code: 2, text: expect.stringContaining('--version') })
  expect((await said(['train', 'faces', '--gpu', '0'])).text).toContain('--device cuda')
  expect((await said(['train', 'faces', '--batch-size=32'])).text).toContain('--batch')
})
