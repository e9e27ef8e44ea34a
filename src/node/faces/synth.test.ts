import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { svgsIndex } from 'facesjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../base/errors.ts'
import { drawPerson, variants } from '../../data/synth/person.ts'
import { drawPicture } from '../../data/synth/picture.ts'
import { composeSvg, faceFeatures, topGroups } from '../../data/synth/svg.ts'
import { openFolders } from './folder-dataset.ts'
import { synthFolder } from './synth-folder.ts'
import { drawIdentity } from './synth.ts'

const size = { height: 112, width: 96 }
let root = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'drawn-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

describe('drawPerson and drawPicture', () => {
  it('are the same for the same numbers and differ for others', () => {
    const person = drawPerson(svgsIndex, 1, 5)
    expect(drawPerson(svgsIndex, 1, 5)).toEqual(person)
    expect(drawPerson(svgsIndex, 1, 6)).not.toEqual(person)
    expect(drawPerson(svgsIndex, 2, 5)).not.toEqual(person)
    const picture = drawPicture(svgsIndex, person, 1, 5, 0)
    expect(drawPicture(svgsIndex, person, 1, 5, 0)).toEqual(picture)
    expect(drawPicture(svgsIndex, person, 1, 5, 1)).not.toEqual(picture)
  })

  it('keep what makes the person in every picture', () => {
    const person = drawPerson(svgsIndex, 3, 8)
    const kept = new Set(
      Array.from({ length: 20 }, (_, image) => {
        const { eye, nose, head, ear, facialHair, fatness, body } = faceFeatures(
          person,
          drawPicture(svgsIndex, person, 3, 8, image),
        )
        return JSON.stringify({ eye, nose, head, ear, facialHair, fatness, colour: body.color })
      }),
    )
    expect(kept.size).toBe(1)
  })

  it('use only parts the library has', () => {
    for (let identity = 0; identity < 300; identity++) {
      const person = drawPerson(svgsIndex, 4, identity)
      for (const feature of ['head', 'eye', 'nose', 'eyebrow', 'ear'] as const) {
        expect(variants(svgsIndex, feature)).toContain(person[feature])
      }
    }
  })
})

describe('composeSvg', () => {
  it('finds every feature the library draws, in all combinations that come up', async () => {
    const { faceToSvgString } = await import('facesjs')
    for (let identity = 0; identity < 200; identity++) {
      const person = drawPerson(svgsIndex, 5, identity)
      const picture = drawPicture(svgsIndex, person, 5, identity, identity % 7)
      const features = faceFeatures(person, picture)
      expect(composeSvg(faceToSvgString(features), features, person, picture, size)).toContain('matrix(')
    }
  })

  it('refuses a drawing of another shape', () => {
    const person = drawPerson(svgsIndex, 1, 0)
    const picture = drawPicture(svgsIndex, person, 1, 0, 0)
    const features = faceFeatures(person, picture)
    expect(() => composeSvg('<svg><g></g></svg>', features, person, picture, size)).toThrow(
      /Expected \d+ drawn features, got 1/,
    )
    expect(topGroups('<svg><g a="1"><g/><path d=""/></g><g></g></svg>')).toEqual([
      '<g a="1"><g/><path d=""/></g>',
      '<g></g>',
    ])
  })
})

describe('drawIdentity', () => {
  it('draws the same pixels twice, and a picture with something in it', async () => {
    const one = await drawIdentity(1, 2, 3, size)
    expect(one.data).toHaveLength(112 * 96 * 3)
    expect(Buffer.compare(one.data, (await drawIdentity(1, 2, 3, size)).data)).toBe(0)
    expect(Buffer.compare(one.data, (await drawIdentity(1, 2, 4, size)).data)).not.toBe(0)
    expect(new Set(one.data).size).toBeGreaterThan(50)
  })

  it('is hard for raw pixels: their cosine tells people apart little better than chance', async () => {
    const small = { height: 56, width: 48 }
    const people = 24
    const vectors: Float64Array[][] = []
    for (let identity = 0; identity < people; identity++) {
      const own: Float64Array[] = []
      for (let image = 0; image < 4; image++) {
        const { data } = await drawIdentity(9, identity, image, small)
        const vector = Float64Array.from(data, (pixel) => pixel - 127.5)
        const norm = Math.hypot(...vector)
        own.push(vector.map((value) => value / norm))
      }
      vectors.push(own)
    }
    const cosine = (a: readonly [number, number], b: readonly [number, number]): number => {
      const other = vectors[b[0]]?.[b[1]]
      return vectors[a[0]]?.[a[1]]?.reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0) ?? 0
    }
    const pairs: [number, boolean][] = []
    for (let person = 0; person < people; person++) {
      for (const [i, j] of [
        [0, 1],
        [2, 3],
        [0, 3],
        [1, 2],
      ] as const) {
        pairs.push([cosine([person, i], [person, j]), true])
        pairs.push([cosine([person, i], [(person + 1 + i) % people, j]), false])
      }
    }
    const same = pairs.filter(([, equal]) => equal)
    const different = pairs.filter(([, equal]) => !equal)
    const wins = same.reduce((sum, [score]) => sum + different.filter(([other]) => score > other).length, 0)
    const auc = wins / (same.length * different.length)
    expect(auc).toBeLessThan(0.72)
  })
})

describe('synthFolder', () => {
  it('writes one folder per identity, the same whatever the worker count', async () => {
    const common = { identities: 3, imagesPerIdentity: 2, seed: 7, size: { height: 56, width: 48 } }
    const [a, b] = [join(root, 'deep/a'), join(root, 'b')]
    const told: string[] = []
    await synthFolder({
      ...common,
      folder: a,
      workers: 0,
      onProgress: (done, total) => told.push(`${done}/${total}`),
    })
    await mkdir(b)
    await synthFolder({ ...common, folder: b, workers: 2 })
    expect(told).toEqual(['1/3', '2/3', '3/3'])
    const dataset = await openFolders([a])
    expect(dataset.identities).toEqual(['drawn-0001', 'drawn-0002', 'drawn-0003'])
    expect(dataset.notes).toEqual([])
    for (const { id } of dataset.samples) {
      expect(Buffer.compare(await readFile(join(a, id)), await readFile(join(b, id)))).toBe(0)
    }
    expect(JSON.parse(await readFile(join(a, '.drawn.json'), 'utf8'))).toMatchObject({
      identities: 3,
      seed: 7,
    })
  })

  it('refuses a folder that holds something, a file, and wrong numbers', async () => {
    const folder = join(root, 'full')
    await mkdir(folder)
    await writeFile(join(folder, 'mine.txt'), 'keep')
    const options = { folder, identities: 2, imagesPerIdentity: 1, seed: 1 }
    await expect(synthFolder(options)).rejects.toThrow(UsageError)
    await expect(synthFolder(options)).rejects.toThrow('is not empty')
    await expect(synthFolder({ ...options, folder: join(folder, 'mine.txt') })).rejects.toThrow('is a file')
    await expect(synthFolder({ ...options, identities: 0 })).rejects.toThrow('`identities`')
    expect(await readdir(folder)).toEqual(['mine.txt'])
  })

  it('leaves nothing behind when stopped', async () => {
    const stop = new AbortController()
    const folder = join(root, 'stopped')
    const run = synthFolder({
      folder,
      identities: 50,
      imagesPerIdentity: 1,
      seed: 1,
      size: { height: 32, width: 32 },
      workers: 0,
      signal: stop.signal,
      onProgress: () => {
        stop.abort(new Error('stop'))
      },
    })
    await expect(run).rejects.toThrow('stop')
    expect((await readdir(root)).filter((name) => name.startsWith('stopped'))).toEqual([])
  })
})
