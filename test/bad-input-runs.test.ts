/** @file What damaged runs, damaged images in training, and Ctrl-C come to on the command line. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { badInputFixture, person, testNothingLeft } from './bad-input-fixture.ts'
import { writeUnreadable } from './bad-input-images.ts'
import { expectRefusal, expectSentence, type Moment, run, treeOf } from './bad-input-process.ts'
import { tinyTraining } from './command.ts'

const fixture = badInputFixture()
const { root, at, file, train } = fixture

const saw =
  (what: RegExp): Moment =>
  (err) =>
    what.test(err)

beforeAll(async () => {
  await writeUnreadable(at('unreadable'))
})

describe.concurrent('checkpoints', () => {
  const last = 'checkpoints/00000004'

  /** A copy of the run, cheap by links, in which one file is changed or taken away. */
  const damaged = (changed: string, change?: (bytes: Buffer) => Uint8Array | string): string => {
    const folder = mkdtempSync(at('damaged-'))
    for (const name of readdirSync(at('run'), { recursive: true, encoding: 'utf8' })) {
      if (name === 'model.onnx' || name === 'report.html') continue
      if (statSync(at('run', name)).isDirectory()) mkdirSync(join(folder, name))
      else linkSync(at('run', name), join(folder, name))
    }
    const before = existsSync(join(folder, changed)) ? readFileSync(join(folder, changed)) : Buffer.alloc(0)
    if (before.length > 0) unlinkSync(join(folder, changed))
    if (change !== undefined) writeFileSync(join(folder, changed), change(before))
    return folder
  }
  const flipped = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes)
    copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1
    return copy
  }
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1)
  const edited = (from: string, to: string) => (bytes: Buffer) => {
    expect(bytes.toString()).toContain(from)
    return bytes.toString().replace(from, to)
  }
  const isNot = /the content is not what was saved .*edited\); remove .*00000004 to go on from iteration 2$/

  it.for<[string, string, ((bytes: Buffer) => Uint8Array | string) | undefined, RegExp]>([
    ['truncated weights', `${last}/weights.safetensors`, half, isNot],
    ['edited weights', `${last}/weights.safetensors`, flipped, isNot],
    ['an edited optimizer', `${last}/optimizer.safetensors`, flipped, isNot],
    [
      'no optimizer',
      `${last}/optimizer.safetensors`,
      undefined,
      /this part of the checkpoint cannot be read/,
    ],
    ['a truncated record', `${last}/checkpoint.json`, half, /the content is no JSON .*; remove .*00000004/],
    ['an empty record', `${last}/checkpoint.json`, () => '', /the content is no JSON/],
    [
      'another architecture written into the record',
      `${last}/checkpoint.json`,
      edited('"backbone": "sphere4"', '"backbone": "sphere10"'),
      isNot,
    ],
    [
      'another learning rate',
      `${last}/checkpoint.json`,
      edited('"learningRate": 0.1', '"learningRate": 9'),
      isNot,
    ],
    ['another position', `${last}/checkpoint.json`, edited('"iteration": 4', '"iteration": 3'), isNot],
    ['a damaged mark of the best', 'checkpoints/best.json', () => '{', /names no checkpoint that is there/],
    [
      'an edited configuration',
      'config.json',
      edited('"learningRate": 0.1', '"learningRate": 9'),
      /config\.json is not what .* trained with: .* begin another by --config/,
    ],
  ])('%s', async ([, changed, change, sentence]) => {
    const folder = damaged(changed, change)
    const before = treeOf(folder)
    const resumed = await run(['train', '--resume', folder])
    expectSentence(resumed, sentence)
    expect(resumed.code).toBe(1)
    expect(treeOf(folder)).toEqual(before)
    rmSync(folder, { recursive: true })
  })

  it('weights of another architecture, even with a record that vouches for them', async () => {
    const other = await run(
      tinyTraining(at('faces'), at('narrow'), '--embedding-size', '8', '--iterations', '1'),
    )
    expect(other.code, other.err).toBe(0)
    const weights = readFileSync(at('narrow', 'checkpoints', '00000001', 'weights.safetensors'))
    const folder = damaged(`${last}/weights.safetensors`, () => weights)
    const record = join(folder, last, 'checkpoint.json')
    const { recordSha256: _, ...kept } = JSON.parse(readFileSync(record, 'utf8'))
    kept.sha256['weights.safetensors'] = createHash('sha256').update(weights).digest('hex')
    unlinkSync(record)
    writeFileSync(record, JSON.stringify(kept))
    const before = treeOf(folder)
    const sentence =
      /The checkpoint's \S+ is \[8, \d+\] where \[16, \d+\] is needed: it belongs to another network/
    for (const args of [
      ['train', '--resume', folder],
      ['export', folder],
      ['embed', at('faces'), '--model', folder, '--out', join(folder, 'e.npy')],
    ]) {
      const { code, out, err } = await run(args)
      expectSentence({ code, out, err }, sentence)
      expect(code).toBe(1)
    }
    // the log begins anew only once the checkpoint fits
    expect(treeOf(folder).filter((line) => !line.startsWith('events.jsonl'))).toEqual(
      before.filter((line) => !line.startsWith('events.jsonl')),
    )
  })

  it.for<[string, (out: string) => readonly string[], 1 | 2, RegExp]>([
    [
      'resuming nothing',
      () => ['train', '--resume', at('nothing')],
      2,
      /There is no folder of a run at .*nothing/,
    ],
    [
      'resuming a file',
      () => ['train', '--resume', file('r.txt', 'x')],
      2,
      /There is no folder of a run at .*r\.txt/,
    ],
    [
      'resuming another folder',
      () => ['train', '--resume', at('faces')],
      1,
      /faces holds no checkpoint to go on/,
    ],
    ['exporting nothing', () => ['export', at('nothing')], 2, /There is no folder of a run at .*nothing/],
    [
      'exporting another folder',
      () => ['export', at('faces')],
      1,
      /faces holds no checkpoint: it is not the folder of a run/,
    ],
    [
      'exporting to nowhere',
      (out) => ['export', at('run'), '--out', join(out, 'no', 'm.onnx')],
      2,
      /m\.onnx cannot be written: there is no folder/,
    ],
  ])('%s', async ([, args, code, sentence]) => {
    await expectRefusal(root, args, code, sentence)
  })
})

describe('training on a folder with damage', () => {
  const isReported = 20
  const tested = Array.from({ length: isReported }, (_, i) => person(i + 5))
  const damage = [
    [person(1), 'text.jpg'],
    [person(2), 'truncated.jpg'],
    [person(9), 'huge.png'],
    [person(10), 'one-pixel.png'],
  ] as const
  const options = (): string[] => ['--test', file('tested.txt', tested.join('\n'))]

  beforeAll(() => {
    cpSync(at('faces'), at('mixed'), { recursive: true })
    for (const [name, image] of damage)
      copyFileSync(at('unreadable', image), at('mixed', name, `0004${image.slice(image.lastIndexOf('.'))}`))
    for (const [name, image] of damage) if (image.endsWith('png')) unlinkSync(at('mixed', name, '0004.jpg'))
    mkdirSync(at('mixed', person(3), 'folder.jpg'))
    symlinkSync('nowhere.jpg', at('mixed', person(3), 'dangling.jpg'))
  })

  const weightsOf = (folder: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'checkpoints', '00000024', 'weights.safetensors')))
      .digest('hex')

  it('stops over the stated share', async () => {
    const strict = (out: string): string[] => train(at('mixed'), out, ...options(), '--max-unreadable', '0.1')
    const sentence =
      /2 of 16 images cannot be read, more than the allowed 10 %; the first: drawn-0001\/0004\.jpg .*--max-unreadable/
    await expectRefusal(root, strict, 1, sentence)
    const inTest = (out: string): string[] =>
      train(at('mixed'), out, ...options(), '--max-unreadable', '0.01')
    await expectRefusal(
      root,
      inTest,
      1,
      /2 of 80 images cannot be read, .*drawn-0009\/0004\.png is 20000x20000/,
    )
  })

  it('skips up to it, names what it skips, and skips the same when resumed; Ctrl-C saves at any stage', async () => {
    const args = (folder: string): string[] =>
      tinyTraining(at('mixed'), folder, ...options(), '--max-unreadable', '0.2')
    const whole = await run(args(at('whole')))
    expect(whole.code, whole.err).toBe(0)
    const log = readFileSync(at('whole', 'events.jsonl'), 'utf8')
    for (const name of [
      'drawn-0001/0004.jpg',
      'drawn-0002/0004.jpg',
      'drawn-0009/0004.png',
      'drawn-0010/0004.png',
    ]) {
      const skipped = new RegExp(`${name} cannot be read and is skipped: `)
      expect(whole.err).toMatch(skipped)
      expect(log).toMatch(skipped)
    }
    expect(whole.err).toContain('4 images left out')
    expect(whole.err).toMatch(/dangling\.jpg is a link that leads nowhere/)

    // stopped in the middle
    const cut = await run(args(at('cut')), [saw(/training: \d+ of 24/)])
    expect(cut.code, cut.err).toBe(1)
    expect(cut.err).toMatch(/Stopped after \d+ of 24 iterations; everything is saved/)
    expect(cut.out).toBe(`Go on with: cosface train --resume ${at('cut')}\n`)
    expect(readdirSync(at('cut', 'checkpoints')).every((name) => /^\d{8}$/.test(name))).toBe(true)

    // a damaged image that is whole again is still left out, or the batches would be others
    copyFileSync(at('faces', person(1), '0004.jpg'), at('mixed', person(1), '0004.jpg'))
    const unreported = await run(['train', '--resume', at('cut')], [saw(/exporting the model/)])
    expect(unreported.code, unreported.err).toBe(1)
    expect(unreported.err).toContain(
      'Stopped before the report was written; the training is complete and saved',
    )
    expect(unreported.out).toBe(`Go on with: cosface train --resume ${at('cut')}\n`)
    expect(existsSync(at('cut', 'report.html'))).toBe(false)
    expect(weightsOf(at('cut'))).toBe(weightsOf(at('whole')))

    const finished = await run(['train', '--resume', at('cut')])
    expect(finished.code, finished.err).toBe(0)
    const [first, second] = ['whole', 'cut'].map((name) =>
      JSON.parse(readFileSync(at(name, 'evaluation.json'), 'utf8')),
    )
    expect(second).toEqual(first)
  })

  it('says where the folders have changed since', async () => {
    copyFileSync(at('faces', person(1), '0001.jpg'), at('mixed', person(1), '0009.jpg'))
    const { code, err } = await run(['train', '--resume', at('whole')])
    expect(err).toContain(
      'hold 17 images to learn from, 16 when this run was begun: it does not go on bit for bit',
    )
    expect(code).toBe(0)
  })
})

describe.concurrent('Ctrl-C', () => {
  it('twice ends at once and loses nothing that was saved', async () => {
    // steps long enough that the second comes before the first is obeyed
    const slow = ['--size', '64x64', '--batch', '64', '--iterations', '50', '--checkpoint-every', '1']
    const saved = (): boolean => existsSync(at('twice', 'checkpoints', '00000001'))
    const { code, err } = await run(tinyTraining(at('faces'), at('twice'), ...slow), [
      saved,
      saw(/Finishing the step in hand/),
    ])
    // ended by the signal itself
    expect(code).toBe(null)
    expect(err).not.toContain('Stopped after')
    expect(err).toContain('Stopped at once; what was saved before is whole.')
    const exported = await run(['export', at('twice'), '--checkpoint', 'last'])
    expect(exported.code, exported.err).toBe(0)
  })

  it('twice before anything is saved leaves a run that begins again', async () => {
    const slow = ['--size', '64x64', '--batch', '64', '--iterations', '2', '--checkpoint-every', '1000']
    const early = tinyTraining(at('faces'), at('early'), ...slow)
    const { code, err } = await run(early, [saw(/training for 2/), saw(/Finishing the step in hand/)])
    // ended by the signal itself
    expect(code).toBe(null)
    expect(err).not.toContain('Stopped after')
    expect(existsSync(at('early', 'checkpoints', '00000000'))).toBe(false)
    const again = await run(['train', '--resume', at('early')])
    expect(again.code, again.err).toBe(0)
    expect(again.err).toContain('Nothing was saved yet: the run begins again, as it was begun')
    const whole = await run(early.map((word) => (word === at('early') ? at('early-whole') : word)))
    expect(whole.code, whole.err).toBe(0)
    const lastOf = (name: string): Buffer =>
      readFileSync(at(name, 'checkpoints', '00000002', 'weights.safetensors'))
    expect(lastOf('early').equals(lastOf('early-whole'))).toBe(true)
  })

  it.for<[string, string, string, RegExp]>([
    ['half a configuration', 'config.json', '{"schema": ', /config\.json: the content is no JSON/],
    [
      'another learning rate',
      'config.json',
      '{"schema": "cosface-config/1", "learningRate": -1}',
      /config\.json: Expected `lr` to be/,
    ],
    ['other people', 'split.json', '{"train": ["anna", "bert"]}', /no longer hold the 2 identities/],
  ])('and is not begun again with %s', async ([title, name, content, sentence]) => {
    const folder = title.replaceAll(' ', '-')
    for (const kept of ['config.json', 'split.json']) file(`${folder}/${kept}`, readFileSync(at('run', kept)))
    file(`${folder}/${name}`, content)
    const before = treeOf(at(folder))
    const refused = await run(['train', '--resume', at(folder)])
    expectSentence(refused, sentence)
    expect(refused.code).toBe(1)
    expect(treeOf(at(folder))).toEqual(before)
  })

  it('leaves no half of a folder or a file', async () => {
    mkdirSync(at('stopped'))
    const synth = ['synth', at('stopped', 'many'), '--identities', '5000', '--images', '4']
    const faces = Array.from({ length: 40 }, () => at('faces'))
    const embed = ['embed', ...faces, '--model', at('run'), '--out', at('stopped', 'e.npy')]
    for (const outcome of await Promise.all([
      run(synth, [saw(/drawing: 1 of/)]),
      run(embed, [saw(/embedding: \d+ of/)]),
    ])) {
      expectSentence(outcome, /stopped; nothing was left half-written/)
      expect(outcome.code).toBe(1)
    }
    expect(readdirSync(at('stopped'))).toEqual([])
  })
})

it('a pool closes although replies are still coming', async () => {
  // in a process of its own: here something else would keep the event loop alive
  const pool = fileURLToPath(new URL('../dist/node/threads/worker-pool.js', import.meta.url))
  const worker = file(
    'slow-worker.mjs',
    `import { serveRequests } from ${JSON.stringify(pool)}
     serveRequests(() => async () => ({ reply: 1 }))`,
  )
  const closing = file(
    'closing.mjs',
    `import { pathToFileURL } from 'node:url'
     import { startPool } from ${JSON.stringify(pool)}
     for (let round = 0; round < 20; round++) {
       const workers = startPool(pathToFileURL(${JSON.stringify(worker)}), 1, {})
       await workers.ask(0)
       workers.ask(1).catch(() => {})
       await workers[Symbol.asyncDispose]()
     }
     console.log('closed')`,
  )
  const child = spawn(process.execPath, [closing], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, said }).toEqual({ code: 0, said: 'closed\n' })
})

testNothingLeft(fixture)
