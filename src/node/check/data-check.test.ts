import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { random } from '../../base/random.ts'
import type { Finding } from '../../data/check/table.ts'
import { formatFindings, parseCsv } from '../../data/check/table.ts'
import { applyDataCheck } from './data-apply.ts'
import { writeDataCheck } from './page.ts'
import { openThumbnails } from './thumbnails.ts'
import type { EmbedImages } from './data-check.ts'
import { lockFolder } from '../files/locked-folder.ts'
import { packRecordIO, unpackRecordIO } from '../faces/pack-records.ts'
import { checkData } from './data-check.ts'

let folder = ''
let faces = ''
let test = ''

/** A smooth picture of its own: random blobs, as unlike another as two faces are. */
const picture = (seed: number): Sharp => {
  const stream = random(seed, 'picture')
  const blobs = Array.from({ length: 14 }, () => {
    const [x, y, r] = [stream.integer(96), stream.integer(112), 8 + stream.integer(30)]
    const colour = `rgb(${stream.integer(256)},${stream.integer(256)},${stream.integer(256)})`
    return `<ellipse cx="${x}" cy="${y}" rx="${r}" ry="${r / 2}" fill="${colour}"/>`
  })
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="96" height="112">${blobs.join('')}</svg>`),
  ).blur(2)
}

const put = async (root: string, path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), bytes)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'))
  faces = join(folder, 'faces')
  test = join(folder, 'test')
  for (const [p, name] of ['ann', 'bea', 'cem'].entries())
    for (let i = 0; i < 4; i++)
      await put(
        faces,
        `${name}/${i}.jpg`,
        await picture(10 * p + i)
          .jpeg({ quality: 92 })
          .toBuffer(),
      )
  const first = await readFile(join(faces, 'ann/0.jpg'))
  await put(faces, 'ann/copy.jpg', first)
  await put(faces, 'bea/stolen.jpg', first)
  await put(faces, 'ann/smaller.jpg', await sharp(first).resize(84).jpeg({ quality: 60 }).toBuffer())
  await put(
    faces,
    'cem/mirrored.png',
    await sharp(await readFile(join(faces, 'cem/2.jpg')))
      .flop()
      .png()
      .toBuffer(),
  )
  await put(faces, 'cem/blurred.jpg', await picture(99).blur(12).jpeg().toBuffer())
  await put(faces, 'cem/broken.jpg', first.subarray(0, 300))
  await put(faces, 'dan/only.jpg', await picture(77).resize(40).jpeg().toBuffer())
  await put(test, 'bea/9.jpg', await picture(500).jpeg().toBuffer())
  await put(test, 'eve/0.jpg', await readFile(join(faces, 'cem/1.jpg')))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Embeddings by folder name, of one set after the other; `cem/3` looks like ann, and dan like bea. */
const embedder = (): EmbedImages => {
  const axes: Readonly<Record<string, number>> = { ann: 0, bea: 1, cem: 2, dan: 1, eve: 3 }
  const sets = [faces, test]
  return async (count, image) => {
    const root = sets.shift() ?? ''
    const paths = (await readdir(root, { recursive: true }))
      .filter((path) => path.includes('/') && path !== 'cem/broken.jpg')
      .sort(byCodePoint)
    expect(count).toBe(paths.length)
    const data = new Float32Array(count * 4)
    for (const [row, path] of paths.entries()) {
      expect((await image(row)).height).toBeGreaterThan(0)
      const axis = path === 'cem/3.jpg' ? 0 : (axes[path.split('/')[0] ?? ''] ?? 3)
      data[4 * row + axis] = 5
      data[4 * row + ((axis + 1) % 4)] = 0.1 * (row % 3)
    }
    return { data, size: 4 }
  }
}

describe('data check', () => {
  it('finds what is wrong, and only that', async () => {
    const report = await checkData(faces, { against: [test], embed: embedder() })
    expect(report).toMatchObject({
      images: 19,
      identities: 4,
      unreadable: 1,
      perIdentity: { fewest: 1, most: 7 },
    })
    const found = report.findings.map(({ action, kind, identity, image, other }) => [
      action,
      kind,
      identity,
      image,
      other,
    ])
    expect(found).toEqual([
      ['keep', 'also in the other set', 'bea', '', 'bea'],
      ['keep', 'also in the other set', 'cem', 'cem/1.jpg', 'eve/0.jpg'],
      ['keep', 'also in the other set', 'bea', '', 'bea'],
      ['keep', 'also in the other set', 'dan', '', 'bea'],
      ['keep', 'folders alike', 'bea', '', 'dan'],
      ['keep', 'unlike its folder', 'cem', 'cem/3.jpg', 'ann'],
      ['drop', 'exact duplicate', 'ann', 'ann/copy.jpg', 'ann/0.jpg'],
      ['keep', 'exact duplicate', 'bea', 'bea/stolen.jpg', 'ann/0.jpg'],
      ['keep', 'near duplicate', 'ann', 'ann/smaller.jpg', 'ann/0.jpg'],
      ['keep', 'near duplicate', 'ann', 'ann/smaller.jpg', 'ann/copy.jpg'],
      ['keep', 'near duplicate', 'bea', 'bea/stolen.jpg', 'ann/smaller.jpg'],
      ['keep', 'near duplicate', 'cem', 'cem/mirrored.png', 'cem/2.jpg'],
      ['drop', 'unreadable', 'cem', 'cem/broken.jpg', ''],
      ['keep', 'blurred', 'cem', 'cem/blurred.jpg', ''],
      ['keep', 'small', 'dan', 'dan/only.jpg', ''],
      ['keep', 'single image', 'dan', '', ''],
    ])
    expect(report.findings.find(({ image }) => image === 'cem/mirrored.png')?.note).toContain('mirrored')
    expect(report.counts['near duplicate']).toBe(4)
  })

  it('finds recompressed and mirrored copies in the other sets, and says in which', async () => {
    const own = await readFile(join(faces, 'bea/1.jpg'))
    const recompressed = await sharp(own).jpeg({ quality: 60 }).toBuffer()
    await put(join(folder, 'held-out'), 'p1/a.jpg', recompressed)
    await put(join(folder, 'held-out'), 'p1/b.jpg', await sharp(recompressed).flop().jpeg().toBuffer())
    await put(join(folder, 'held-out'), 'p2/c.jpg', recompressed)
    const shared = async (...against: string[]): Promise<string[][]> => {
      const { findings } = await checkData(faces, { against })
      return findings
        .filter(({ kind }) => kind === 'also in the other set')
        .map(({ image, other, note }) => [image, other, note.replace(/^\d+ /, 'n ')])
    }
    expect(await shared(join(folder, 'held-out'))).toEqual([
      ['bea/1.jpg', 'p1/a.jpg', 'n of 256 bits differ'],
      ['bea/1.jpg', 'p1/b.jpg', 'n of 256 bits differ, mirrored'],
      ['bea/1.jpg', 'p2/c.jpg', 'n of 256 bits differ'],
    ])
    expect((await shared(test, join(folder, 'held-out'))).map(([, other]) => other)).toEqual([
      'test/bea',
      'test/eve/0.jpg',
      'held-out/p1/a.jpg',
      'held-out/p1/b.jpg',
      'held-out/p2/c.jpg',
    ])
  })

  it('writes a table and a page that asks the network for nothing', async () => {
    const report = await checkData(faces)
    await using out = await lockFolder(join(folder, 'review'))
    await using thumbnails = await openThumbnails(faces, undefined)
    const paths = await writeDataCheck(report, out, thumbnails)
    const [table = '', page = ''] = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
    expect(parseCsv(table, 'f')).toHaveLength(report.findings.length + 1)
    expect(page).toContain('data:image/jpeg;base64,')
    expect(page.replaceAll(/data:image[^"]*/g, '')).not.toMatch(/https?:|src="[^d"]/)
    await expect(writeDataCheck(report, out, thumbnails)).rejects.toThrow(UsageError)
  })
})

describe('a record file', () => {
  it('is looked through in place, and its images have the names it is unpacked to', async () => {
    await packRecordIO(faces, join(folder, 'packed'))
    await rm(join(folder, 'packed/train.lst'))
    const report = await checkData(join(folder, 'packed'))
    expect(report).toMatchObject({ images: 19, identities: 4, unreadable: 1 })
    const broken = report.findings.find(({ kind }) => kind === 'unreadable')?.image ?? ''
    await unpackRecordIO(join(folder, 'packed'), join(folder, 'unpacked'))
    const unpacked = await readdir(join(folder, 'unpacked'), { recursive: true })
    for (const { image } of report.findings) if (image !== '') expect(unpacked).toContain(image)
    await using thumbnails = await openThumbnails(join(folder, 'packed'), undefined)
    expect(await thumbnails.picture('own', broken)).toBeUndefined()
    const blurred = report.findings.find(({ kind }) => kind === 'blurred')?.image ?? ''
    expect(await thumbnails.picture('own', blurred)).toMatch(/^data:image\/jpeg/)
    const table = join(folder, 'records.csv')
    await writeFile(table, formatFindings(report.findings))
    const applied = await applyDataCheck(table, join(folder, 'unpacked'), join(folder, 'mended'))
    expect(applied).toMatchObject({ copied: 17, dropped: 2 })
  })
})

describe('data apply', () => {
  const apply = async (table: string, out: string): Promise<unknown> => {
    const path = join(folder, 'table.csv')
    await writeFile(path, table)
    return applyDataCheck(path, faces, join(folder, out))
  }

  it('acts on a copy', async () => {
    const before = await readdir(faces, { recursive: true })
    const report = await checkData(faces)
    const table = `${formatFindings(report.findings)}move,,,bea/stolen.jpg,,"new, one",\nmove,,,cem/0.jpg,,ann,\n`
    expect(await apply(table, 'clean')).toEqual({ copied: 17, dropped: 2, moved: 2 })
    const after = await readdir(join(folder, 'clean'), { recursive: true })
    expect(after).toContain('new, one/stolen.jpg')
    // ann/0.jpg is there already
    expect(after).toContain('ann/0-2.jpg')
    expect(after).not.toContain('cem/broken.jpg')
    expect(await readFile(join(folder, 'clean/ann/0-2.jpg'))).toEqual(
      await readFile(join(faces, 'cem/0.jpg')),
    )
    expect(await readdir(faces, { recursive: true })).toEqual(before)
  })

  it.each([
    ['action,image\ndrop,nobody/1.jpg\n', 'names 1 image that is not in', DataError],
    ['action,image,target\nmove,ann/0.jpg,../out\n', 'is no name of a folder', FormatError],
    ['action,image,target\nmove,ann/0.jpg,\n', 'row 2: move needs a target', FormatError],
    ['action,image\ndrop,\n', 'row 2: drop needs an image, or an identity', FormatError],
    ['action,identity,image\ndrop,zoe,\n', 'names 1 identity that is not in', DataError],
    [
      'action,image,target\nmove,ann/0.jpg,bea\nmove,ann/0.jpg,cem\n',
      'row 3: ann/0.jpg is moved to',
      FormatError,
    ],
    [
      'action,identity,image,target\nmove,ann,,bea\nmove,,ann/0.jpg,cem\n',
      'row 3: ann/0.jpg is',
      FormatError,
    ],
    ['action,image\nerase,ann/0.jpg\n', 'got "erase"', FormatError],
    ['image\nann/0.jpg\n', 'the columns `action` and `image`', FormatError],
    ['action,image\n"drop,ann/0.jpg\n', 'a quote is not closed', FormatError],
  ])('refuses %j', async (table, reason, kind) => {
    const before = await readdir(folder)
    const applied = apply(table, 'refused')
    await expect(applied).rejects.toThrow(reason)
    await expect(applied).rejects.toThrow(kind)
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([])
    expect(before).not.toContain('refused')
  })

  it('takes a row without an image for all images of its identity', async () => {
    const report = await checkData(faces, { against: [test], embed: embedder() })
    // what a reviewer writes: people of the other set go, two folders of one person are joined
    const reviewed = report.findings.flatMap((finding): Finding[] => {
      if (finding.kind === 'also in the other set' && finding.identity === 'bea')
        return [{ ...finding, action: 'drop' }]
      if (finding.kind === 'single image') return [{ ...finding, action: 'move', target: 'ann' }]
      return [{ ...finding, action: 'keep' }]
    })
    const table = `${formatFindings(reviewed)}move,,bea,,,cem,a drop wins\n`
    expect(await apply(table, 'by-people')).toEqual({ copied: 14, dropped: 5, moved: 1 })
    const after = await readdir(join(folder, 'by-people'), { recursive: true })
    expect(after.filter((path) => /^(bea|dan)/.test(path))).toEqual([])
    expect(after).toContain('ann/only.jpg')
  })

  it('lets what stays keep its name, whatever is moved beside it', async () => {
    expect(await apply('action,identity,image,target\nmove,ann,,cem\n', 'joined')).toMatchObject({ moved: 6 })
    expect(await readFile(join(folder, 'joined/cem/0.jpg'))).toEqual(await readFile(join(faces, 'cem/0.jpg')))
    expect(await readFile(join(folder, 'joined/cem/0-2.jpg'))).toEqual(
      await readFile(join(faces, 'ann/0.jpg')),
    )
  })

  it('takes a list as what was checked, and copies its images to a folder for each person', async () => {
    const list = join(folder, 'faces.lst')
    const paths = ['ann/0.jpg', 'ann/1.jpg', 'bea/0.jpg', 'bea/1.jpg']
    const lines = paths.map((path, i) => `${i}\t${i < 2 ? 4 : 7}\tfaces/${path}`)
    await put(folder, 'faces.lst', Buffer.from(`${lines.join('\n')}\n`))
    const before = await readdir(folder, { recursive: true })
    const report = await checkData(list)
    expect(report).toMatchObject({ images: 4, identities: 2 })
    const table = join(folder, 'table.csv')
    await writeFile(table, 'action,image,target\ndrop,faces/ann/1.jpg,\nmove,faces/bea/1.jpg,faces/ann\n')
    const applied = await applyDataCheck(table, list, join(folder, 'of-list'))
    expect(applied).toEqual({ copied: 3, dropped: 1, moved: 1 })
    const copied = await readdir(join(folder, 'of-list'), { recursive: true })
    expect(copied.toSorted()).toEqual(['ann', 'ann/0.jpg', 'ann/1.jpg', 'bea', 'bea/0.jpg'])
    expect(await readFile(join(folder, 'of-list/ann/1.jpg'))).toEqual(
      await readFile(join(faces, 'bea/1.jpg')),
    )
    await rm(join(folder, 'of-list'), { recursive: true })
    expect((await readdir(folder, { recursive: true })).filter((name) => name !== 'table.csv')).toEqual(
      before.filter((name) => name !== 'table.csv'),
    )
    await writeFile(table, 'action,image,target\nmove,faces/ann/1.jpg,../elsewhere\n')
    await expect(applyDataCheck(table, list, join(folder, 'of-list'))).rejects.toThrow(
      'is no name of a folder',
    )
  })

  it('calls the people of a list by its labels where their folders do not tell them apart', async () => {
    await put(folder, 'mixed.txt', Buffer.from('faces/ann/0.jpg 0\nfaces/ann/1.jpg 1\n'))
    await writeFile(join(folder, 'table.csv'), 'action,image\n')
    await applyDataCheck(join(folder, 'table.csv'), join(folder, 'mixed.txt'), join(folder, 'mixed'))
    expect((await readdir(join(folder, 'mixed'), { recursive: true })).toSorted()).toEqual([
      '0',
      '0/0.jpg',
      '1',
      '1/1.jpg',
    ])
    await rm(join(folder, 'mixed'), { recursive: true })
  })

  it('sends a record file to be unpacked first', async () => {
    const table = join(folder, 'table.csv')
    await writeFile(table, 'action,image\n')
    await packRecordIO(faces, join(folder, 'rec'))
    await expect(applyDataCheck(table, join(folder, 'rec'), join(folder, 'x'))).rejects.toThrow(
      'cosface pack folder',
    )
  })

  it('wants a new folder outside', async () => {
    await expect(apply('action,image\n', 'faces')).rejects.toThrow('exists')
    await expect(apply('action,image\n', 'faces/inner')).rejects.toThrow('lies in')
  })

  it.each([';', '\t'])('reads a table that a spreadsheet saved with %j', async (mark) => {
    const table = [
      ['action', 'identity', 'image', 'target', 'note'],
      ['drop', 'ann', 'ann/copy.jpg', '', '"1 of 256, ""mirrored"""'],
      ['move', '', 'ann/0.jpg', 'smith, anna', 'a,b,c,d,e,f'],
    ]
    const text = table.map((cells) => cells.join(mark)).join('\r\n')
    expect(await apply(text, `spreadsheet-${mark.charCodeAt(0)}`)).toMatchObject({ dropped: 1, moved: 1 })
    expect(parseCsv(text, 'f').map((row) => row.length)).toEqual([5, 5, 5])
    expect(parseCsv(`"a, b, c"${mark}d\n`, 'f')).toEqual([['a, b, c', 'd']])
    expect(parseCsv(`"a${mark}b${mark}c",d\ne,f\n`, 'f')[1]).toEqual(['e', 'f'])
  })
})
