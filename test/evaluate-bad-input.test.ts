/** @file What bad input to evaluations gets: one sentence that names the file and the reason, exit 1 or 2, and nothing written. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy } from '../src/tensor/npy.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, personName } from './evaluate-fixture.ts'

const { at, file, pairs } = evaluateFixture()

const model = (): string[] => ['--model', at('model.onnx'), '--threads', '1', '--replicates', '0']
const images = (): string[] => ['--images', at('faces')]

/** Opcode 0x80 begins a binary pickle; BINUNICODE, TUPLE1 and REDUCE call what GLOBAL names. */
const callingPickle = (name: string, member: string, argument: string): Uint8Array =>
  Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from(`c${name}\n${member}\n`),
    Buffer.from([0x58, argument.length, 0, 0, 0]),
    Buffer.from(argument),
    Buffer.from([0x85, 0x52, 0x2e]),
  ])

/** A pickle of ([bytes…], [True…]) with as many of each as asked for. */
const packOf = (encoded: readonly Uint8Array[], same: readonly boolean[]): Uint8Array => {
  const pieces: Uint8Array[] = [Buffer.from([0x80, 3, 0x5d, 0x28])]
  for (const image of encoded) {
    const head = Buffer.alloc(5)
    head[0] = 0x42
    head.writeUInt32LE(image.length, 1)
    pieces.push(head, image)
  }
  pieces.push(Buffer.from([0x65, 0x5d, 0x28]))
  for (const value of same) pieces.push(Buffer.from([value ? 0x88 : 0x89]))
  pieces.push(Buffer.from([0x65, 0x86, 0x2e]))
  return Buffer.concat(pieces)
}

const face = (person: number, image: number): Uint8Array =>
  readFileSync(at('faces', personName(person), `${personName(person)}_000${image}.png`))

let good: Uint8Array = new Uint8Array()

beforeAll(async () => {
  const packed = await cli('pack', 'bin', at('faces'), '--pairs', pairs(), '--out', at('good.bin'))
  expect(packed.code, packed.err).toBe(0)
  good = readFileSync(at('good.bin'))
  mkdirSync(at('empty'))
})

/** A list of LFW's kind without folds: so many pairs of one person, and of two. */
const list = (name: string, same: readonly string[], different: readonly string[]): string =>
  file(name, [...same.map((line) => `${line} 1`), ...different.map((line) => `${line} 0`), ''].join('\n'))

const png = (person: number, image: number): string =>
  `${personName(person)}/${personName(person)}_000${image}.png`

const matched = Array.from({ length: 12 }, (_, i) => `${png(i, 1)} ${png(i, 2)}`)
const mismatched = Array.from({ length: 12 }, (_, i) => `${png(i, 1)} ${png(i + 1, 2)}`)

interface Refusal {
  readonly title: string
  readonly args: () => readonly string[]
  readonly code: 1 | 2
  readonly sentence: RegExp
}

const pack =
  (name: string, content: () => Uint8Array): (() => string[]) =>
  () => [...model(), ...['--pairs', file(name, content())]]

const refusals: readonly Refusal[] = [
  {
    title: 'a truncated pack',
    args: pack('cut.bin', () => good.subarray(0, good.length - 40)),
    code: 1,
    sentence: /cut\.bin \(byte \d+\): the pickle ends without its end mark/,
  },
  {
    title: 'an overlong pack',
    args: pack('long.bin', () => Buffer.concat([good, Buffer.from('more')])),
    code: 1,
    sentence: /long\.bin \(byte \d+\): 4 bytes after the end of the pickle/,
  },
  {
    title: 'a pack with another beginning',
    args: pack('magic.bin', () => Buffer.from('PK\u0003\u0004 no pickle at all')),
    code: 1,
    sentence: /magic\.bin \(byte 0\): expected a pickle, got a file that begins with "PK/,
  },
  {
    title: 'an empty pack',
    args: pack('empty.bin', () => new Uint8Array()),
    code: 1,
    sentence: /empty\.bin: the file is empty/,
  },
  {
    title: 'a folder for a pack',
    args: () => [...model(), '--pairs', at('empty')],
    code: 2,
    sentence: /empty is a folder; expected a list of pairs/,
  },
  {
    title: 'a pickle that runs os.system',
    args: pack('evil.bin', () => callingPickle('os', 'system', 'touch executed')),
    code: 1,
    sentence: /evil\.bin \(byte \d+\): refused: the pickle names `os system`, .* nothing was run/,
  },
  {
    title: 'a pack with lists of different lengths',
    args: pack('uneven.bin', () => packOf([face(0, 1), face(0, 2), face(1, 1)], [true])),
    code: 1,
    sentence: /uneven\.bin: expected two images for each of 1 pair, got 3 images/,
  },
  {
    title: 'a pack without pairs of two people',
    args: pack('same.bin', () =>
      packOf(
        Array.from({ length: 24 }, (_, i) => face(i >> 1, 1 + (i % 2))),
        Array<boolean>(12).fill(true),
      ),
    ),
    code: 1,
    sentence: /^cosface: Expected pairs of the same person and of different people, got 12 and 0\n$/,
  },
  {
    title: 'a pack of something that is no image',
    args: pack('text.bin', () =>
      packOf([face(0, 1), Buffer.from('no image at all'), face(0, 2), face(1, 1)], [true, false]),
    ),
    code: 1,
    sentence: /text\.bin image 1: is no JPEG, PNG, WebP, GIF, TIFF or AVIF image/,
  },
  {
    title: '0 pairs of one person',
    args: () => [...model(), ...images(), '--pairs', list('different.txt', [], mismatched)],
    code: 1,
    sentence: /same person and of different people|of both kinds/,
  },
  {
    title: '0 pairs of two people',
    args: () => [...model(), ...images(), '--pairs', list('alike.txt', matched, [])],
    code: 1,
    sentence: /same person and of different people|of both kinds/,
  },
  {
    title: 'absent images',
    args: () => [
      ...model(),
      ...images(),
      '--pairs',
      list('absent.txt', [...matched, ...[5, 6, 7].map((i) => `no/${i}.png no/1${i}.png`)], mismatched),
    ],
    code: 1,
    sentence:
      /absent\.txt names 6 images that are not there: no\/5\.png, no\/15\.png, no\/6\.png, no\/16\.png, no\/7\.png, … \(.*faces holds 96 images, such as .*\)\. .*--skip-missing/,
  },
  {
    title: 'CFP without saying which',
    args: () => {
      file('cfp/Protocol/Pair_list_F.txt', '1 ../Data/Images/001/frontal/01.jpg\n')
      return [...model(), '--pairs', at('cfp')]
    },
    code: 2,
    sentence: /cfp is CFP, which has two protocols; say cfp-ff or cfp-fp/,
  },
  {
    title: 'an option of another protocol',
    args: () => [...model(), '--pairs', at('good.bin'), '--frames', '3'],
    code: 2,
    sentence: /--frames is for --protocol ytf; this is bin: leave it out/,
  },
  {
    title: 'a threshold where the convention has its own',
    args: () => [...model(), '--pairs', at('good.bin'), '--convention', 'centred', '--threshold', '0.4'],
    code: 2,
    sentence: /centred chooses its thresholds on folds/,
  },
  {
    title: 'no model',
    args: () => ['--pairs', at('good.bin')],
    code: 2,
    sentence: /Expected --model .* or --embeddings .*, got neither/,
  },
  {
    title: 'a misspelled protocol',
    args: () => [...model(), '--pairs', at('good.bin'), '--protocol', 'cfpfp'],
    code: 2,
    sentence: /did you mean cfp-fp\?/,
  },
  {
    title: 'a report of an unknown kind',
    args: () => [...model(), '--pairs', at('good.bin'), '--report', at('page.pdf')],
    code: 2,
    sentence: /--report to end in \.html, \.md or \.json/,
  },
  {
    title: 'a list that does not fit its protocol',
    args: () => [...model(), ...images(), '--protocol', 'calfw', '--pairs', at('pairs.txt')],
    code: 2,
    sentence: /--protocol calfw does not fit: .*pairs\.txt is a list of pairs/,
  },
  {
    title: 'too few people to search among',
    args: () => {
      for (const person of [0, 1])
        for (const image of [1, 2]) file(`few/${personName(person)}/${image}.png`, face(person, image))
      return [...model(), '--images', at('few'), '--protocol', 'identify']
    },
    code: 1,
    sentence: /at least four people with more than 1 image, got 2/,
  },
  {
    title: 'half of an IJB folder',
    args: () => {
      file('half/ijbb_face_tid_mid.txt', 'a.png 1 1\n')
      return [...model(), '--pairs', at('half')]
    },
    code: 1,
    sentence: /Expected \*_template_pair_label\.txt in .*half|Expected \*_name_5pts_score\.txt/,
  },
  {
    title: 'embeddings of an unknown kind',
    args: () => ['--embeddings', file('e.csv', '1,2\n'), '--pairs', at('pairs.txt')],
    code: 2,
    sentence: /Expected embeddings in \.npy, \.safetensors or \.jsonl, got .*e\.csv/,
  },
  {
    title: 'embeddings that do not say whose they are',
    args: () => {
      const row = JSON.stringify({ image: 'x.png', template: [1, 'a'] })
      return ['--embeddings', file('broken.jsonl', `${row}\n`), '--pairs', at('pairs.txt')]
    },
    code: 1,
    sentence: /The embedding of x\.png has the length NaN/,
  },
  {
    title: 'embeddings that are not numbers',
    args: () => {
      const data = Float32Array.from({ length: 8 }, (_, i) => (i === 5 ? NaN : 1))
      const names = file('nan.txt', 'a.png\nb.png\nc.png\nd.png\n')
      const rows = file('nan.npy', encodeNpy({ shape: [4, 2], data }))
      return ['--embeddings', rows, '--names', names, '--pairs', at('pairs.txt')]
    },
    code: 1,
    sentence: /The embedding of c\.png has the length NaN/,
  },
]

describe('evaluations refuse', () => {
  it.each(refusals)('$title', async ({ args, code, sentence }) => {
    const given = args()
    const before = readdirSync(at())
    const ended = await cli('evaluate', ...given, '--json')
    expect(ended.err).toMatch(sentence)
    expect(ended).toMatchObject({ code, out: '' })
    expect(readdirSync(at())).toEqual(before)
  })
})

describe('evaluations say', () => {
  it('how many pairs were left out', async () => {
    const absent = list('absent.txt', [...matched, 'no/1.png no/2.png'], mismatched)
    const ended = await cli(
      ...['evaluate', ...model(), ...images(), '--pairs', absent, '--skip-missing', '--json'],
    )
    expect(ended.code, ended.err).toBe(0)
    expect(JSON.parse(ended.out)).toMatchObject({
      pairs: { total: 24, skipped: 1 },
      warnings: expect.arrayContaining([expect.stringContaining('1 pair was left out')]),
    })
    const counted = await cli(
      ...['evaluate', ...model(), ...images(), '--pairs', absent, '--skip-missing', '--json'],
      ...['--convention', 'insightface'],
    )
    expect(JSON.parse(counted.out)).toMatchObject({ pairs: { total: 24, skipped: 1 } })
  })

  it('that folds share people', async () => {
    const lines = readFileSync(at('pairs.txt'), 'utf8').split('\n')
    // the first person is in the last fold too
    const shared = file(
      'shared.txt',
      lines.toSpliced(-3, 1, `${personName(18)}\t1\t${personName(0)}\t2`).join('\n'),
    )
    for (const convention of ['cosface', 'insightface']) {
      const ended = await cli(
        ...['evaluate', ...model(), ...images(), '--pairs', shared, '--convention', convention, '--json'],
      )
      expect(ended.code, ended.err).toBe(0)
      expect(JSON.parse(ended.out).warnings.join()).toContain('1 person appears in more than one fold')
    }
    const doubled = Array.from({ length: 20 }, (_, i) => [face(i % 3, 1), face((i + (i % 2)) % 3, 2)]).flat()
    const packed = file(
      'doubled.bin',
      packOf(
        doubled,
        Array.from({ length: 20 }, (_, i) => i % 2 === 0),
      ),
    )
    const ended = await cli('evaluate', ...model(), '--pairs', packed, '--json')
    expect(JSON.parse(ended.out).warnings.join()).toContain('3 people appear in more than one fold')
  })

  it('figures of fewer images than a batch', async () => {
    const small = Array.from({ length: 10 }, (_, i) => [face(i, 1), face(i + (i % 2), 2)]).flat()
    const packed = file(
      'small.bin',
      packOf(
        small,
        Array.from({ length: 10 }, (_, i) => i % 2 === 0),
      ),
    )
    for (const convention of ['cosface', 'centred', 'insightface']) {
      const ended = await cli('evaluate', ...model(), '--pairs', packed, '--convention', convention, '--json')
      expect(ended.code, ended.err).toBe(0)
      expect(JSON.parse(ended.out)).toMatchObject({ pairs: { total: 10, same: 5 } })
    }
  })
})

describe('a model from elsewhere', () => {
  const foreign = (): string[] => ['--model', at('foreign.onnx'), '--threads', '1', '--replicates', '0']

  it('is taken by every command with its contract by options, beside it, or exported into it', async () => {
    const bare = await cli('evaluate', ...foreign(), '--pairs', at('good.bin'))
    expect(bare).toMatchObject({ code: 2, err: expect.stringContaining('foreign.onnx.json') })
    const options = ['--channels', 'rgb', '--mean', '127.5', '--std', '128', '--flip', 'concat']
    const figures = async (...args: readonly string[]): Promise<unknown> => {
      const { code, out, err } = await cli('evaluate', ...args, '--pairs', at('good.bin'), '--json')
      expect(code, err).toBe(0)
      const { accuracy, auc, thresholds } = JSON.parse(out)
      return { accuracy, auc, thresholds }
    }
    const own = await figures(...model())
    expect(await figures(...foreign(), ...options)).toEqual(own)
    const exported = await cli('export', at('foreign.onnx'), ...options, '--out', at('known.onnx'), '--json')
    expect(exported.code, exported.err).toBe(0)
    expect(await figures('--model', at('known.onnx'), '--replicates', '0')).toEqual(own)
    for (const [side, content] of [
      ['foreign.onnx.json', '{"channels":"rgb","mean":127.5,"std":128,"flip":"concat"}'],
      ['foreign.contract.json', '{"flip":"concat"}'],
    ] as const) {
      writeFileSync(at(side), content)
      expect(await figures(...foreign())).toEqual(own)
      const embedded = await cli(
        'embed',
        at('faces', personName(0)),
        '--model',
        at('foreign.onnx'),
        '--out',
        at('f.npy'),
      )
      expect(embedded.code, embedded.err).toBe(0)
      const checked = await cli(
        ...['data', 'check', at('faces'), '--model', at('foreign.onnx'), '--out', at('check'), '--overwrite'],
      )
      expect(checked.code, checked.err).toBe(0)
      writeFileSync(at(side), '{"chanels":"rgb"}')
      const wrong = await cli('evaluate', ...foreign(), '--pairs', at('good.bin'))
      expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('did you mean `channels`?') })
      rmSync(at(side))
    }
  })
})
