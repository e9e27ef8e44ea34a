import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormatError, UsageError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import type { DecodeImage } from '../../image/image.ts'
import { packRecordIO, unpackRecordIO } from './pack-records.ts'
import { openRecordDataset } from './record-dataset.ts'

let folder = ''
let images = ''
const hashes = new Map<string, string>()

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const decode: DecodeImage = async (bytes, file) => {
  try {
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    return { data: new Uint8Array(data), height: info.height, width: info.width }
  } catch (error) {
    throw new FormatError(file, 'cannot be decoded', undefined, { cause: error })
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'))
  images = join(folder, 'faces')
  const noise = random(1, 'record images')
  for (const [name, count] of [
    ['Bea B', 3],
    ['Bea', 1],
    ['Ann', 2],
  ] as const) {
    await mkdir(join(images, name), { recursive: true })
    for (let i = 0; i < count; i++) {
      const pixels = Uint8Array.from({ length: 8 * 6 * 3 }, () => noise.integer(256))
      const path = join(name, `${i}.jpg`)
      const bytes = await sharp(pixels, { raw: { width: 6, height: 8, channels: 3 } })
        .jpeg()
        .toBuffer()
      await writeFile(join(images, path), bytes)
      hashes.set(`${name}/${i}.jpg`, sha(bytes))
    }
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a folder packed as records', () => {
  it('is read in place as the same data set', async () => {
    const packed = await packRecordIO(images, join(folder, 'plain'))
    expect(packed).toMatchObject({ images: 6, identities: 3 })
    await using set = await openRecordDataset(join(folder, 'plain'), { decode })
    expect(set.identities).toEqual(['Ann', 'Bea', 'Bea B'])
    expect(set.property).toEqual({ classes: 3, height: 8, width: 6 })
    expect(set.warnings).toEqual([])
    expect(set.samples.map(({ id }) => id)).toEqual([...hashes.keys()].sort())
    const read = await Promise.all(
      set.samples.map(async ({ id }, index) => ({ id, hash: sha(await set.encoded(index)) })),
    )
    for (const { id, hash } of read) expect(hash).toBe(hashes.get(id))
    expect(set.samples.every(({ id, identity }) => id.startsWith(`${set.identities[identity]}/`))).toBe(true)
    expect(await set.image(0)).toMatchObject({ height: 8, width: 6 })
    await expect(set.encoded(6)).rejects.toThrow('below 6')
  })

  it('comes back as the same folder, byte for byte', async () => {
    await packRecordIO(images, join(folder, 'again.rec'))
    expect(await unpackRecordIO(join(folder, 'again.rec'), join(folder, 'back'))).toBe(6)
    for (const [path, hash] of hashes) expect(sha(await readFile(join(folder, 'back', path)))).toBe(hash)
    await expect(unpackRecordIO(join(folder, 'again.rec'), join(folder, 'back'))).rejects.toThrow(UsageError)
  })

  it('needs neither index nor list', async () => {
    const bare = join(folder, 'bare')
    await packRecordIO(images, bare)
    await rm(join(bare, 'train.idx'))
    await rm(join(bare, 'train.lst'))
    await using set = await openRecordDataset(join(bare, 'train.rec'), { decode })
    expect(set.identities).toEqual(['0', '1', '2'])
    // keys are then the records' own ids, as the index had them
    expect(set.samples.map(({ id, identity }) => [id, identity])).toEqual([
      ['1', 0],
      ['2', 0],
      ['3', 1],
      ['4', 2],
      ['5', 2],
      ['6', 2],
    ])
  })

  it('leaves nothing behind where packing fails, and replaces nothing unasked', async () => {
    const broken = join(folder, 'broken')
    await mkdir(join(broken, 'A'), { recursive: true })
    await writeFile(join(broken, 'A', '1.jpg'), 'no image')
    await mkdir(join(folder, 'out'))
    await expect(packRecordIO(broken, join(folder, 'out'))).rejects.toThrow('expected a JPEG')
    expect(await readdir(join(folder, 'out'))).toEqual([])
    await writeFile(join(folder, 'out', 'train.idx'), 'mine')
    await expect(packRecordIO(images, join(folder, 'out'))).rejects.toThrow('exists')
    expect(await readFile(join(folder, 'out', 'train.idx'), 'utf8')).toBe('mine')
    await expect(packRecordIO(join(folder, 'nowhere'), join(folder, 'o'))).rejects.toThrow(UsageError)
  })
})

describe('what is refused', () => {
  const damaged = async (name: string, damage: (stem: string) => Promise<unknown>): Promise<unknown> => {
    const target = join(folder, name)
    await packRecordIO(images, target)
    await damage(join(target, 'train'))
    return openRecordDataset(target, { decode })
  }

  it.each<[string, (stem: string) => Promise<unknown>, string]>([
    ['truncated', (stem) => truncate(`${stem}.rec`, 100), 'the record file ends at 100'],
    [
      'cut in the last record',
      async (stem) => truncate(`${stem}.rec`, (await readFile(`${stem}.rec`)).length - 4),
      'the file ends at',
    ],
    [
      'overlong',
      async (stem) => writeFile(`${stem}.rec`, 'tail of something', { flag: 'a' }),
      'expected the RecordIO magic',
    ],
    ['empty', (stem) => truncate(`${stem}.rec`, 0), 'the file is empty'],
    ['empty index', (stem) => truncate(`${stem}.idx`, 0), 'the index is empty'],
    [
      'index that is a folder',
      async (stem) => {
        await rm(`${stem}.idx`)
        await mkdir(`${stem}.idx`)
      },
      'got a folder',
    ],
    ['bad property', (stem) => writeFile(join(stem, '..', 'property'), '3x112'), 'classes,height,width'],
  ])('%s', async (name, damage, reason) => {
    const opened = damaged(name, damage)
    await expect(opened).rejects.toThrow(reason)
    await expect(opened).rejects.toThrow(FormatError)
  })

  it('says what is missing', async () => {
    await expect(openRecordDataset(images, { decode })).rejects.toThrow('Expected a .rec file in the folder')
    await expect(openRecordDataset(join(folder, 'no.rec'), { decode })).rejects.toThrow('No such file')
    await mkdir(join(folder, 'folder.rec'))
    await expect(openRecordDataset(join(folder, 'folder.rec'), { decode })).rejects.toThrow('found none')
  })

  it('warns where list or property do not fit', async () => {
    const target = join(folder, 'odd')
    await packRecordIO(images, target)
    await writeFile(join(target, 'property'), '9,8,6')
    await writeFile(join(target, 'train.lst'), '1\t0\tAnn/0.jpg\n')
    await using set = await openRecordDataset(target, { decode })
    expect(set.warnings).toHaveLength(2)
    expect(set.samples[0]).toEqual({ id: '1', identity: 0 })
  })
})
