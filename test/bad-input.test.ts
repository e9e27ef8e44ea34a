/**
 * @file What bad input gets on the command line: exit code 2 for wrong use, 1 for work that cannot be done, one sentence that
 * says what was expected, and nothing half-written.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { badInputFixture, person, testNothingLeft } from './bad-input-fixture.ts'
import { writeUnreadable, writeUnusual } from './bad-input-images.ts'
import { foreignModel } from './bad-input-model.ts'
import { expectRefusal, expectSentence, run, treeOf } from './bad-input-process.ts'
import { tinyTraining } from './command.ts'

const fixture = badInputFixture()
const { root, at, file, train } = fixture

beforeAll(async () => {
  await writeUnreadable(at('unreadable'))
  await writeUnusual(at('unusual'))
  file('foreign.onnx', foreignModel())
})

describe.concurrent('folders that cannot be trained on', () => {
  const one = (): string => at('one-person')
  beforeAll(() => {
    mkdirSync(at('empty'))
    cpSync(at('faces', person(1)), at('one-person', 'anna'), { recursive: true })
    for (const name of ['anna', 'bert'])
      cpSync(at('faces', person(1), '0001.jpg'), at('one-each', name, '1.jpg'), { recursive: true })
    file('texts/anna/notes.txt', 'no picture')
    mkdirSync(at('circle', 'anna'), { recursive: true })
    symlinkSync('..', at('circle', 'anna', 'up'))
  })
  it.for<[string, () => string, 1 | 2, RegExp]>([
    ['an empty folder', () => at('empty'), 1, /empty is empty; expected one folder per identity/],
    ['a folder that is not there', () => at('nowhere'), 2, /There is no folder .*nowhere/],
    ['a file', () => file('note.png', 'x'), 2, /note\.png is no folder; expected one folder per identity/],
    ['a text', () => file('note.txt', 'x'), 1, /note\.txt .*line 1: expected `path label`, got "x"/],
    ['images without folders', () => at('faces', person(1)), 1, /holds 4 images but no folders; expected/],
    ['one identity', one, 1, /Training needs at least two identities, 1 is left/],
    [
      'identities with one image',
      () => at('one-each'),
      1,
      /None of the 2 identities .* has at least 2 images/,
    ],
    [
      'no images',
      () => at('texts'),
      1,
      /only other files \(1 × \.txt\); JPEG, PNG, WebP, GIF, TIFF and AVIF are read/,
    ],
    [
      'nothing but a circle of links',
      () => at('circle'),
      1,
      /No images were found .* links back to a folder/,
    ],
  ])('%s', async ([, folder, code, sentence]) => {
    await expectRefusal(root, (out) => train(folder(), out), code, sentence)
  })

  it('the same folder twice, however it is written', async () => {
    const twice = (out: string): string[] =>
      train(at('faces'), out).toSpliced(1, 0, `${root}/unusual/../faces`)
    await expectRefusal(root, twice, 2, /are one set; give it once/)
  })

  it('a link that leads in circles is named and left out', async () => {
    cpSync(at('faces', person(1)), at('circles', 'anna'), { recursive: true })
    cpSync(at('faces', person(2)), at('circles', 'bert'), { recursive: true })
    symlinkSync('..', at('circles', 'anna', 'up'))
    symlinkSync('self', at('circles', 'self'))
    const { code, err } = await run(train(at('circles'), at('of-circles'), '--iterations', '1'))
    expect(err).toMatch(/anna\/up links back to a folder it lies in; it was left out/)
    expect(err).toMatch(/self is a link that leads nowhere \(its links lead in circles\)/)
    expect(err).toContain('2 people with 8 images to learn from')
    expect(code).toBe(0)
  })
})

describe.concurrent('options', () => {
  it.for<[string, readonly string[], RegExp]>([
    ['--margin 2.5', ['--margin', '2.5'], /Expected `--margin` to be a number in \[0, 2\], got 2\.5/],
    ['--scale -1', ['--scale', '-1'], /Expected `--scale` to be a number in \(0, 1000\], got -1/],
    ['--backbone spher20', ['--backbone', 'spher20'], /got "spher20" \(did you mean sphere20\?\)/],
    ['--margn 0.4', ['--margn', '0.4'], /unknown option '--margn' \(Did you mean --margin\?\)/],
    ['--size 0x9', ['--size', '0x9'], /`--size` to be height x width, each an integer in .*, got "0x9"/],
    ['no such option', ['--colour', 'red'], /unknown option '--colour' \(see cosface train --help\)/],
    ['two lengths', ['--epochs', '2'], /one of `--epochs` and `--iterations`, got both/],
  ])('%s', async ([, options, sentence]) => {
    await expectRefusal(root, (out) => train(at('faces'), out, ...options), 2, sentence)
  })

  it.for<[string, string | undefined, RegExp]>([
    [
      'an unknown key',
      '{"margn": 0.4}',
      /Unknown option `margn` for the config file; did you mean `margin`\?/,
    ],
    ['a wrong value', '{"margin": 2.5}', /Expected `margin` to be a number in \[0, 2\], got 2\.5/],
    ['no JSON', '{"margin": ', /The config file .* is no JSON/],
    ['no object', '[0.4]', /Expected `--config` to be a JSON object of options/],
    ['no file', undefined, /The config file .* could not be read/],
  ])('a config file with %s', async ([title, content, sentence]) => {
    const config = at(`${title.replaceAll(' ', '-')}.json`)
    if (content !== undefined) writeFileSync(config, content)
    await expectRefusal(root, (out) => train(at('faces'), out, '--config', config), 2, sentence)
  })

  it.for<[readonly string[], RegExp]>([
    [['trian', 'faces'], /unknown command 'trian' \(Did you mean train\?\)/],
    [['frobnicate'], /unknown command 'frobnicate' \(see cosface --help\)/],
    [['export'], /missing required argument 'run' \(see cosface export --help\)/],
    [['train'], /at least one folder of faces, or --resume with a run folder, got neither/],
    [['embed', 'x.jpg'], /Expected --model with a run folder or an ONNX file, got nothing/],
  ])('%s', async ([args, sentence]) => {
    await expectRefusal(root, () => args, 2, sentence)
  })

  it('--out that is not empty is left as it is', async () => {
    const before = treeOf(at('run'))
    const again = await run([...tinyTraining(at('faces'), at('run'))])
    expectSentence(again, /run is not empty: go on with the run in it by --resume .*run, or choose another/)
    const other = await run([...tinyTraining(at('faces'), at('unusual'))])
    expectSentence(other, /unusual is not empty: choose another --out/)
    const drawn = await run(['synth', at('run'), '--identities', '2'])
    expectSentence(drawn, /run is not empty; name a folder that does not exist yet/)
    const shown = await run(['demo', '--out', at('run')])
    expectSentence(shown, /run is not empty: go on with the run in it by --resume .*run, or choose another/)
    expect([again.code, other.code, drawn.code, shown.code]).toEqual([2, 2, 2, 2])
    expect(treeOf(at('run'))).toEqual(before)
  })
})

describe.concurrent('images', () => {
  const embed = (image: string) => (out: string) => [
    ...['embed', at('unreadable', image), '--model', at('run'), '--out', join(out, 'e.npy')],
  ]
  it.for<[string, 1 | 2, RegExp]>([
    [
      'text.jpg',
      1,
      /text\.jpg: is no JPEG, PNG, WebP, GIF, TIFF or AVIF image; it begins with "this is no p"/,
    ],
    ['empty.png', 1, /empty\.png: is empty/],
    ['truncated.jpg', 1, /truncated\.jpg: cannot be decoded: /],
    ['truncated.png', 1, /truncated\.png: cannot be decoded: /],
    ['one-pixel.png', 1, /one-pixel\.png: is 1x1 pixels; at least 16x16 are needed/],
    ['huge.png', 1, /huge\.png: is 20000x20000 pixels, 400 million in all; at most 50 million are read/],
    ['dangling.jpg', 2, /There is no image or folder at .*dangling\.jpg/],
    ['folder.jpg', 1, /There are no JPEG, PNG, WebP, GIF, TIFF or AVIF images in .*folder\.jpg/],
  ])('%s', async ([image, code, sentence]) => {
    await expectRefusal(root, embed(image), code, sentence)
  })

  it('unusual ones are read as what they show: grey, CMYK, 16 bits, all eight orientations', async () => {
    const out = at('unusual.jsonl')
    // a projection of the pixels shows every change of them
    const model = ['--model', at('foreign.onnx'), '--flip', 'none']
    const embedded = await run(['embed', at('unusual'), ...model, '--out', out])
    expect(embedded.code, embedded.err).toBe(0)
    const templates = new Map(
      readFileSync(out, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { image: string; template: number[] })
        .map(({ image, template }) => [image.slice(image.lastIndexOf('/') + 1), template]),
    )
    const cosine = (a: string, b: string): number => {
      const other = templates.get(b) ?? []
      return (templates.get(a) ?? []).reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
    }
    expect(templates.size).toBe(17)
    // an untold orientation or a lost channel shows at least as much as this
    const apart = 1 - Math.max(cosine('sideways.png', 'colour.png'), cosine('grey.png', 'colour.png'))
    expect(apart).toBeGreaterThan(0.0005)
    for (const name of templates.keys()) {
      const plain = name.startsWith('grey') ? 'grey.png' : 'colour.png'
      const nearly = name === 'colour-cmyk.jpg' ? 1 : 0.1
      if (name !== 'sideways.png') expect(1 - cosine(name, plain), name).toBeLessThan(nearly * apart)
    }
  })

  it('unusual ones are trained on like any other', async () => {
    for (const name of ['anna', 'bert']) cpSync(at('unusual'), at('of-unusual', name), { recursive: true })
    const { code, err } = await run(train(at('of-unusual'), at('on-unusual'), '--iterations', '1'))
    expect(code, err).toBe(0)
    expect(err).toContain('2 people with 34 images to learn from')
    expect(err).not.toContain('cannot be read')
  })

  it('unreadable ones are named and left out where that is asked for', async () => {
    const out = at('readable.jsonl')
    const folders = [at('unreadable'), at('faces', person(1))]
    const { code, err } = await run([
      'embed',
      ...folders,
      '--model',
      at('run'),
      '--out',
      out,
      '--skip-unreadable',
    ])
    expect(code, err).toBe(0)
    expect(err.match(/^Left out .*: \S.*/gm)).toHaveLength(6)
    expect(err).toMatch(
      /^Note: .*dangling\.jpg is a link that leads nowhere \(there is no such file or folder\)$/m,
    )
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(4)
  })

  it('links are followed, circles broken, what is meant twice is taken once', async () => {
    mkdirSync(at('links', 'deep'), { recursive: true })
    symlinkSync(at('faces', person(1)), at('links', 'linked'))
    symlinkSync('..', at('links', 'deep', 'up'))
    const out = at('links.jsonl')
    const images = [at('links'), `${at('links')}/../links/linked/0001.jpg`]
    const { code, err } = await run(['embed', ...images, '--model', at('run'), '--out', out])
    expect(code, err).toBe(0)
    expect(err).toMatch(/^Note: .*deep\/up links back to a folder it lies in; it was left out$/m)
    expect(err).not.toContain('aligned')
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(4)
  })

  it('a whole photograph gets one line about alignment', async () => {
    const create = { height: 600, width: 800, channels: 3, background: '#987' } as const
    await sharp({ create }).jpeg().toFile(at('photo.jpg'))
    const args = ['embed', at('photo.jpg'), at('faces', person(1)), '--model', at('run')]
    const { code, err } = await run([...args, '--out', at('photo.npy')])
    expect(code, err).toBe(0)
    expect(err.match(/^Note: .*$/gm)).toEqual([
      expect.stringMatching(/1 of 5 images cannot be crops .*photo\.jpg is 600x800.*align them first/),
    ])
  })

  it.for<[string, readonly string[], 1 | 2, RegExp]>([
    ['another ending', ['e.csv'], 2, /to end in \.npy, \.safetensors, \.jsonl, got .*e\.csv/],
    ['a folder that is not there', ['no', 'e.npy'], 2, /e\.npy cannot be written: there is no folder .*no$/],
  ])('embeddings into %s', async ([, place, code, sentence]) => {
    const args = (out: string): string[] => [
      ...['embed', at('faces', person(1)), '--model', at('run'), '--out', join(out, ...place)],
    ]
    await expectRefusal(root, args, code, sentence)
  })

  it('embeddings never take the place of something else', async () => {
    mkdirSync(at('place', 'folder.npy'), { recursive: true })
    file('place/settings.json', '{"precious": true}')
    const embedInto = (name: string) =>
      run(['embed', at('faces', person(1)), '--model', at('run'), '--out', at('place', name)])
    expectSentence(await embedInto('folder.npy'), /folder\.npy is a folder; name a file in it/)
    expectSentence(await embedInto('settings.npy'), /settings\.json, where the names .* holds something else/)
    expect(treeOf(at('place')).map((line) => line.split(' ')[0])).toEqual(['folder.npy', 'settings.json'])
  })
})

testNothingLeft(fixture)
