import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeSeen, imageHash, personHash } from '../../model/seen.ts'
import { openFaces } from '../faces/face-sets.ts'
import { openTrainingData } from './folder-training-data.ts'
import { runPaths } from './run-folder.ts'
import { seenByRun, seenIn } from './seen-people.ts'

const root = mkdtempSync(join(tmpdir(), 'cosface-seen-'))
const people = ['Anna_Berg', 'Bob_Hill', 'Carl_Holm']

const draw = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const [i, name] of names.entries()) {
    mkdirSync(join(root, folder, name), { recursive: true })
    for (const image of [1, 2])
      writeFileSync(
        join(root, folder, name, `${image}.png`),
        await sharp({
          create: {
            width: 32,
            height: 32,
            channels: 3,
            background: { r: 40 * i, g: 40 * image, b: folder.length },
          },
        })
          .png()
          .toBuffer(),
      )
  }
}

beforeAll(async () => {
  await draw('train', people)
  await draw('others', ['Dora_Lind', 'Anna_Berg'])
  await draw('more', ['Dora_Lind', 'Emil_Falk'])
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const knows = (text: string, name: string): boolean =>
  decodeSeen(text, 'seen').people.has(personHash(name) ?? 0n)

describe('a run', () => {
  it('keeps hashes of every person and image it learns from', async () => {
    await using set = await openFaces([join(root, 'train')])
    const done: number[] = []
    const text = await seenIn([set], new AbortController().signal, (count) => done.push(count))
    const { images } = decodeSeen(text, 'seen')
    expect([done.at(-1), images.count]).toEqual([6, 6])
    expect(images.has(imageHash(readFileSync(join(root, 'train', 'Bob_Hill', '2.png'))))).toBe(true)
    expect(images.has(imageHash(readFileSync(join(root, 'more', 'Emil_Falk', '1.png'))))).toBe(false)
    expect(['Anna Berg', 'Emil Falk'].map((name) => knows(text, name))).toEqual([true, false])
    expect(text).not.toMatch(/anna|berg/i)
  })

  it('made before hashes were kept is known by its list of people; one without knows nothing', async () => {
    const folder = join(root, 'run')
    mkdirSync(folder)
    expect(await seenByRun(runPaths(folder))).toBeUndefined()
    const split = { train: ['a/Anna_Berg'], validation: ['Carl_Holm'], test: ['Bob_Hill'] }
    writeFileSync(runPaths(folder).split, JSON.stringify(split))
    const text = (await seenByRun(runPaths(folder))) ?? ''
    expect(people.map((name) => knows(text, name))).toEqual([true, false, true])
  })
})

it('folders for validation and test that share people are refused', async () => {
  const data = {
    folders: [join(root, 'train')],
    mergeNames: false,
    minImages: 1,
    validation: join(root, 'others'),
    test: join(root, 'more'),
    watch: [],
    maxUnreadable: 0,
  }
  const open = openTrainingData(data, 1, { height: 32, width: 32 })
  await expect(open).rejects.toThrow(/--validation .*others and --test .*more share 1 identity: Dora_Lind/)
})
