import { expect, it } from 'vitest'
import { createOutput } from './output.ts'
import { conclude } from './training.ts'

it.each([
  ['interrupted', 'Go on with: cosface train --resume runs/1\n'],
  ['non-finite', ''],
] as const)('says how to go on only where going on helps (%s)', async (reason, said) => {
  const lines: string[] = []
  const out = { write: (text: string) => void lines.push(text) }
  const output = createOutput(out, out, false)
  const stopped = { kind: 'stopped', iteration: 3, reason, text: '' } as const
  const code = await conclude({ output, signal: new AbortController().signal }, 'runs/1', {
    kind: 'stopped',
    stopped,
  })
  expect(code).toBe(1)
  expect(lines.join('')).toBe(said)
})
