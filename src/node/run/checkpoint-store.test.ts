import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Tensor } from '../../tensor/tensor.ts'
import type { Checkpoint } from '../../train/checkpoint.ts'
import { configure } from '../../train/configure.ts'
import { type LockedFolder, lockFolder } from '../files/locked-folder.ts'
import {
  bestIteration,
  checkpointFolder,
  latestCheckpoint,
  listCheckpoints,
  readWeights,
  restoreBestMark,
} from './checkpoint-store.ts'

let run = ''
let locked: LockedFolder
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'cosface-checkpoints-'))
  locked = await lockFolder(run)
})
afterEach(async () => {
  await locked[Symbol.asyncDispose]()
  await rm(run, { recursive: true, force: true })
})

const tensor = (...data: readonly number[]): Tensor => ({
  shape: [data.length],
  data: Float32Array.from(data),
})

const checkpoint = (iteration: number): Checkpoint => ({
  record: {
    schema: 'cosface-checkpoint/1',
    iteration,
    config: configure({ iterations: 1000 }, { folders: ['faces'], threads: 2 }),
    plan: { blockSize: 1, lowerings: {}, layouts: {} },
    fingerprint: {
      runtime: 'r',
      driver: 'native',
      device: 'cpu',
      cpu: 'c',
      threads: 2,
      blockSize: 1,
      plan: 'p',
    },
    identities: ['a', 'b'],
    unreadable: [{ id: 'a/1.jpg', reason: 'truncated' }],
  },
  state: new Map([
    ['head.weight', tensor(iteration, 2, 3)],
    ['velocity/head.weight', tensor(0.5, iteration)],
  ]),
})

const file = (iteration: number, name: string): string =>
  join(run, 'checkpoints', String(iteration).padStart(8, '0'), name)

describe('checkpoints in a run folder', () => {
  test('a checkpoint killed before its mark is marked when it is gone on from', async () => {
    const store = checkpointFolder(locked)
    await store.save(checkpoint(5), true)
    const { record, state } = checkpoint(10)
    const best = { iteration: 10, accuracy: 0.9, auc: 0.9 }
    // as if the kill had come before the mark
    await store.save({ record: { ...record, best }, state }, false)
    await restoreBestMark(locked, { ...record, iteration: 10, best: { ...best, iteration: 5 } })
    expect(await bestIteration(run)).toBe(5)
    await restoreBestMark(locked, (await latestCheckpoint(run)).record)
    expect(await bestIteration(run)).toBe(10)
  })

  test('what is read is what was saved', async () => {
    await checkpointFolder(locked).save(checkpoint(5), false)
    const read = await latestCheckpoint(run)
    expect(read.state).toEqual(checkpoint(5).state)
    expect(read.record).toMatchObject(checkpoint(5).record)
  })

  test('the two latest and the best stay, others go', async () => {
    const store = checkpointFolder(locked)
    for (const iteration of [10, 20, 30, 40, 50]) await store.save(checkpoint(iteration), iteration === 20)
    expect(await listCheckpoints(run)).toEqual([20, 40, 50])
    expect(await bestIteration(run)).toBe(20)
    expect((await readWeights(run, 20)).weights.get('head.weight')).toEqual(tensor(20, 2, 3))
  })

  test('saving an iteration again replaces it', async () => {
    const store = checkpointFolder(locked)
    await store.save(checkpoint(7), false)
    await store.save(
      {
        ...checkpoint(7),
        record: { ...checkpoint(7).record, best: { iteration: 7, accuracy: 0.9, auc: 1 } },
      },
      true,
    )
    expect(await listCheckpoints(run)).toEqual([7])
    expect((await latestCheckpoint(run)).record.best?.accuracy).toBe(0.9)
    const state = new Map([...checkpoint(7).state, ['head.weight', tensor(0, 0, 9)]])
    await store.save({ ...checkpoint(7), state }, false)
    expect((await latestCheckpoint(run)).state).toEqual(state)
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['00000007', 'best.json'])
  })

  test('what a crash left half-written is never read and is cleared by the next save', async () => {
    const store = checkpointFolder(locked)
    await store.save(checkpoint(1), false)
    const draft = join(run, 'checkpoints', '00000002.partial')
    await mkdir(draft)
    await writeFile(join(draft, 'weights.safetensors'), 'half')
    expect((await latestCheckpoint(run)).record.iteration).toBe(1)
    await store.save(checkpoint(3), false)
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['00000001', '00000003'])
  })

  test.each(['weights.safetensors', 'optimizer.safetensors'])(
    'a truncated or edited %s is refused by name',
    async (name) => {
      await checkpointFolder(locked).save(checkpoint(4), false)
      const bytes = await readFile(file(4, name))
      await truncate(file(4, name), bytes.length - 1)
      await expect(latestCheckpoint(run)).rejects.toThrow(
        `${name}: the content is not what was saved (truncated or edited)`,
      )
      const edited = Uint8Array.from(bytes)
      edited[edited.length - 2] = (edited.at(-2) ?? 0) ^ 1
      await writeFile(file(4, name), edited)
      await expect(latestCheckpoint(run)).rejects.toThrow('truncated or edited')
    },
  )

  test('a record that is no JSON or not a checkpoint’s is refused by name', async () => {
    await checkpointFolder(locked).save(checkpoint(4), false)
    await truncate(file(4, 'checkpoint.json'), 40)
    await expect(latestCheckpoint(run)).rejects.toThrow('checkpoint.json: the content is no JSON')
    await writeFile(file(4, 'checkpoint.json'), '{"schema":"other"}')
    await expect(latestCheckpoint(run)).rejects.toThrow(
      'checkpoint.json: the content is not that of a checkpoint',
    )
  })

  test('a record that was edited is refused, one laid out otherwise is not; the one before it is named', async () => {
    const store = checkpointFolder(locked)
    await store.save(checkpoint(3), false)
    await store.save(checkpoint(4), false)
    const text = await readFile(file(4, 'checkpoint.json'), 'utf8')
    const parsed: unknown = JSON.parse(text)
    await writeFile(file(4, 'checkpoint.json'), JSON.stringify(parsed))
    expect((await latestCheckpoint(run)).record).toMatchObject(checkpoint(4).record)
    await writeFile(file(4, 'checkpoint.json'), text.replace('"iteration": 4', '"iteration": 5'))
    await expect(latestCheckpoint(run)).rejects.toThrow(
      /checkpoint\.json: the content is not what was saved \(edited\); remove .*00000004 to go on from iteration 3/,
    )
  })

  test('a part that is missing is named, and a mark of the best that leads nowhere', async () => {
    await checkpointFolder(locked).save(checkpoint(4), true)
    await rm(file(4, 'optimizer.safetensors'))
    await expect(latestCheckpoint(run)).rejects.toThrow(
      /optimizer\.safetensors: this part of the checkpoint cannot be read/,
    )
    for (const mark of ['{"iteration":9}', '{', '']) {
      await writeFile(join(run, 'checkpoints', 'best.json'), mark)
      await expect(bestIteration(run)).rejects.toThrow('best.json: names no checkpoint that is there')
    }
  })

  test('a disk that takes no more leaves the previous checkpoint whole and nothing half-written', async () => {
    const store = checkpointFolder(locked)
    await store.save(checkpoint(1), false)
    // a tensor whose memory cannot be read stands for any failure in the middle of writing
    const broken = checkpoint(2)
    const detached = new ArrayBuffer(8)
    const lost = new Float32Array(detached)
    structuredClone(detached, { transfer: [detached] })
    const state = new Map([...broken.state, ['velocity/x', { shape: [2], data: lost }]])
    await expect(store.save({ ...broken, state }, false)).rejects.toThrow(
      'The checkpoint could not be written',
    )
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['00000001'])
    expect((await latestCheckpoint(run)).state).toEqual(checkpoint(1).state)
  })

  test('a run without checkpoints says so', async () => {
    await expect(latestCheckpoint(run)).rejects.toThrow('holds no checkpoint to go on from')
  })
})
