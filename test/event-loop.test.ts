/**
 * @file The event loop is served while the native driver trains, validates, saves and decodes. What counts is the
 * processor time between two turns of the loop, not the clock: a busy machine makes every turn late.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cosface } from './command.ts'

const ownTime = '/proc/thread-self/schedstat'
const folder = mkdtempSync(join(tmpdir(), 'cosface-loop-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = (name: string): string => JSON.stringify(new URL(`../dist/${name}.js`, import.meta.url).href)

// in a process of its own: the thread that is watched does nothing else
const watching = `
  import { readFileSync } from 'node:fs'
  import { startRun } from ${built('node/run/train-run')}
  import { configure } from ${built('train/configure')}
  import { openSession } from ${built('node/session/open-session')}
  const [faces, out] = process.argv.slice(2)
  const settings = {
    backbone: 'sphere4', size: '64x64', embeddingSize: 512, batch: 16, iterations: 8, warmup: 0,
    checkpointEvery: 3, validateEvery: 4, validation: 0.4, test: 0,
  }
  const config = configure(settings, { folders: [faces], threads: 2, preset: 'quick' })
  const used = () => Number(readFileSync('${ownTime}', 'utf8').split(' ')[0]) / 1e6
  let [last, longest, training, seen] = [used(), 0, false, new Set()]
  setInterval(() => {
    const now = used()
    if (training) longest = Math.max(longest, now - last)
    last = now
  }, 1).unref()
  const signal = new AbortController().signal
  for await (const { kind } of startRun(config, { out, openSession: (spec) => openSession(spec), signal })) {
    seen.add(kind)
    training = kind !== 'end' && (training || kind === 'start')
    if (kind === 'end') break
  }
  console.log(JSON.stringify({ longest, seen: [...seen] }))
`

describe.skipIf(!existsSync(ownTime))(
  `while a run trains${existsSync(ownTime) ? '' : ' (skipped: this system does not tell a thread’s own time)'}`,
  () => {
    test('the event loop never stands still for 100 ms', { timeout: 180_000 }, async () => {
      const faces = join(folder, 'faces')
      const drawn = await cosface(['synth', faces, '--identities', '60', '--images', '3', '--size', '64x64'])
      expect(drawn.code, drawn.output).toBe(0)
      const script = join(folder, 'watching.mjs')
      writeFileSync(script, watching)
      const args = [script, faces, join(folder, 'run')]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
      await new Promise((resolve) => child.on('close', resolve))
      const { longest, seen } = JSON.parse(said)
      expect(seen).toEqual(expect.arrayContaining(['progress', 'start', 'step', 'validation', 'checkpoint']))
      expect(longest).toBeLessThan(100)
    })
  },
)
