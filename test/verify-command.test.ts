/** @file `cosface models`, `calibrate` and `verify` as they are typed, with a made-up detector and recogniser. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../src/base/random.ts'
import type { Image } from '../src/image/image.ts'
import { cli } from './cli-in-process.ts'
import { foreignModel } from './bad-input-model.ts'
import { madeDetector, plainPicture, withMark } from './made-detector.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const models = (): readonly string[] => [
  ...['--detector', at('detector.onnx'), '--model', at('recogniser.onnx')],
  ...['--flip', 'none', '--reject', 'none', '--threads', '1'],
]

/** A photograph whose face has a colour of its own: the person's, and a little of the photograph's. */
const photograph = (person: number, number: number): Image => {
  const [own, little] = [random(1, 'person', person), random(1, 'photograph', person, number)]
  const picture = withMark(plainPicture(192, 192), 10, 10)
  const tint = [0, 1, 2].map(() => own.integer(200) + little.integer(12))
  const data = picture.data.slice()
  // beside the mark, where the crop still is
  for (let y = 104; y < 130; y++) for (let x = 70; x < 110; x++) data.set(tint, (y * picture.width + x) * 3)
  return { ...picture, data }
}

const save = async (file: string, { data, width, height }: Image): Promise<void> => {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-verify-'))
  process.env['COSFACE_CACHE'] = at('cache')
  process.env['COSFACE_DATA'] = at('data')
  await writeFile(at('detector.onnx'), madeDetector())
  await writeFile(at('recogniser.onnx'), foreignModel())
  for (let person = 0; person < 24; person++) {
    await mkdir(at(`people/p${person}`), { recursive: true })
    for (const number of [1, 2]) await save(at(`people/p${person}/${number}.png`), photograph(person, number))
  }
  await save(at('nobody.png'), plainPicture(192, 192))
  await save(at('two.png'), withMark(withMark(plainPicture(256, 512), 8, 8), 30, 16))
})
afterAll(async () => {
  delete process.env['COSFACE_CACHE']
  delete process.env['COSFACE_DATA']
  await rm(folder, { recursive: true, force: true })
})

const first = (): string => at('people/p0/1.png')

describe('cosface verify', () => {
  it('gives no decision and no threshold before it is calibrated, and says so by its exit code', async () => {
    const { code, out } = await cli('verify', first(), at('people/p0/2.png'), ...models(), '--json')
    expect(code).toBe(4)
    const result: unknown = JSON.parse(out)
    expect(result).toMatchObject({
      schema: 'cosface-verify/1',
      decision: 'no decision',
      reason: 'not calibrated: no calibration of this model is known',
      liveness: 'not checked',
      sides: [{ found: 1 }, { found: 1 }],
    })
    expect(result).not.toHaveProperty('point')
  })

  it('refuses a rate that the photographs cannot carry, and stores nothing', async () => {
    const { code, err } = await cli('calibrate', at('people'), '--fmr', '0.01,0.0001', ...models())
    expect(code).toBe(2)
    expect(err).toContain('--fmr 0.0001 takes at least 100,000 comparisons of two people, got 1,104')
    expect(await readdir(folder)).not.toContain('recogniser.onnx.calibrations.json')
  })

  it('decides by a calibration of exactly these models, and names its rate, interval and source', async () => {
    const made = await cli('calibrate', at('people'), '--title', 'made-up people', ...models())
    expect(made.code).toBe(0)
    expect(made.out).toContain('24 people, 48 photographs, 0 without a usable face')
    const stored: unknown = JSON.parse(await readFile(at('recogniser.onnx.calibrations.json'), 'utf8'))
    expect(stored).toMatchObject({
      schema: 'cosface-calibrations/1',
      calibrations: [{ source: { title: 'made-up people', people: 24, mated: 24, nonMated: 1104 } }],
    })
    const itself = await cli('verify', first(), first(), ...models())
    expect(itself).toMatchObject({ code: 0 })
    expect(itself.out).toMatch(
      /^same\ncosine {6}1\.0000\nthreshold {3}0\.\d{4}\nfalse match 1 in \d+ comparisons of two people \(95 %: /,
    )
    expect(itself.out).toContain('measured on made-up people: 1,104 comparisons of two people, 24 of one')
    expect(itself.out).toContain('liveness    not checked')
    const answers = await Promise.all(
      [1, 2, 3, 4].map((other) => cli('verify', first(), at(`people/p${other}/1.png`), ...models())),
    )
    expect(answers.map(({ code }) => code)).toContain(3)
    // another flip rule gives other embeddings
    const flipped = models().map((word, i, all) => (all[i - 1] === '--flip' ? 'sum' : word))
    const refused = await cli('verify', first(), first(), ...flipped)
    expect(refused.code).toBe(4)
    expect(refused.out).toMatch(/^no decision: not calibrated: /)
    const rate = await cli('verify', first(), first(), ...models(), '--fmr', '0.000001')
    expect(rate).toMatchObject({ code: 2 })
    expect(rate.err).toContain(
      '--fmr 0.000001 is not carried by the calibration (made-up people); it has 0.01',
    )
  })

  it('answers a photograph without a face, with two where one is needed, and one that is none', async () => {
    const nobody = await cli('verify', first(), at('nobody.png'), ...models())
    expect([nobody.code, nobody.out.split('\n')[0]]).toEqual([
      4,
      `no decision: no face was found in ${at('nobody.png')}`,
    ])
    const two = await cli('verify', at('two.png'), first(), ...models(), '--face', 'only')
    expect(two.out).toContain(`no decision: ${at('two.png')} shows 2 faces where one is needed`)
    const largest = await cli('verify', at('two.png'), first(), ...models())
    expect(largest.out).toContain('2 faces, the largest was compared')
    await writeFile(at('empty.jpg'), '')
    const empty = await cli('verify', first(), at('empty.jpg'), ...models())
    expect(empty).toMatchObject({ code: 1, out: '' })
    expect(empty.err).toMatch(/^cosface: .*empty\.jpg.*\n$/)
    const missing = await cli('verify', first(), at('none.jpg'), ...models())
    expect(missing.err).toBe(`cosface: ${at('none.jpg')}: there is no such file\n`)
  })

  it('compares a photograph with a person of the gallery, at a rate that counts their references', async () => {
    const place = ['--store', at('gallery.db'), '--key-file', at('gallery.key')]
    const enrolled = await cli('enrol', at('people'), ...place, ...models())
    expect(enrolled.code).toBe(0)
    const asked = ['--person', 'p0', '--fmr', '0.05', ...place, ...models()]
    const own = await cli('verify', first(), ...asked)
    expect(own.code).toBe(0)
    expect(own.out).toMatch(/^same\nthreshold {3}/)
    expect(own.out).toContain('1 − (1 − FMR)^references; made-up people')
    // two references of a person give a stranger two chances: 0.01 is carried for one comparison only
    const strict = await cli('verify', first(), ...asked.map((word) => (word === '0.05' ? '0.01' : word)))
    expect([strict.code, strict.out.split(':')[0]]).toEqual([4, 'no decision'])
    const nobody = await cli('verify', first(), ...asked.map((word) => (word === 'p0' ? 'nobody' : word)))
    expect(nobody.code).toBe(2)
    expect((await cli('verify', first(), ...models())).err).toContain(
      'Expected a second photograph, or --person NAME; got one photograph',
    )
    expect((await cli('verify', first(), first(), ...asked)).err).toContain(
      '--person is compared with one photograph; got two',
    )
  })

  it('draws what it compared', async () => {
    const { code } = await cli('verify', first(), at('two.png'), ...models(), '--save', at('compared.png'))
    expect([0, 3]).toContain(code)
    const { width, height, format } = await sharp(at('compared.png')).metadata()
    expect([format, (width ?? 0) > 900, (height ?? 0) > 600]).toEqual(['png', true, true])
    const refused = await cli('verify', first(), first(), ...models(), '--save', at('compared.txt'))
    expect(refused.err).toContain('--save must end in .png, .jpg or .webp')
  })

  it('names the one command to run where a model is missing and nobody can be asked', async () => {
    const { code, err } = await cli('verify', first(), first())
    expect(code).toBe(2)
    expect(err).toMatch(/licence {8}MIT/)
    expect(err).toMatch(/nobody can be asked here; to fetch it: cosface models add [a-z -]+ --yes\n$/)
  })
})

describe('cosface models', () => {
  it('lists, shows and verifies what is there', async () => {
    const { out } = await cli('models', 'list', '--json')
    const listed: unknown = JSON.parse(out)
    expect(listed).toMatchObject({
      schema: 'cosface-models/1',
      models: expect.arrayContaining([expect.objectContaining({ name: 'yunet', state: 'missing' })]),
    })
    expect((await cli('models', 'verify')).code).toBe(0)
    expect((await cli('models', 'verify', 'yunet')).code).toBe(1)
    expect((await cli('models', 'show', 'faceplugin')).out).toContain('training data  not disclosed')
  })

  it('takes a model of one’s own by path, uses it by name, and forgets it without touching the file', async () => {
    const added = await cli('models', 'add', at('detector.onnx'), '--name', 'made', '--kind', 'detector')
    expect(added).toMatchObject({ code: 0, out: 'Added made, a detector of 1 file\n' })
    const again = await cli('models', 'add', at('detector.onnx'), '--name', 'made', '--kind', 'detector')
    expect(again.err).toContain('--name made is taken')
    const named = models().map((word) => (word === at('detector.onnx') ? 'made' : word))
    expect((await cli('verify', first(), first(), ...named)).code).toBe(0)
    const swapped = await cli('verify', first(), first(), '--model', 'made', '--detector', 'made')
    expect(swapped.err).toContain('made is a detector, and a recogniser is needed here')
    expect((await cli('models', 'remove', 'made')).code).toBe(0)
    expect((await cli('models', 'show', 'made')).code).toBe(2)
    expect((await readFile(at('detector.onnx'))).length).toBeGreaterThan(0)
  })

  it('takes a catalogue file from this machine only where it is the one that is meant', async () => {
    const { code, err } = await cli('models', 'add', 'yunet', '--from', at('detector.onnx'))
    expect(code).toBe(2)
    expect(err).toMatch(/is not a file of yunet: its SHA-256 is [0-9a-f]{64}/)
    expect((await cli('models', 'add', 'yunett')).err).toContain('did you mean yunet?')
  })
})
