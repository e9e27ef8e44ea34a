/** @file `cosface detect` and `cosface align`, with a made-up detector: good photographs and every kind of bad one. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openDriver } from '../src/node/session/open-driver.ts'
import { openEmbeddingModel } from '../src/model/embedder.ts'
import { openDetector } from '../src/node/face/open-embedder.ts'
import { makeEmbedder } from '../src/face/embedder.ts'
import { embedPieces } from '../src/node/faces/embed-files.ts'
import { readPhotograph } from '../src/node/face/read-photograph.ts'
import type { Image } from '../src/image/image.ts'
import { turnImage } from '../src/image/turn.ts'
import { foreignModel } from './bad-input-model.ts'
import { cli } from './cli-in-process.ts'
import { madeDetector, plainPicture, withMark } from './made-detector.ts'

let folder: string
const at = (...parts: readonly string[]): string => join(folder, ...parts)
const encoded = ({ data, height, width }: Image): Sharp =>
  sharp(data, { raw: { height, width, channels: 3 } })
const write = (name: string, bytes: Uint8Array): void => writeFileSync(at(name), bytes)

/** A picture with the mark that the made-up detector takes for a face. */
const face = (): Image => withMark(plainPicture(160, 192), 12, 9)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosface-faces-'))
  write('detector.onnx', madeDetector())
  write('recogniser.onnx', foreignModel())
  for (const person of ['photos/anna', 'photos/ben', 'bad']) mkdirSync(at(person), { recursive: true })
  write('photos/anna/1.png', await encoded(face()).png().toBuffer())
  write('photos/anna/1.webp', await encoded(face()).webp({ lossless: true }).toBuffer())
  write('photos/ben/none.png', await encoded(plainPicture(100, 100)).png().toBuffer())
  write(
    'photos/ben/two.png',
    await encoded(withMark(withMark(plainPicture(160, 320), 12, 9), 28, 9))
      .png()
      .toBuffer(),
  )
  write('photos/ben/broken.jpg', (await encoded(face()).jpeg().toBuffer()).subarray(0, 900))
  write(
    'photos/ben/edge.png',
    await encoded(withMark(plainPicture(160, 192), 1, 1))
      .png()
      .toBuffer(),
  )
  write('bad/empty.jpg', new Uint8Array())
  const huge = new Uint8Array(await encoded(face()).png().toBuffer())
  new DataView(huge.buffer).setUint32(16, 25_000)
  new DataView(huge.buffer).setUint32(20, 20_000)
  write('bad/huge.png', huge)
  write('bad/cut.jpg', (await encoded(plainPicture(300, 300)).jpeg().toBuffer()).subarray(0, 2000))
  write('bad/tiny.png', await encoded(plainPicture(10, 10)).png().toBuffer())
  const heic = Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0mif1heic', 'latin1')
  write('bad/phone.jpg', heic)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const detectSchema = z.object({
  photographs: z.array(
    z.object({
      photograph: z.string(),
      unreadable: z.string().optional(),
      total: z.int().optional(),
      turn: z.int().optional(),
      faces: z
        .array(z.object({ score: z.number(), rejected: z.object({ reason: z.string() }).optional() }))
        .optional(),
    }),
  ),
})

const detect = async (...args: readonly string[]): Promise<z.infer<typeof detectSchema>['photographs']> => {
  const { out, err, code } = await cli('detect', ...args, '--detector', at('detector.onnx'), '--json')
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
  return detectSchema.parse(JSON.parse(out)).photographs
}

describe('cosface detect', () => {
  test('tells the faces of photographs and draws them', async () => {
    const [anna, ben] = await detect(at('photos/anna/1.png'), at('photos/ben/two.png'), '--save', at('drawn'))
    expect([anna?.total, ben?.total]).toEqual([1, 2])
    const { width, height } = await sharp(at('drawn/1.jpg')).metadata()
    expect([height, width]).toEqual([160, 192])
  })

  test('shows a table to a person, with the reason of a rejection', async () => {
    const { out, code } = await cli(
      ...['detect', at('photos/ben/edge.png'), at('photos/ben/none.png'), '--detector', at('detector.onnx')],
      ...['--reject', 'cutOff=..0.05'],
    )
    expect(code).toBe(0)
    expect(out).toMatch(/edge\.png +1 +64x80.*share outside the photograph 0\.\d\d, more than 0\.05/)
    expect(out).toMatch(/none\.png +none\n/)
    expect(out).toContain('1 face in 2 photographs')
  })

  test.each([
    ['empty.jpg', 'is empty'],
    ['huge.png', 'is 20000x25000 pixels, 500 million in all; at most 50 million are read'],
    ['cut.jpg', 'cannot be decoded'],
    ['tiny.png', 'is 10x10 pixels; at least 16x16 are needed'],
    ['phone.jpg', 'is a HEIC image, which is not read here; save it as JPEG or PNG'],
  ])('names %s, and why it cannot be read', async (name, reason) => {
    const [bad, good] = await detect(at('bad', name), at('photos/anna/1.png'))
    expect(bad?.unreadable).toContain(reason)
    expect(good?.total).toBe(1)
  })

  test('takes the first picture of an animated GIF or WebP', async () => {
    const frames = [face(), plainPicture(160, 192)]
    const strip = Buffer.concat(frames.map(({ data }) => data))
    const animated = sharp(strip, { raw: { height: 320, width: 192, channels: 3, pageHeight: 160 } })
    write('moving.webp', await animated.clone().webp({ lossless: true }).toBuffer())
    expect((await sharp(at('moving.webp')).metadata()).pages).toBe(2)
    expect((await detect(at('moving.webp')))[0]?.total).toBe(1)
  })

  test('fails where nothing can be read, and where the detector is none', async () => {
    const none = await cli('detect', at('bad/empty.jpg'), '--detector', at('detector.onnx'))
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('None of the photographs can be read')])
    const other = await cli('detect', at('photos'), '--detector', at('recogniser.onnx'))
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('it looks like a recogniser')])
  })
})

describe('cosface align', () => {
  const align = (out: string, ...more: readonly string[]): ReturnType<typeof cli> =>
    cli('align', at('photos'), '--out', at(out), '--detector', at('detector.onnx'), ...more)

  test('makes crops under the same names and a table of all photographs', async () => {
    const { code, out } = await align('faces', '--reject', 'cutOff=..0.05')
    expect([code, out]).toEqual([0, expect.stringContaining('3 crops of 6 photographs in')])
    expect(out).toContain('1 rejected, 1 without a face, 1 unreadable')
    const table = readFileSync(at('faces.csv'), 'utf8').split('\n')
    const row = (name: string): string => table.find((line) => line.startsWith(name)) ?? ''
    // two photographs of one stem keep their endings apart
    expect(row('anna/1.png')).toContain('aligned,,1,anna/1.png.png')
    expect(row('anna/1.webp')).toContain('aligned,,1,anna/1.webp.png')
    expect(row('ben/none.png')).toContain('no face,no face was found,0')
    expect(row('ben/two.png')).toContain('aligned,,2,ben/two.png')
    expect(row('ben/broken.jpg')).toContain('unreadable,cannot be decoded')
    expect(row('ben/edge.png')).toContain('rejected,"share outside the photograph')
    const { width, height } = await sharp(at('faces/ben/two.png')).metadata()
    expect([height, width]).toEqual([112, 112])
  })

  test('goes on where it was stopped, and refuses other work in the same folder', async () => {
    const journal = at('faces/.aligned.jsonl')
    const [before, table] = [readFileSync(journal, 'utf8'), readFileSync(at('faces.csv'), 'utf8')]
    // as if it had been killed in the middle of a line
    writeFileSync(journal, before.slice(0, before.lastIndexOf('{') + 20))
    rmSync(at('faces/anna/1.png.png'))
    const again = await align('faces', '--reject', 'cutOff=..0.05')
    expect(again.out).toContain('3 crops of 6 photographs in')
    expect(readFileSync(at('faces.csv'), 'utf8')).toBe(table)
    // a crop that is gone is made again
    expect(existsSync(at('faces/anna/1.png.png'))).toBe(true)
    const other = await align('faces', '--size', '96x96', '--reject', 'cutOff=..0.05')
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringContaining('crops made with another size (112x112, now 96x96)'),
    ])
    expect((await align('photos/inside')).err).toContain('cannot go into the folder of photographs itself')
  })
})

describe('one photograph, one embedding', () => {
  test('by the library, by align and embed, turned by EXIF and turned by pixels', async () => {
    const { driver } = await openDriver()
    await using _ = driver
    const model = await openEmbeddingModel(driver, foreignModel(), 'recogniser.onnx', {
      device: 'cpu',
      threads: 1,
      contract: { flip: 'sum' },
    })
    const detector = await openDetector(at('detector.onnx'), { driver })
    await using embedder = makeEmbedder({ detector, model, reject: false })
    const embed = async (file: string): Promise<Float32Array> => {
      const { image, ...facts } = await readPhotograph(at(file))
      const [found] = (await embedder.photograph(image, facts)).faces
      if (found === undefined) throw new Error(`no face in ${file}`)
      return found.embedding
    }
    const cosine = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)
    const plain = await embed('photos/anna/1.png')
    write('turned.png', await encoded(turnImage(face(), 1)).png().toBuffer())
    const lying = await encoded(turnImage(face(), 3)).png().toBuffer()
    write('exif.png', await sharp(lying).withMetadata({ orientation: 6 }).png().toBuffer())
    for (const file of ['photos/anna/1.webp', 'turned.png', 'exif.png'])
      expect(cosine(plain, await embed(file)), file).toBeGreaterThan(0.9999)
    // a crop of the contract's size is what the recogniser takes
    const size = `${model.contract.input.height}x${model.contract.input.width}`
    await cli(
      'align',
      at('photos'),
      '--out',
      at('small'),
      '--detector',
      at('detector.onnx'),
      '--size',
      size,
      '--reject',
      'none',
    )
    const pieces = embedPieces(model, [{ name: 'crop', file: at('small/anna/1.png.png') }])
    for await (const { data } of pieces) expect(cosine(plain, data)).toBeGreaterThan(0.999999)
  })
})

test('commands that take crops align on the way, and say so where images are photographs', async () => {
  const args = ['data', 'check', at('photos'), '--out', at('checked')]
  const plain = await cli(...args)
  expect(plain.out).toContain('align them first: cosface align PHOTOS --out FACES')
  const aligned = await cli(...args, '--overwrite', '--align', at('way'), '--detector', at('detector.onnx'))
  expect([aligned.code, aligned.err]).toEqual([0, expect.not.stringContaining('align them first')])
  expect(aligned.out).toContain('crops of 6 photographs')
  const without = await cli(...args, '--overwrite', '--detector', at('detector.onnx'))
  expect([without.code, without.err]).toEqual([2, expect.stringContaining('give --align with it')])
})
