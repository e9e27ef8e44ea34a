import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmbeddingModel } from '../src/model/contract.ts'
import { embedToFile } from '../src/node/faces/embed.ts'
import { evaluatePairs } from '../src/node/evaluate/evaluate-pairs.ts'
import { openModel } from '../src/node/run/model-file.ts'
import { readEmbeddings } from '../src/node/evaluate/protocol-embeddings.ts'
import { decodeNpy } from '../src/tensor/npy.ts'
import { decodeSafetensors } from '../src/tensor/safetensors.ts'
import { drawPeople, personName, projection } from './evaluate-fixture.ts'

const side = 16
let folder = ''
let faces = ''
let model: EmbeddingModel

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-evaluate-'))
  faces = join(folder, 'faces')
  await drawPeople(faces, 3, 50)
  await writeFile(join(folder, 'model.onnx'), projection(1, 32))
  model = await openModel(join(folder, 'model.onnx'), { threads: 1 })
})

afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const list = async (name: string, people: readonly number[]): Promise<string> => {
  const names = people.map(personName)
  const same = names.map((name) => `${name}\t1\t2`)
  const different = names.map((name, i) => `${name}\t3\t${names[(i + 1) % names.length]}\t1`)
  const file = join(folder, name)
  await writeFile(file, [people.length, ...same, ...different, ''].join('\r\n'))
  return file
}
const even = Array.from({ length: 12 }, (_, i) => 2 * i)

describe('openModel', () => {
  it('opens a bundle, and a folder that holds one', async () => {
    expect(model.contract).toMatchObject({
      input: { height: side, width: side },
      embeddingSize: 32,
      templateSize: 64,
    })
    await using again = await openModel(folder, { threads: 1, contract: { flip: 'sum' } })
    expect(again.contract).toMatchObject({ flip: 'sum', templateSize: 32, weights: model.contract.weights })
  })

  it('embeds any number of images alike', async () => {
    const pixels = Float32Array.from({ length: 3 * 3 * side * side }, (_, i) => Math.sin(i))
    const all = await model.embed(pixels, 3)
    const third = await model.embed(pixels.slice((2 * pixels.length) / 3), 1)
    expect(all).toHaveLength(96)
    third.forEach((value, i) => expect(all[64 + i]).toBeCloseTo(value, 4))
    await expect(model.embed(pixels, 2)).rejects.toThrowError('pixel values for 2 images')
  })

  it.each([
    ['nothing.onnx', 'There is no model at'],
    ['faces', 'has no model.onnx; make it with: cosface export'],
    ['note.onnx', 'not an ONNX model'],
    ['cut.onnx', 'cut.onnx'],
  ])('refuses %s', async (name, reason) => {
    await writeFile(join(folder, 'note.onnx'), 'this is a text')
    await writeFile(join(folder, 'cut.onnx'), projection(1, 32).subarray(0, 5000))
    await expect(openModel(join(folder, name))).rejects.toThrowError(reason)
  })
})

describe('evaluatePairs', () => {
  it('draws pairs, and gives the same result again', async () => {
    const pairs = { kind: 'random', count: 60, seed: 4 } as const
    const progress: string[] = []
    const { result, scored, angles } = await evaluatePairs(model, {
      images: faces,
      pairs,
      batch: 7,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    })
    expect(result).toMatchObject({
      pairs: { total: 60, same: 30, different: 30 },
      model: model.contract.id,
      seed: 4,
    })
    expect(result.accuracy).toBeGreaterThan(0.8)
    expect(scored).toHaveLength(60)
    expect(Math.max(...angles.within)).toBeLessThan(Math.max(...angles.between))
    expect(progress.at(-1)).toMatch(/^(\d+)\/\1$/)
    // the size of a batch moves a sum's last digits, and no decision
    const again = await evaluatePairs(model, { images: faces, pairs })
    expect(again.result).toMatchObject({ accuracy: result.accuracy, auc: result.auc })
  })

  it('reads lists without folds, with a threshold from another list', async () => {
    const { result } = await evaluatePairs(model, {
      images: faces,
      pairs: { kind: 'list', file: await list('test.txt', even) },
      thresholdFrom: await list(
        'dev.txt',
        even.map((p) => p + 1),
      ),
    })
    expect(result.thresholds).toHaveLength(1)
    expect(result.warnings).toEqual([])
    expect(result.protocol).toContain('all judged with the threshold chosen on dev.txt')
    expect(result.pairs).toEqual({ total: 24, same: 12, different: 12, skipped: 0 })
  })

  it('reads plain lists of paths', async () => {
    const file = join(folder, 'plain.txt')
    const image = (person: number, number: number): string =>
      `${personName(person)}/${personName(person)}_000${number}.png`
    const lines = even.flatMap((p) => [
      `${image(p, 1)} ${image(p, 2)} 1`,
      `${image(p, 1)} ${image(p + 1, 1)} 0`,
    ])
    await writeFile(file, lines.join('\n'))
    const { result } = await evaluatePairs(model, { images: faces, pairs: { kind: 'list', file } })
    expect(result.pairs.total).toBe(24)
    expect(result.warnings).toEqual([])
  })

  it('names missing images, or leaves their pairs out', async () => {
    const file = await list('missing.txt', [...even, 99])
    const options = { images: faces, pairs: { kind: 'list', file } } as const
    await expect(evaluatePairs(model, options)).rejects.toThrowError(
      'names 3 images that are not there: P99/P99_0001',
    )
    const { result } = await evaluatePairs(model, { ...options, skipMissing: true })
    expect(result.pairs).toEqual({ total: 23, same: 12, different: 11, skipped: 3 })
    expect(result.warnings.join()).toContain('3 pairs were left out')
  })

  it('names unreadable images', async () => {
    const broken = join(folder, 'broken')
    await mkdir(join(broken, 'P0'), { recursive: true })
    await writeFile(join(broken, 'P0', 'a.png'), 'no picture')
    await writeFile(join(broken, 'P0', 'b.png'), '')
    const file = join(folder, 'broken.txt')
    await writeFile(file, 'P0/a.png P0/b.png 1\nP0/b.png P0/a.png 0\n')
    await expect(
      evaluatePairs(model, { images: broken, pairs: { kind: 'list', file } }),
    ).rejects.toThrowError(/2 of 2 images cannot be read: .*a\.png.*; .*b\.png/)
  })

  it('stops when asked to', async () => {
    const stop = new AbortController()
    const work = evaluatePairs(model, {
      images: faces,
      pairs: { kind: 'random', count: 60, seed: 1 },
      batch: 4,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(work).rejects.toThrowError('aborted')
  })

  it('says that a list is not there', async () => {
    const pairs = { kind: 'list', file: join(folder, 'nowhere.txt') } as const
    await expect(evaluatePairs(model, { images: faces, pairs })).rejects.toThrowError(
      'There is no file or folder',
    )
  })
})

describe('embedToFile', () => {
  const images = (): string[] => [join(faces, 'P01'), join(faces, 'P00', 'P00_0002.png')]

  it('writes .npy with its names beside it', async () => {
    const out = join(folder, 'out.npy')
    const summary = await embedToFile(model, images(), out)
    expect(summary).toMatchObject({ images: 4, templateSize: 64, model: model.contract.id, skipped: [] })
    const { shape, data } = decodeNpy(await readFile(out), out)
    expect(shape).toEqual([4, 64])
    for (let row = 0; row < 4; row++) {
      const length = Math.hypot(...data.subarray(row * 64, (row + 1) * 64))
      expect(length).toBeCloseTo(1, 6)
    }
    const names: unknown = JSON.parse(await readFile(summary.names ?? '', 'utf8'))
    expect(names).toMatchObject({
      schema: 'cosface-embeddings/1',
      model: model.contract.id,
      images: [...[1, 2, 3].map((i) => `${faces}/P01/P01_000${i}.png`), `${faces}/P00/P00_0002.png`],
    })
  })

  it('writes .jsonl with the model in every line', async () => {
    const out = join(folder, 'out.jsonl')
    await embedToFile(model, images(), out)
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    const first: unknown = JSON.parse(lines[0] ?? '')
    expect(first).toMatchObject({ image: `${faces}/P01/P01_0001.png`, model: model.contract.id })
    const npy = decodeNpy(await readFile(join(folder, 'out.npy')), 'out.npy')
    expect(first).toMatchObject({ template: [...npy.data.subarray(0, 64)] })
  })

  it('writes .safetensors with the names in its metadata, also where images are left out', async () => {
    const out = join(folder, 'out.safetensors')
    const none = join(folder, 'none.jpg')
    await writeFile(none, 'this is no picture')
    await embedToFile(model, [...images(), none], out, { skipUnreadable: true })
    const read = await readEmbeddings(out)
    expect(read).toMatchObject({ count: 4, size: 64, model: model.contract.id, flip: model.contract.flip })
    expect(read.names?.at(-1)).toBe(`${faces}/P00/P00_0002.png`)
    const npy = decodeNpy(await readFile(join(folder, 'out.npy')), 'out.npy')
    const { tensors } = decodeSafetensors(await readFile(out), out)
    expect(tensors.get('embeddings')?.data).toEqual(npy.data)
    await rm(none)
  })

  it('names the file of names that has another number of them than the embeddings', async () => {
    const out = join(folder, 'short.npy')
    await embedToFile(model, images(), out)
    await writeFile(join(folder, 'short.json'), JSON.stringify({ images: ['a.png', 'b.png'] }))
    await expect(readEmbeddings(out)).rejects.toThrowError(
      `${join(folder, 'short.json')} names 2 images, ${out} holds 4 embeddings`,
    )
  })

  it('leaves nothing behind where an image cannot be read, unless it is to be left out', async () => {
    const bad = join(folder, 'bad')
    await mkdir(bad, { recursive: true })
    await writeFile(join(bad, 'text.jpg'), 'this is no picture')
    const out = join(bad, 'out.jsonl')
    const all = [...images(), join(bad, 'text.jpg')]
    await expect(embedToFile(model, all, out)).rejects.toThrowError('text.jpg')
    expect(await readdir(bad)).toEqual(['text.jpg'])
    const summary = await embedToFile(model, all, out, { skipUnreadable: true })
    expect(summary.images).toBe(4)
    expect(summary.skipped[0]?.image).toBe(`${bad}/text.jpg`)
    expect((await readdir(bad)).toSorted()).toEqual(['out.jsonl', 'text.jpg'])
    await expect(
      embedToFile(model, [join(bad, 'text.jpg')], join(bad, 'none.npy'), { skipUnreadable: true }),
    ).rejects.toThrowError('None of the images can be read')
    expect((await readdir(bad)).toSorted()).toEqual(['out.jsonl', 'text.jpg'])
  })

  it('refuses other kinds of files and places that cannot be written', async () => {
    await expect(embedToFile(model, images(), 'out.csv')).rejects.toThrowError(
      'to end in .npy, .safetensors, .jsonl, got out.csv',
    )
    await expect(embedToFile(model, images(), join(folder, 'no', 'out.npy'))).rejects.toThrowError(
      'cannot be written',
    )
    await expect(
      embedToFile(model, [join(folder, 'nobody.png')], join(folder, 'x.npy')),
    ).rejects.toThrowError('There is no image or folder at')
  })
})
