/** @file Runs the command line where something must go wrong, and looks at what it leaves behind. */
import { spawn } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** How a command ended, its two streams apart. */
export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Whether it is time, by what stands on stderr so far. */
export type Moment = (err: string) => boolean

/** Runs `cosface`; sends SIGINT when the first of `moments` has come, again at the second, and so on. */
export function run(args: readonly string[], moments: readonly Moment[] = []): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [left, said] = [[...moments], { out: '', err: '' }]
    const look = (): void => {
      if (left[0]?.(said.err) !== true) return
      left.shift()
      child.kill('SIGINT')
    }
    const watch = setInterval(look, 5)
    child.stdout.on('data', (piece: Buffer) => (said.out += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => {
      said.err += piece.toString()
      look()
    })
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({ code, ...said })
    })
  })
}

/** One last line for a person: no stack, no fault of ours, nothing on stdout. */
export function expectSentence({ out, err }: Outcome, sentence: RegExp): void {
  const lines = err.trimEnd().split('\n')
  expect(lines.at(-1)).toMatch(/^cosface: /)
  expect(lines.at(-1)).toMatch(sentence)
  expect(err).not.toMatch(/^\s+at |COSFACE_DEBUG|TypeError|undefined|\[object/m)
  expect(lines.filter((line) => line.startsWith('cosface: '))).toHaveLength(1)
  expect(out).toBe('')
}

/** Everything under a folder, links not followed, with size and time of change. */
export function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const { size, mtimeMs } = lstatSync(path)
      return entry.isFile() ? `${relative(folder, path)} ${size} ${mtimeMs}` : relative(folder, path)
    })
    .toSorted()
}

/** Runs a command that is given an empty folder to write into and must refuse, leaving that folder empty. */
export async function expectRefusal(
  scratch: string,
  args: (out: string) => readonly string[],
  code: 1 | 2,
  sentence: RegExp,
): Promise<Outcome> {
  const out = mkdtempSync(join(scratch, 'out-'))
  const outcome = await run(args(out))
  expectSentence(outcome, sentence)
  expect(outcome.code).toBe(code)
  expect(readdirSync(out)).toEqual([])
  return outcome
}
