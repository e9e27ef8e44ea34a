/** @file What pairs and models that do not fit get: one sentence, exit 1 or 2, and nothing half-written. */
import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { badInputFixture, person, testNothingLeft } from './bad-input-fixture.ts'
import { foreignModel } from './bad-input-model.ts'
import { expectRefusal, run } from './bad-input-process.ts'

const fixture = badInputFixture()
const { root, at, file } = fixture

beforeAll(() => {
  for (let number = 1; number <= 24; number++) {
    const name = person(number)
    mkdirSync(at('lfw', name), { recursive: true })
    for (let image = 1; image <= 4; image++)
      copyFileSync(at('faces', name, `000${image}.jpg`), at('lfw', name, `${name}_000${image}.jpg`))
  }
  file('foreign.onnx', foreignModel())
})

describe.concurrent('pairs and models', () => {
  const header = (text: string, lines: readonly string[], end = '\n'): string =>
    `${[text, ...lines].join(end)}${end}`
  const matched = Array.from({ length: 12 }, (_, i) => `${person(i + 1)}\t1\t2`)
  const mismatched = Array.from({ length: 12 }, (_, i) => `${person(i + 1)}\t3\t${person(i + 2)}\t1`)
  const good = [...matched, ...mismatched]
  const evaluate = (...more: readonly string[]): string[] => [
    ...['evaluate', '--model', at('run'), '--images', at('lfw'), '--json', ...more],
  ]

  it.for<[string, string, RegExp]>([
    [
      'a missing image',
      header('12', good.toSpliced(2, 1, `${person(3)}\t1\t9`)),
      /names an image that is not there: drawn-0003\/drawn-0003_0009 \(drawn-0003 holds .*\)\. .* --skip-missing/,
    ],
    [
      'missing people',
      header('12', good.toSpliced(2, 1, 'nobody\t1\t2')),
      /names 2 images that are not there: nobody\/nobody_0001, nobody\/nobody_0002/,
    ],
    ['a wrong count', header('13', good), /line 26: expected 26 pairs .* after the header, got 24/],
    ['a wrong count of folds', header('10\t3', good), /expected 60 pairs \(3 pairs .*, 10 times\) .* got 24/],
    [
      'Windows line ends and a wrong count',
      header('11', good, '\r\n'),
      /line 24: expected 22 pairs .* after the header, got 24/,
    ],
    ['half a line', header('12', good.toSpliced(4, 1, person(3))), /line 6: expected `name number number`/],
    ['nothing in it', '', /expected a list of pairs|the file is empty/],
  ])('a list with %s', async ([title, content, sentence]) => {
    const list = file(`${title.replaceAll(' ', '-')}.txt`, content)
    await expectRefusal(
      root,
      (out) => evaluate('--pairs', list, '--report', join(out, 'page.html')),
      1,
      sentence,
    )
  })

  it('Windows line ends change nothing', async () => {
    const lists = [
      file('unix.txt', header('12', good)),
      file('windows.txt', `\uFEFF${header('12', good, '\r\n')}`),
    ]
    const [unix, windows] = await Promise.all(lists.map((list) => run(evaluate('--pairs', list))))
    expect(unix?.code, unix?.err).toBe(0)
    expect(windows).toMatchObject({ code: 0, out: unix?.out.replaceAll('unix.txt', 'windows.txt') })
  })

  it.for<[string, () => readonly string[], 1 | 2, RegExp]>([
    ['a list that is not there', () => evaluate('--pairs', at('no.txt')), 2, /no\.txt/],
    [
      'too few pairs',
      () => evaluate('--random-pairs', '5'),
      2,
      /`--random-pairs` to be an integer in \[20, /,
    ],
    [
      'more pairs than there are',
      () => evaluate('--random-pairs', '100000'),
      1,
      /100000 .*; at most \d+ are possible/,
    ],
    [
      'two kinds of pairs',
      () => evaluate('--pairs', 'x', '--random-pairs', '40'),
      2,
      /one of `--pairs` and `--random-pairs`, got both/,
    ],
    [
      'fewer than 20 people',
      () => ['evaluate', '--model', at('run'), '--images', at('few'), '--random-pairs', '40'],
      1,
      /Random pairs need at least 20 people with two or more images each, .*; there are 3/,
    ],
    [
      'a model from elsewhere without its contract',
      () => ['evaluate', '--model', at('foreign.onnx'), '--images', at('lfw'), '--random-pairs', '40'],
      2,
      /does not say how images enter it\. Say so, .*--channels rgb --mean 127\.5 --std 128 --flip concat/,
    ],
    [
      'a model from elsewhere and a size that does not fit',
      () => [
        ...['evaluate', '--model', at('foreign.onnx'), '--size', '112x112'],
        ...['--images', at('lfw'), '--random-pairs', '40'],
      ],
      2,
      /takes images of 32x32; --size 112x112 does not fit/,
    ],
    [
      'no model',
      () => ['embed', at('lfw'), '--model', at('none'), '--out', 'e.npy'],
      2,
      /There is no model at .*none/,
    ],
    [
      'a text for a model',
      () => ['embed', at('lfw'), '--model', file('text.onnx', 'hello'), '--out', 'e.npy'],
      1,
      /text\.onnx: not an ONNX model, or cut off/,
    ],
    [
      'an edited model',
      () => {
        const bytes = readFileSync(at('run', 'model.onnx'))
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
        return ['embed', at('lfw'), '--model', file('edited.onnx', bytes), '--out', 'e.npy']
      },
      1,
      /edited\.onnx: was changed after it was written: its weights are not those of its contract/,
    ],
    [
      'half a model',
      () => [
        ...['embed', at('lfw'), '--out', 'e.npy'],
        ...['--model', file('half.onnx', readFileSync(at('run', 'model.onnx')).subarray(0, 100_000))],
      ],
      1,
      /half\.onnx: not an ONNX model, or cut off/,
    ],
    [
      'a report to nowhere',
      () => evaluate('--random-pairs', '40', '--report', at('no', 'page.html')),
      2,
      /page\.html cannot be written: there is no folder/,
    ],
  ])('%s', async ([, args, code, sentence]) => {
    await expectRefusal(root, args, code, sentence)
  })

  beforeAll(() => {
    for (const number of [1, 2, 3])
      cpSync(at('faces', person(number)), at('few', person(number)), { recursive: true })
  })

  it('a model from elsewhere is taken with its contract', async () => {
    const contract = ['--channels', 'bgr', '--mean', '127.5', '--std', '128', '--flip', 'none']
    const { code, out, err } = await run([
      ...['evaluate', '--model', at('foreign.onnx'), '--images', at('lfw'), '--random-pairs', '40', '--json'],
      ...contract,
    ])
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ pairs: { total: 40 } })
  })
})

testNothingLeft(fixture)
