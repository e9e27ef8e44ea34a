import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliEnd, cliWith } from './cli-in-process.ts'
import { withOptions } from './command.ts'

let folder = ''
const at = (...parts: string[]): string => join(folder, ...parts)

const cliUntil = (signal: AbortSignal, ...argv: string[]): Promise<CliEnd> =>
  cliWith({ signal, debug: true }, ...argv)
const cli = (...argv: string[]): Promise<CliEnd> => cliWith({ debug: true }, ...argv)

const small = [
  '--backbone',
  'sphere4',
  '--size',
  '32x32',
  '--embedding-size',
  '16',
  '--batch',
  '8',
  '--threads',
  '1',
]
const short = [
  '--iterations',
  '4',
  '--warmup',
  '1',
  '--validation',
  '0.34',
  '--test',
  '0.34',
  '--augment',
  'flip',
]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosface-cli-'))
  const { code, err } = await cli(
    'synth',
    at('faces'),
    '--identities',
    '60',
    '--images',
    '3',
    '--size',
    '32x32',
  )
  expect(err).toContain('60 of 60')
  expect(code).toBe(0)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the whole way on the command line', () => {
  it('trains, evaluates, exports and embeds; JSON on stdout and nothing else', async () => {
    const run = at('run')
    const trained = await cli(
      'train',
      at('faces'),
      ...small,
      ...short,
      '--out',
      run,
      '--json',
      '--tensorboard',
    )
    expect(trained.err).toContain('training for 4 iterations of 8 images')
    expect(trained.code).toBe(0)
    const result = JSON.parse(trained.out)
    expect(result).toMatchObject({ schema: 'cosface-train/1', run, role: 'test', iterations: 4 })
    expect(result.parity.maxCosineDifference).toBeLessThan(1e-4)
    expect(result.result).toMatchObject({ schema: 'cosface-evaluation/1', accuracy: expect.any(Number) })
    expect(readFileSync(at('run', 'report.html'), 'utf8')).toMatch(/<title>.*<\/title>[\s\S]*Drawn faces/)

    expect(readdirSync(at('run', 'tensorboard'))).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)])

    const pairs = ['--images', at('faces'), '--random-pairs', '40']
    const evaluated = await cli('evaluate', '--model', run, ...pairs, '--json', '--report', at('page.html'))
    expect(evaluated.code).toBe(0)
    expect(Object.keys(JSON.parse(evaluated.out))).toEqual(
      expect.arrayContaining([
        'schema',
        'accuracy',
        'standardError',
        'threshold',
        'thresholds',
        'auc',
        'eer',
        'tarAtFar',
        'pairs',
      ]),
    )
    expect(readFileSync(at('page.html'), 'utf8')).toContain('<svg')

    const exported = await cli('export', run, '--out', at('model.onnx'))
    expect(exported.out).toMatch(/max \|Δcos\| .*: \d\.\de-\d+/)
    const again = await cli('evaluate', '--model', at('model.onnx'), ...pairs, '--json')
    expect(JSON.parse(again.out)).toEqual(JSON.parse(evaluated.out))

    const embedded = await cli(
      'embed',
      at('faces'),
      '--model',
      at('model.onnx'),
      '--out',
      at('e.jsonl'),
      '--json',
    )
    expect(JSON.parse(embedded.out)).toMatchObject({ images: 180, templateSize: 32 })
    const first = JSON.parse(readFileSync(at('e.jsonl'), 'utf8').split('\n')[0] ?? '') as {
      template: number[]
    }
    expect(Math.hypot(...first.template)).toBeCloseTo(1, 5)
  })

  it('trains on fewer images than a batch, and says so', async () => {
    const args = withOptions([...small, ...short], ['--iterations', '1', '--warmup', '0', '--batch', '64'])
    const trained = await cli('train', at('faces'), ...args, '--min-images', '3', '--out', at('few'))
    expect(trained.code, trained.err).toBe(0)
    expect(trained.err).toMatch(
      /Warning: A batch of 64 images holds each of the \d\d images to learn from about 1\.\d times/,
    )
  })

  it('finishes the step at Ctrl-C, says how to go on, and goes on', async () => {
    const abort = new AbortController()
    const run = at('cut')
    const long = [
      '--iterations',
      '60',
      '--warmup',
      '1',
      '--validation',
      '0.34',
      '--test',
      '0.34',
      '--checkpoint-every',
      '1000',
      '--tensorboard',
    ]
    const seriesBytes = (): number => {
      const names = readdirSync(join(run, 'tensorboard'))
      return names.reduce((sum, name) => sum + statSync(join(run, 'tensorboard', name)).size, 0)
    }
    const training = cliUntil(abort.signal, 'train', at('faces'), ...small, ...long, '--out', run)
    while (!existsSync(join(run, 'events.jsonl'))) await new Promise((resolve) => setTimeout(resolve, 20))
    abort.abort()
    const cut = await training
    expect(cut.out).toContain(`Go on with: cosface train --resume ${run}`)
    expect(cut.err).toMatch(/Stopped after \d+ of 60 iterations; everything is saved/)
    expect(cut.code).toBe(1)
    const refused = await cli('train', '--resume', run, '--lr', '0.1')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('leave out --lr')
    const before = seriesBytes()
    const done = await cli('train', '--resume', run, '--json')
    expect(done.code).toBe(0)
    expect(JSON.parse(done.out)).toMatchObject({ iterations: 60 })
    // what was asked for at the beginning goes on
    expect(seriesBytes()).toBeGreaterThan(before)
  })

  it('exports again where the run has gone on since', async () => {
    const run = at('stale')
    const none = ['--validation', '0', '--test', '0', '--warmup', '0']
    const length = ['--iterations', '4', '--checkpoint-every', '2']
    const trained = await cli('train', at('faces'), ...small, ...none, ...length, '--out', run)
    expect(trained.code, trained.err).toBe(0)
    const modelOf = async (): Promise<{ id: string; exported: boolean }> => {
      const image = at('faces', 'drawn-0001')
      const embedded = await cli('embed', image, '--model', run, '--out', at('stale.npy'), '--json')
      expect(embedded.code, embedded.err).toBe(0)
      return { id: JSON.parse(embedded.out).model, exported: embedded.err.includes('Exporting the') }
    }
    const last = await modelOf()
    expect(last.exported).toBe(false)
    // as it was in the middle of the training
    renameSync(join(run, 'checkpoints', '00000004'), at('stale-4'))
    const earlier = await modelOf()
    expect(earlier.exported).toBe(true)
    expect(earlier.id).not.toBe(last.id)
    expect(await modelOf()).toEqual({ id: earlier.id, exported: false })
    renameSync(at('stale-4'), join(run, 'checkpoints', '00000004'))
    expect(await modelOf()).toEqual({ id: last.id, exported: true })
    // what was asked for by name stays what it is
    writeFileSync(join(run, 'checkpoints', 'best.json'), '{"iteration":2}')
    const exported = await cli('export', run, '--checkpoint', 'last')
    expect(exported.code, exported.err).toBe(0)
    expect(await modelOf()).toEqual({ id: last.id, exported: false })
    // the same iteration of another training
    const record = join(run, 'checkpoints', '00000004', 'checkpoint.json')
    const { recordSha256: _, ...kept } = JSON.parse(readFileSync(record, 'utf8'))
    kept.sha256['weights.safetensors'] = '0'.repeat(64)
    writeFileSync(record, JSON.stringify(kept))
    const other = await cli('embed', at('faces'), '--model', run, '--out', at('stale.npy'))
    expect(other.code).toBe(1)
    expect(other.err).toContain('Exporting the last model')
    expect(other.err).toContain('the content is not what was saved')
  })

  it('measures the lowerings, says what that changed, keeps the plan and goes on with it', async () => {
    const run = at('tuned')
    const none = ['--validation', '0', '--test', '0', '--warmup', '0']
    const length = ['--iterations', '4', '--checkpoint-every', '2']
    const trained = await cli('train', at('faces'), ...small, ...none, ...length, '--tune', '--out', run)
    expect(trained.code, trained.err).toBe(0)
    const [, changed = ''] =
      /Measured \d+ lowerings: (\d+) at least 10 % faster than the table/.exec(trained.err) ?? []
    expect(trained.err).toMatch(/measuring lowerings: \d+ of \d+/)
    // the run of the test before has the table's plan for the same shapes
    const planOf = (name: string): string[] => readFileSync(at(name, 'plan.txt'), 'utf8').split('\n')
    const usual = new Set(planOf('stale').filter((line) => / → (?!blocked-weight)/.test(line)))
    const other = planOf('tuned').filter((line) => / → (?!blocked-weight)/.test(line) && !usual.has(line))
    expect(other).toHaveLength(Number(changed))
    for (const line of other) {
      const [signature = '', lowering = ''] = line.trim().split(' → ')
      expect(trained.err).toContain(`${signature}: ${lowering} in `)
      expect(readFileSync(at('tuned', 'events.jsonl'), 'utf8')).toContain(`${signature}: ${lowering} in `)
    }
    const last = join(run, 'checkpoints', '00000004')
    const weights = (): Buffer => readFileSync(join(last, 'weights.safetensors'))
    const [before, plan] = [weights(), planOf('tuned')]
    rmSync(last, { recursive: true })
    const resumed = await cli('train', '--resume', run, '--show-plan')
    expect(resumed.code, resumed.err).toBe(0)
    expect(resumed.err).not.toContain('not bit for bit')
    expect(resumed.err).toContain(plan.join('\n').trim())
    expect(weights().equals(before)).toBe(true)
    expect(planOf('tuned')).toEqual(plan)
    const twice = await cli('train', '--resume', run, '--tune')
    expect(twice.code).toBe(2)
    expect(twice.err).toContain('leave out --tune')
  })

  it('checks a folder and mends a copy of it', async () => {
    const review = at('review')
    const checked = await cli('data', 'check', at('faces'), '--out', review, '--small', '40', '--json')
    expect(checked.err).not.toMatch(/Error/)
    expect(checked.code).toBe(0)
    const report = JSON.parse(checked.out)
    expect(report).toMatchObject({
      schema: 'cosface-data-check/1',
      images: 180,
      identities: 60,
      unreadable: 0,
    })
    expect(readdirSync(review).sort()).toEqual(['findings.csv', 'report.json', 'review.html'])
    const applied = await cli(
      'data',
      'apply',
      join(review, 'findings.csv'),
      '--folder',
      at('faces'),
      '--out',
      at('mended'),
      '--json',
    )
    expect(applied.code).toBe(0)
    expect(JSON.parse(applied.out)).toMatchObject({ copied: 180, dropped: 0, moved: 0 })
  })

  it('packs a folder and unpacks it again', async () => {
    expect(await cli('pack', 'rec', at('faces'), '--out', at('packed'))).toMatchObject({ code: 0 })
    expect(await cli('pack', 'folder', at('packed', 'train.rec'), '--out', at('unpacked'))).toMatchObject({
      code: 0,
    })
    expect(readdirSync(at('unpacked'))).toHaveLength(60)
  })

  it('draws the toy', async () => {
    const drawn = await cli('toy', '--data', 'points', '--iterations', '20', '--out', at('toy'), '--json')
    expect(drawn.code).toBe(0)
    expect(JSON.parse(drawn.out).losses).toHaveLength(3)
    expect(readFileSync(at('toy', 'features.svg'), 'utf8')).toMatch(/^<svg/)
  })

  it('advises', async () => {
    const { out } = await cli('advise', '--classes', '10572', '--json')
    expect(
      JSON.parse(out).scaleBounds.find((one: { posterior: number }) => one.posterior === 0.9).scale,
    ).toBeCloseTo(11.46, 2)
    expect((await cli('advise', '--classes', '1')).code).toBe(2)
  })

  it('does not train into a folder that holds something', async () => {
    const { code, err } = await cli('train', at('faces'), ...small, ...short, '--out', at('faces'))
    expect(code).toBe(2)
    expect(err).toContain('is not empty')
    expect(readdirSync(at('faces'))).not.toContain('config.json')
  })
})

describe('what bad input gets', () => {
  const cases: [string, () => string[], number, RegExp][] = [
    ['an empty folder', () => ['train', (mkdirSync(at('empty')), at('empty'))], 1, /empty/],
    ['a folder that is not there', () => ['train', at('nowhere')], 2, /nowhere/],
    ['one identity', () => ['train', one(), '--min-images', '1'], 1, /identit/],
    [
      'too few people for random pairs',
      () => ['evaluate', '--model', at('run'), '--images', one(), '--random-pairs', '20'],
      1,
      /at least 20 people/,
    ],
    [
      'no model',
      () => ['evaluate', '--model', at('none.onnx'), '--images', at('faces'), '--random-pairs', '40'],
      2,
      /no model at/,
    ],
    [
      'a text file for a model',
      () => ['evaluate', '--model', text('m.onnx', 'hello'), '--images', at('faces'), '--random-pairs', '40'],
      1,
      /m\.onnx/,
    ],
    [
      'pairs naming a missing image',
      () => [
        'evaluate',
        '--model',
        at('run'),
        '--images',
        at('faces'),
        '--pairs',
        text('p.txt', '1\nnobody\t1\t2\nnobody\t1\tnoone\t1\n'),
      ],
      1,
      /3 images that are not there/,
    ],
    [
      'pairs with a wrong count',
      () => [
        'evaluate',
        '--model',
        at('run'),
        '--images',
        at('faces'),
        '--pairs',
        text('q.txt', '5\na\t1\t2\n'),
      ],
      1,
      /expected 10 pairs/,
    ],
    [
      'both kinds of pairs',
      () => ['evaluate', '--model', 'm', '--images', 'i', '--pairs', 'p', '--random-pairs', '40'],
      2,
      /one of `--pairs` and `--random-pairs`/,
    ],
    [
      'another ending than .npy and .jsonl',
      () => ['embed', at('faces'), '--model', at('run'), '--out', at('e.txt')],
      2,
      /\.npy, \.safetensors, \.jsonl/,
    ],
    ['a run that is not there', () => ['export', at('norun')], 2, /no folder of a run/],
    [
      'a config file with a slip',
      () => ['train', at('faces'), '--config', text('c.json', '{"margn": 0.4}')],
      2,
      /did you mean `margin`/,
    ],
    [
      'a config file that is no JSON',
      () => ['train', at('faces'), '--config', text('d.json', '{')],
      2,
      /no JSON/,
    ],
  ]
  it.each(cases)('%s', async (_title, argv, wanted, sentence) => {
    const { code, out, err } = await cli(...argv())
    expect(err.split('\n')[0]).toMatch(sentence)
    expect({ code, out }).toEqual({ code: wanted, out: '' })
  })

  const text = (name: string, content: string): string => {
    writeFileSync(at(name), content)
    return at(name)
  }
  const one = (): string => {
    const inside = at('one', 'drawn-0001')
    mkdirSync(inside, { recursive: true })
    const from = at('faces', 'drawn-0001')
    for (const name of readdirSync(from)) writeFileSync(join(inside, name), readFileSync(join(from, name)))
    return at('one')
  }
})
