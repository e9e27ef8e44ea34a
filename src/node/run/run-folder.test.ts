import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TrainEvent } from '../../train/events.ts'
import { type LockedFolder, lockFolder } from '../files/locked-folder.ts'
import { clearForNewRun, openEventLog, readEvents, removeRun, runPaths, writeJson } from './run-folder.ts'

let folder = ''
let run: LockedFolder
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-run-'))
  run = await lockFolder(join(folder, 'run'))
})
afterEach(async () => {
  await run[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const checkpoint = (iteration: number): TrainEvent => ({ kind: 'checkpoint', iteration, folder: '' })
const logOf = (): string => runPaths(run.path).events
const identity = async (): Promise<number> => (await stat(logOf())).ino

/** A log with a step for each of the first iterations. */
const logged = async (steps: number): Promise<void> => {
  const lines = Array.from(
    { length: steps },
    (_, iteration) => `${JSON.stringify({ kind: 'step', iteration })}\n`,
  )
  await writeFile(logOf(), lines.join(''))
}

describe('the log of a run that goes on', () => {
  it('that is kept whole is appended to, and never written again', async () => {
    await logged(8)
    const before = await identity()
    {
      await using log = await openEventLog(run, 8)
      expect(log.events).toHaveLength(8)
      expect(log.missing).toBeUndefined()
      await log.append(checkpoint(8))
    }
    expect(await identity()).toBe(before)
    expect(await readEvents(runPaths(run.path))).toHaveLength(9)
  })

  it('is replaced whole where something is dropped; until then the old one is there', async () => {
    await logged(8)
    await appendFile(logOf(), '{"kind":"st')
    const before = await readFile(logOf(), 'utf8')
    await using log = await openEventLog(run, 6)
    expect(log.events).toHaveLength(6)
    expect(before.startsWith(await readFile(logOf(), 'utf8'))).toBe(true)
    expect((await readFile(logOf(), 'utf8')).split('\n')).toHaveLength(7)
  })

  it('that was cut off in a line loses that line alone', async () => {
    await logged(3)
    await truncate(logOf(), (await stat(logOf())).size - 2)
    await using log = await openEventLog(run, 2)
    await log.append(checkpoint(2))
    expect(await readEvents(runPaths(run.path))).toHaveLength(3)
  })

  it.each([
    [0, 'holds no iteration, but the checkpoint is of iteration 6'],
    [4, 'ends at iteration 4, but the checkpoint is of iteration 6'],
  ])('that holds %s iterations does not reach a later checkpoint, and says so', async (steps, told) => {
    await logged(steps)
    await using log = await openEventLog(run, 6)
    expect(log.missing).toContain(told)
  })

  it('that is not there is said to be missing', async () => {
    await using log = await openEventLog(run, 6)
    expect(log.missing).toContain('holds no iteration')
  })
})

describe('clearing away', () => {
  it('removes what the run made, and nothing that others put there', async () => {
    await writeJson(run, runPaths(run.path).config, {})
    await run.replace(join(run.path, 'notes-of-a-later-version.json'), '')
    await writeFile(join(run.path, 'mine.txt'), 'mine')
    await removeRun(run)
    expect(await run.entries()).toEqual(['mine.txt'])
    await expect(clearForNewRun(run)).rejects.toThrow('is not empty: choose another --out')
  })

  it('goes on with a run whose configuration alone was written', async () => {
    await writeJson(run, runPaths(run.path).config, {})
    await expect(clearForNewRun(run)).rejects.toThrow(`--resume ${run.path}`)
  })

  it('begins where a killed run left first weights and no configuration, and not where somebody put them', async () => {
    const weights = runPaths(run.path).initial
    await writeFile(weights, 'mine')
    await expect(clearForNewRun(run)).rejects.toThrow('is not empty')
    expect(await readdir(run.path)).toContain('initial.safetensors')
  })
})
