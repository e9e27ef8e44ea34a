/** @file Training from RecordIO in place: the same run as from the folder it was packed from. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBatches } from '../src/node/faces/batches.ts'
import { openFaces } from '../src/node/faces/face-sets.ts'
import { openTrainingData } from '../src/node/run/folder-training-data.ts'
import type { DataConfig } from '../src/train/config.ts'
import { cosface, tinyTraining } from './command.ts'

let root = ''
const at = (...parts: readonly string[]): string => join(root, ...parts)

const run = async (...args: readonly string[]): Promise<string> => {
  const { code, output } = await cosface(args)
  expect(code, output).toBe(0)
  return output
}

const draw = (name: string, people: number, seed: number): Promise<string> =>
  run(
    ...['synth', at(name), '--identities', String(people), '--images', '4', '--size', '32x32'],
    ...['--seed', String(seed)],
  )

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cosface-records-'))
  await draw('faces', 12, 2)
  await run('pack', 'rec', at('faces'), '--out', at('packed'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const weights = async (folder: string, checkpoint: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(folder, 'checkpoints', checkpoint, 'weights.safetensors')))
    .digest('hex')

const json = async (...parts: readonly string[]): Promise<unknown> =>
  JSON.parse(await readFile(at(...parts), 'utf8'))

const dataConfig: DataConfig = {
  folders: [],
  mergeNames: false,
  minImages: 1,
  validation: 0,
  test: 0,
  watch: [],
  maxUnreadable: 0,
}
const size = { height: 32, width: 32 }

describe('cosface train with a record file', () => {
  const args = (source: string, out: string): string[] =>
    tinyTraining(
      at(source),
      at(out),
      ...['--validation', '0.2', '--test', '0.2', '--augment', 'standard', '--iterations', '6'],
    )

  it('is the run of the folder it was packed from, and goes on bit for bit', async () => {
    await run(...args('faces', 'by-folder'))
    const said = await run(...args('packed', 'by-records'))
    expect(said).toContain('8 identities, 32 images to learn from')
    expect(await json('by-records', 'split.json')).toEqual(await json('by-folder', 'split.json'))
    const last = '00000006'
    const trained = await weights(at('by-folder'), last)
    expect(await weights(at('by-records'), last)).toBe(trained)
    const kept = await readdir(at('by-records', 'checkpoints'))
    expect(kept).toContain(last)
    // as if it had been interrupted before the last two updates
    await rm(at('by-records', 'checkpoints', last), { recursive: true })
    await run('train', '--resume', at('by-records'))
    expect(await weights(at('by-records'), last)).toBe(trained)
  })

  it('names what is damaged before anything is written', async () => {
    const records = await readFile(at('packed', 'train.rec'))
    const index = await readFile(at('packed', 'train.idx'))
    for (const [name, bytes, reason] of [
      ['cut', records.subarray(0, records.length - 5), 'train.rec'],
      ['empty', new Uint8Array(), 'the file is empty'],
      ['magic', Buffer.concat([Buffer.from([1, 2, 3, 4]), records.subarray(4)]), '0xced7230a'],
    ] as const) {
      const folder = at(`${name}.d`)
      await run('pack', 'rec', at('faces'), '--out', folder)
      await writeFile(join(folder, 'train.rec'), bytes)
      await writeFile(join(folder, 'train.idx'), index)
      const { code, output } = await cosface(tinyTraining(folder, at('bad-run')))
      expect(code, output).toBe(1)
      expect(output).toContain(reason)
      expect(await readdir(root)).not.toContain('bad-run')
    }
  })
})

describe('sets of faces', () => {
  it('mix folders and record files, tell them apart by name, and give every thread the same batches', async () => {
    await draw('more', 3, 7)
    await using set = await openFaces([at('more'), at('packed')], { minImages: 2 })
    expect(set.identities).toHaveLength(15)
    expect(set.identities[0]).toMatch(/^more\//)
    expect(set.identities.at(-1)).toMatch(/^packed\//)
    expect(set.samples.map(({ id }) => id)).toEqual(set.samples.map(({ id }) => id).toSorted())
    const augmentation = { flip: true, shift: 2, zoom: 0, rotate: 0, light: 0, grey: 0, erase: 0, blur: 0 }
    const taken = [0, 2].map(async (workers) => {
      await using batches = await openBatches({
        ...{ dataset: set, size, batch: 9, seed: 3, augmentation, workers },
        cacheBytes: 0,
      })
      return [await batches.batch(0), await batches.batch(5)]
    })
    const [alone, threads] = await Promise.all(taken)
    expect(threads).toEqual(alone)
  })

  it('merge names across kinds, and refuse a set given twice', async () => {
    await using merged = await openFaces([at('faces'), at('packed')], { mergeNames: true })
    expect(merged.identities).toHaveLength(12)
    expect(merged.samples).toHaveLength(96)
    await expect(openFaces([at('packed'), at('packed', 'train.rec')])).rejects.toThrow(
      'one set; give it once',
    )
    await expect(openFaces([at('packed'), at('packed')])).rejects.toThrow('is given twice')
  })

  it('take identities by a range of labels', async () => {
    await run('pack', 'rec', at('faces'), '--out', at('labels'))
    await rm(at('labels', 'train.lst'))
    const open = (identities: string) =>
      openTrainingData({ ...dataConfig, folders: [at('labels')], identities }, 1, size)
    await using some = await open('2-5')
    expect(some.train.identities).toEqual(['2', '3', '4', '5'])
    await expect(open('5-2')).rejects.toThrow('a range like 0-999, got 5-2')
    await expect(open('50-60')).rejects.toThrow('None of the names in 50-60')
    await expect(openFaces([at('labels')], { minImages: 9 })).rejects.toThrow('lower --min-images')
  })
})
