import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, UsageError } from '../../base/errors.ts'
import type { DataConfig } from '../../train/config.ts'
import { openFolders } from './folder-dataset.ts'
import { scanFolder } from './folder-scan.ts'
import { openTrainingData } from '../run/folder-training-data.ts'

let root = ''
let jpeg = new Uint8Array()

/** Writes files under a fresh folder: paths ending in an image's name hold an image, others text. */
const tree = async (name: string, paths: readonly string[]): Promise<string> => {
  const folder = join(root, name)
  await mkdir(folder, { recursive: true })
  for (const path of paths) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), /\.(jpe?g|png|webp)$/i.test(path) ? jpeg : 'text')
  }
  return folder
}

const people = (count: number, images: number, prefix = 'p'): string[] =>
  Array.from({ length: count }, (_, person) =>
    Array.from({ length: images }, (_unused, image) => `${prefix}${person}/${image}.jpg`),
  ).flat()

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folders-'))
  jpeg = await sharp({ create: { height: 32, width: 32, channels: 3, background: '#a05030' } })
    .jpeg()
    .toBuffer()
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

describe('scanFolder', () => {
  it('finds images by identity, ordered by code point, nested and upper-case ones too', async () => {
    const folder = await tree('plain', [
      'b/2.PNG',
      'b/10.jpg',
      'Z/deep/er/1.webp',
      'a/1.jpeg',
      'a/notes.txt',
      'ä/1.jpg',
    ])
    const scan = await scanFolder(folder)
    expect(scan.identities).toEqual([
      { name: 'Z', images: ['Z/deep/er/1.webp'] },
      { name: 'a', images: ['a/1.jpeg'] },
      { name: 'b', images: ['b/10.jpg', 'b/2.PNG'] },
      { name: 'ä', images: ['ä/1.jpg'] },
    ])
    expect(scan.notes).toEqual([
      `1 file in ${folder} left out (1 × .txt): only JPEG, PNG, WebP, GIF, TIFF and AVIF are read`,
    ])
  })

  it('passes over hidden files and folders without images, and names the latter', async () => {
    const folder = await tree('hidden', [
      'a/1.jpg',
      'a/._1.jpg',
      '.cache/x/1.jpg',
      '__MACOSX/a/1.jpg',
      'empty/readme',
    ])
    await mkdir(join(folder, 'bare'))
    const { identities, notes } = await scanFolder(folder)
    expect(identities).toEqual([{ name: 'a', images: ['a/1.jpg'] }])
    expect(notes[0]).toBe(`2 folders in ${folder} without any image: bare, empty`)
  })

  it('follows links, breaks their circles, and names those that lead nowhere', async () => {
    const folder = await tree('links', ['a/1.jpg', 'other/x/2.jpg'])
    await symlink(join(folder, 'other'), join(folder, 'a', 'more'))
    await symlink(join(folder, 'a'), join(folder, 'a', 'again'))
    await symlink(folder, join(folder, 'whole'))
    await symlink(join(folder, 'nowhere'), join(folder, 'a', 'gone.jpg'))
    const scan = await scanFolder(folder)
    expect(scan.identities.map(({ name, images }) => [name, images.length])).toEqual([
      ['a', 2],
      ['other', 1],
    ])
    expect(scan.notes.filter((text) => text.includes('links back'))).toHaveLength(2)
    expect(
      scan.notes.filter((text) => text.includes('leads nowhere (there is no such file or folder)')),
    ).toHaveLength(1)
  })

  it.skipIf(process.getuid?.() === 0)('names folders it may not read (not tried as root)', async () => {
    const folder = await tree('locked', ['a/1.jpg', 'b/1.jpg'])
    await chmod(join(folder, 'b'), 0)
    const { notes } = await scanFolder(folder)
    await chmod(join(folder, 'b'), 0o755)
    expect(notes).toEqual([
      `${join(folder, 'b')} could not be read (it may not be read or written by this user)`,
    ])
  })

  it('refuses what is no folder of identities, and says what one looks like', async () => {
    await expect(scanFolder(join(root, 'missing'))).rejects.toThrow(UsageError)
    await expect(scanFolder(join(root, 'missing'))).rejects.toThrow('There is no folder')
    const file = join(await tree('file', ['a.jpg']), 'a.jpg')
    await expect(scanFolder(file)).rejects.toThrow('is no folder')
    await expect(scanFolder(await tree('empty', []))).rejects.toThrow(
      /is empty; expected one folder per identity/,
    )
    await expect(scanFolder(join(root, 'file'))).rejects.toThrow(
      /holds 1 image but no folders; expected one folder per identity with its images inside/,
    )
    const texts = await tree('texts', ['a/1.txt', 'b/2.bmp'])
    await expect(scanFolder(texts)).rejects.toThrow(
      'only other files (1 × .bmp, 1 × .txt); JPEG, PNG, WebP, GIF, TIFF and AVIF are read',
    )
    await expect(scanFolder(texts)).rejects.toThrow(DataError)
  })

  describe('where people lie deeper', () => {
    const nested = (): Promise<string> =>
      tree('nested', [
        'train/anna/1.jpg',
        'train/bob/1.jpg',
        'test/anna/2.jpg',
        'test/cem/3.jpg',
        'solo/1.jpg',
      ])

    it('refuses to take the folders above them for people, and says both ways out', async () => {
      const folder = await nested()
      await expect(scanFolder(folder)).rejects.toThrow(
        `${folder} holds folders of folders with images: test (2), train (2); who is a person? If anna, cem are people, ` +
          `give ${join(folder, 'test')} alone, or all of them with --depth 2; if test is one person, add --depth 1`,
      )
      await expect(openFolders([folder])).rejects.toThrow(DataError)
    })

    it('takes what it is told to be people', async () => {
      const folder = await nested()
      const deep = await scanFolder(folder, { depth: 2 })
      expect(deep.identities.map(({ name }) => name)).toEqual([
        'test/anna',
        'test/cem',
        'train/anna',
        'train/bob',
      ])
      expect(deep.notes).toEqual([`1 image in ${folder} in no identity's folder, left out`])
      const flat = await scanFolder(folder, { depth: 1 })
      expect(flat.identities.map(({ name, images }) => [name, images.length])).toEqual([
        ['solo', 1],
        ['test', 2],
        ['train', 2],
      ])
      await expect(scanFolder(folder, { depth: 3 })).rejects.toThrow(
        'has no images 3 folders down (--depth 3)',
      )
      const merged = await openFolders([folder], { depth: 2, mergeNames: true })
      expect(merged.identities).toEqual(['anna', 'bob', 'cem'])
    })

    it('lets a person have images in folders of their own', async () => {
      const scan = await scanFolder(
        await tree('parts', ['anna/1.jpg', 'anna/x/2.jpg', 'anna/y/3.jpg', 'bob/z/1.jpg']),
      )
      expect(scan.identities.map(({ images }) => images.length)).toEqual([3, 1])
    })
  })

  it('reads what the decoder reads, by any usual ending', async () => {
    const scan = await scanFolder(
      await tree('kinds', ['a/1.jfif', 'a/2.jpe', 'a/3.gif', 'a/4.TIFF', 'a/5.avif', 'a/6.bmp']),
    )
    expect(scan.identities[0]?.images).toHaveLength(5)
    expect(scan.notes[0]).toContain('1 × .bmp')
  })

  it('leaves out images beside the identities, and says so', async () => {
    const { notes } = await scanFolder(await tree('loose', ['a/1.jpg', 'x.jpg']))
    expect(notes[0]).toContain('1 image in')
  })
})

describe('openFolders', () => {
  it('is a data set whose samples are ordered by id', async () => {
    await using dataset = await openFolders([await tree('one', ['b/1.jpg', 'a b/1.jpg', 'a/1.jpg'])])
    expect(dataset.identities).toEqual(['a', 'a b', 'b'])
    expect(dataset.samples.map(({ id }) => id)).toEqual(['a b/1.jpg', 'a/1.jpg', 'b/1.jpg'])
    expect(dataset.samples.map(({ identity }) => identity)).toEqual([1, 0, 2])
    expect((await dataset.image(1)).height).toBe(32)
  })

  it('keeps equal names in two folders apart, unless they are to be merged', async () => {
    const folders = [await tree('x', ['anna/1.jpg', 'bea/1.jpg']), await tree('y', ['anna/1.jpg'])]
    const apart = await openFolders(folders)
    expect(apart.identities).toEqual(['x/anna', 'x/bea', 'y/anna'])
    expect(apart.names).toEqual(['anna', 'bea', 'anna'])
    const merged = await openFolders(folders, { mergeNames: true })
    expect(merged.identities).toEqual(['anna', 'bea'])
    expect(merged.samples.map(({ id, identity }) => [id, identity])).toEqual([
      ['x/anna/1.jpg', 0],
      ['x/bea/1.jpg', 1],
      ['y/anna/1.jpg', 0],
    ])
  })

  it('leaves out identities with too few images', async () => {
    const folder = await tree('few', ['a/1.jpg', 'b/1.jpg', 'b/2.jpg'])
    const dataset = await openFolders([folder], { minImages: 2 })
    expect([dataset.identities, dataset.dropped]).toEqual([['b'], 1])
    await expect(openFolders([folder], { minImages: 3 })).rejects.toThrow('None of the 2 identities in')
  })
})

describe('openTrainingData', () => {
  const config = (folders: readonly string[], other: Partial<DataConfig> = {}): DataConfig => ({
    folders,
    mergeNames: false,
    minImages: 1,
    validation: 0,
    test: 0,
    watch: [],
    maxUnreadable: 0.01,
    ...other,
  })
  const input = { height: 112, width: 96 }

  it('divides identities by shares', async () => {
    const folder = await tree('many', people(20, 2))
    const data = await openTrainingData(config([folder], { validation: 0.2, test: '0.1' }), 1, input)
    expect([data.train, data.validation, data.test].map((set) => set.identities.length)).toEqual([14, 4, 2])
    const names = [data.train, data.validation, data.test].flatMap((set) => set.identities)
    expect(new Set(names).size).toBe(20)
    expect(data.train.samples).toHaveLength(28)
    expect(data.remarks[0]?.text).toContain('14 identities, 28 images')
    expect(data.remarks[1]?.text).toBe('All images are 32x32: they look aligned')
  })

  it('takes lists for sets, and names who is missing', async () => {
    const folder = await tree('listed', people(6, 2))
    const list = join(root, 'validation.txt')
    await writeFile(list, '3\r\np1\t2\r\np2\t2\r\nghost\t1\r\n')
    const data = await openTrainingData(config([folder], { validation: list }), 1, input)
    expect(data.validation.identities).toEqual(['p1', 'p2'])
    expect(data.remarks.map(({ text }) => text)).toContain('1 listed name in no folder: ghost')
  })

  it('takes a folder as a set and does not train on who is in it', async () => {
    const folder = await tree('train', people(5, 2))
    const other = await tree('validate', [...people(1, 2), 'q/1.jpg'])
    const data = await openTrainingData(config([folder], { validation: other }), 1, input)
    expect(data.validation.identities).toEqual(['p0', 'q'])
    expect(data.train.identities).toEqual(['p1', 'p2', 'p3', 'p4'])
    expect(data.remarks.map(({ text }) => text).join()).toContain('1 identity not trained on')
  })

  it('limits identities by a list, for all folders or for one', async () => {
    const folders = [await tree('first', people(3, 2)), await tree('second', people(3, 2, 'q'))]
    const list = join(root, 'people.txt')
    await writeFile(list, 'q0\nq1\n')
    const data = await openTrainingData(config(folders, { identities: `second=${list}` }), 1, input)
    expect(data.train.identities).toEqual(['first/p0', 'first/p1', 'first/p2', 'second/q0', 'second/q1'])
    await expect(openTrainingData(config(folders, { identities: list }), 1, input)).rejects.toThrow(
      'to apply the list to one folder only, write FOLDER=FILE',
    )
  })

  it('refuses one identity', async () => {
    const one = await tree('alone', people(1, 3))
    await expect(openTrainingData(config([one]), 1, input)).rejects.toThrow(
      'Training needs at least two identities, 1 is left',
    )
  })

  it('refuses a set that is nowhere', async () => {
    const folder = await tree('train', people(5, 2))
    await expect(openTrainingData(config([folder], { validation: 'nosuch.txt' }), 1, input)).rejects.toThrow(
      'Expected a share, a folder or a list of names, and there is nothing at nosuch.txt',
    )
  })
})
