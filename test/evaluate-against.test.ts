/** @file Models from elsewhere judged side by side, each fed by its own contract. */
import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { withMetadata } from '../src/onnx/decode.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, projection } from './evaluate-fixture.ts'

const { at, file, pairs } = evaluateFixture()

interface Figures {
  readonly name?: string
  readonly accuracy: number
  readonly auc: number
  readonly record: { readonly model: string; readonly convention: string }
}

const evaluate = async (...args: readonly string[]) =>
  cli(
    'evaluate',
    ...args,
    '--images',
    at('faces'),
    '--pairs',
    at('pairs.txt'),
    '--replicates',
    '50',
    '--json',
  )

const alone = async (...args: readonly string[]): Promise<Figures> => {
  const { code, out, err } = await evaluate(...args)
  expect(code, err).toBe(0)
  return JSON.parse(out) as Figures
}

const options = (contract: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(contract).flatMap(([name, value]) => [`--${name}`, String(value)])

// told apart by what they are fed: the same weights in another channel order and scale score otherwise
const contracts = {
  'a.onnx': { channels: 'rgb', mean: 127.5, std: 128, flip: 'concat' },
  'b.onnx': { channels: 'bgr', mean: 60, std: 255, flip: 'none' },
  'c.onnx': { channels: 'rgb', mean: 0, std: 1, flip: 'sum' },
} as const

beforeAll(() => {
  pairs()
  for (const name of Object.keys(contracts)) file(name, withMetadata(projection(3), {}))
})

describe('models from elsewhere', () => {
  it('have a contract each, in a file beside them', async () => {
    const single = await Promise.all(
      Object.entries(contracts).map(([name, contract]) => alone('--model', at(name), ...options(contract))),
    )
    expect(new Set(single.map(({ auc }) => auc)).size).toBe(3)
    for (const [name, contract] of Object.entries(contracts).slice(1))
      writeFileSync(at(`${name}.json`), JSON.stringify(contract))
    const given = ['--model', at('a.onnx'), '--channels', 'rgb', '--mean', '127.5', '--std', '128']
    const { code, out, err } = await evaluate(...given, '--against', at('b.onnx'), '--against', at('c.onnx'))
    expect(code, err).toBe(0)
    const { models } = JSON.parse(out) as { readonly models: readonly Figures[] }
    expect(models.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    models.forEach(({ accuracy, auc, record }, i) => {
      expect({ accuracy, auc }).toEqual({ accuracy: single[i]?.accuracy, auc: single[i]?.auc })
      expect(record.model).toBe(single[i]?.record.model)
    })
    expect(models.map(({ record }) => /flip \w+/.exec(record.convention)?.[0])).toEqual([
      'flip concat',
      'flip none',
      'flip sum',
    ])
  })

  it('are all flipped alike where that is asked for', async () => {
    const given = ['--model', at('a.onnx'), '--channels', 'rgb', '--flip', 'none', '--against', at('c.onnx')]
    const { code, out, err } = await evaluate(...given)
    expect(code, err).toBe(0)
    const { models } = JSON.parse(out) as { readonly models: readonly Figures[] }
    expect(models.map(({ record }) => /flip \w+/.exec(record.convention)?.[0])).toEqual([
      'flip none',
      'flip none',
    ])
  })

  it('without one are refused: the options are not meant for them', async () => {
    file('bare.onnx', withMetadata(projection(4), {}))
    const given = [
      '--model',
      at('a.onnx'),
      '--channels',
      'rgb',
      '--flip',
      'sum',
      '--against',
      at('bare.onnx'),
    ]
    expect(await evaluate(...given)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /--against .*bare\.onnx: .*bare\.onnx\.json\. Options .* are those of --model/,
      ),
    })
  })
})
