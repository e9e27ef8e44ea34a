/** @file `cosface runs` over made-up run folders: each way in which a run can have ended. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockFolder } from '../src/node/files/locked-folder.ts'
import { configure } from '../src/train/configure.ts'
import { cli } from './cli-in-process.ts'

let folder = ''
const at = (name: string): string => join(folder, name)

const step = (iteration: number, loss: number): object => ({
  kind: 'step',
  iteration,
  metrics: { loss },
  seconds: 2,
})

const makeRun = async (name: string, margin: number, events: readonly object[]): Promise<void> => {
  await mkdir(at(name), { recursive: true })
  const settings = { backbone: 'sphere4', size: { height: 32, width: 32 }, iterations: 1200, margin } as const
  const config = configure(settings, { folders: ['faces'], threads: 1, preset: 'quick' })
  await writeFile(join(at(name), 'config.json'), JSON.stringify(config))
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  // a kill cuts the last line off
  await writeFile(join(at(name), 'events.jsonl'), `${lines}{"kind":"st`)
}

const validation = (iteration: number, accuracy: number, best: boolean): object => ({
  kind: 'validation',
  set: 'validation',
  iteration,
  best,
  result: { accuracy },
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-runs-'))
  await makeRun('10', 0.2, [step(0, 5), { kind: 'stopped', reason: 'interrupted', iteration: 1, text: '' }])
  await makeRun('2', 0.35, [
    step(0, 9.5),
    validation(1, 0.7, true),
    step(1, 4.25),
    validation(2, 0.6, false),
    { kind: 'end', iteration: 2 },
  ])
  await makeRun('3', 0.35, [step(0, 9.5), { kind: 'stopped', reason: 'non-finite', iteration: 0, text: '' }])
  await makeRun('4', 0.35, [step(0, 9.5)])
  await makeRun('5', 0.35, [])
  await mkdir(at('no-run'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('lists the runs of a folder in the order of their numbers, each with what became of it', async () => {
  const { code, out } = await cli('runs', folder, '--json')
  expect(code).toBe(0)
  const listed: unknown = JSON.parse(out)
  expect(listed).toMatchObject({
    schema: 'cosface-runs/1',
    runs: [
      {
        run: at('2'),
        state: 'finished',
        iteration: 2,
        loss: 4.25,
        bestAccuracy: 0.7,
        bestIteration: 1,
        seconds: 4,
      },
      { run: at('3'), state: 'failed' },
      { run: at('4'), state: 'interrupted', iteration: 1, iterations: 1200 },
      { run: at('5'), state: 'begun', iteration: 0 },
      { run: at('10'), state: 'stopped' },
    ],
  })
  const text = await cli('runs', folder)
  expect(text.out).toContain(
    'finished     2/1,200     4.250  70.0 % at 1      4 s   sphere4, cosface s 30 m 0.35',
  )
})

it('says that a run is running while a process holds its folder', async () => {
  await using held = await lockFolder(at('4'))
  expect(held.note).toBeUndefined()
  expect((await cli('runs', 'show', at('4'))).out).toMatch(/^state {12}running\n/)
})

it('shows what to do next', async () => {
  expect((await cli('runs', 'show', at('4'))).out).toContain(
    `go on with it: cosface train --resume ${at('4')}`,
  )
  expect((await cli('runs', 'show', at('2'))).out).toContain(`use it: cosface evaluate --model ${at('2')}`)
})

it('puts two runs side by side with the settings in which they differ', async () => {
  const { out } = await cli('runs', 'compare', at('2'), at('10'), '--json')
  const compared: unknown = JSON.parse(out)
  expect(compared).toMatchObject({ differences: [{ setting: 'loss.margin', first: '0.35', second: '0.2' }] })
  expect((await cli('runs', 'compare', at('2'), at('3'))).out).toContain('All settings are the same.')
})

it('answers a folder that is not there and one that is not a run', async () => {
  expect(await cli('runs', at('nothing'))).toMatchObject({
    code: 2,
    err: `cosface: There is no folder ${at('nothing')}\n`,
  })
  expect((await cli('runs', 'show', at('no-run'))).err).toContain(
    'is not a run folder: it has no config.json',
  )
  expect((await cli('runs', at('no-run'))).out).toContain('holds no runs')
})
