import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeColour } from '../../../test/colour-model.ts'
import { DataError, FormatError } from '../../base/errors.ts'
import { openFaces } from './face-sets.ts'
import { openListed } from './listed-faces.ts'

let folder = ''
const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listed-'))
  for (const [i, name] of ['ann/x 1.png', 'ann/2.png', 'bea/1.png', 'bea/2.png'].entries())
    await writeColour(join(folder, 'set', name), [40 * i, 0, 0])
})
afterAll(() => rm(folder, { recursive: true }))

describe('a list of images', () => {
  it('is a set of faces: `path label` lines, people called after their folders', async () => {
    const list = await put('set/list.txt', 'bea/1.png 7\r\nann/x 1.png 3\r\nann/2.png 3\r\n')
    await using set = await openFaces([list])
    expect(set.identities).toEqual(['ann', 'bea'])
    expect(set.samples).toEqual([
      { id: 'ann/2.png', identity: 0 },
      { id: 'ann/x 1.png', identity: 0 },
      { id: 'bea/1.png', identity: 1 },
    ])
    expect((await set.image(1)).data[0]).toBe(0)
    expect((await set.image(2)).data[0]).toBe(80)
  })

  it('is read as `.lst`, people called by their labels where folders do not tell them apart', async () => {
    const list = await put('set/list.lst', '0\t5\t0\tann/2.png\n1\t9\t0\tann/x 1.png\n')
    expect(await openListed(list)).toMatchObject({
      identities: ['5', '9'],
      samples: [{ id: 'ann/2.png' }, {}],
    })
  })

  it('stands beside folders, and obeys the rules of all sets', async () => {
    const list = await put('set/list.txt', 'ann/x 1.png 3\nann/2.png 3\nbea/1.png 7\n')
    await writeColour(join(folder, 'other', 'cem', '1.png'), [255, 0, 0])
    await using both = await openFaces([list, join(folder, 'other')])
    expect(both.identities).toEqual(['other/cem', 'set/ann', 'set/bea'])
    await using few = await openFaces([list], { minImages: 2 })
    expect([few.identities, few.dropped]).toEqual([['ann'], 1])
  })

  it('is refused where images are missing, named twice, or labelled with no class', async () => {
    const absent = await put(
      'set/absent.txt',
      Array.from({ length: 7 }, (_, i) => `no/${i}.png 1`).join('\n'),
    )
    await expect(openListed(absent)).rejects.toThrow(DataError)
    await expect(openListed(absent)).rejects.toThrow(/names 7 images that are not there: .*no\/4\.png, …/)
    const twice = await put('set/twice.txt', 'ann/2.png 1\n./ann/2.png 2\n')
    await expect(openListed(twice)).rejects.toThrow('it names ann/2.png twice')
    const half = await put('set/half.lst', '0\t0.5\tann/2.png\n')
    await expect(openListed(half)).rejects.toThrow(FormatError)
  })
})
