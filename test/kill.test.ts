/**
 * @file Training killed at any moment can be taken up again and ends as if nothing had happened. A few kills here;
 * COSFACE_KILLS=50 for many.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { cosface, tinyTraining } from './command.ts'

const kills = Number(process.env['COSFACE_KILLS'] ?? 3)
let folder = ''
const trainArgs = (out: string): string[] => tinyTraining(join(folder, 'faces'), out)

const finalHash = async (run: string): Promise<string> => {
  const last = (await readdir(join(run, 'checkpoints'))).filter((name) => /^\d+$/.test(name)).at(-1)
  const hash = createHash('sha256')
  for (const name of ['weights.safetensors', 'optimizer.safetensors']) {
    hash.update(await readFile(join(run, 'checkpoints', last ?? '', name)))
  }
  return `${last} ${hash.digest('hex')}`
}

/** Once its configuration is written a run can be taken up. */
const isBegun = (run: string): boolean => existsSync(join(run, 'config.json'))

/** Before, there is nothing. */
const begunAnew = async (run: string): Promise<string[]> => {
  await rm(run, { recursive: true, force: true })
  return trainArgs(run)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-kill-'))
  const { code, output } = await cosface([
    'synth',
    join(folder, 'faces'),
    '--identities',
    '6',
    '--images',
    '4',
    '--seed',
    '2',
  ])
  expect(code, output).toBe(0)
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test(`${kills} kills at random moments change nothing`, { timeout: 60_000 + kills * 30_000 }, async () => {
  const started = performance.now()
  const whole = await cosface(trainArgs(join(folder, 'whole')))
  const duration = performance.now() - started
  expect(whole.code, whole.output).toBe(0)
  const expected = await finalHash(join(folder, 'whole'))
  const stream = random(11, 'kills')
  let number = 0
  let killed = 0
  while (killed < kills) {
    const run = join(folder, `run-${number++}`)
    let ended = await cosface(trainArgs(run), duration * stream.uniform())
    while (ended.code !== 0) {
      killed++
      const again = isBegun(run) ? ['train', '--resume', run] : await begunAnew(run)
      const killAgain = killed < kills && stream.uniform() < 0.7
      ended = await cosface(again, killAgain ? duration * stream.uniform() : undefined)
      if (!killAgain) expect(ended.code, ended.output).toBe(0)
    }
    expect(await finalHash(run)).toBe(expected)
    await rm(run, { recursive: true, force: true })
  }
})
