/** @file `--watch` logs figures while a training runs, of packs and of lists, and never chooses by them. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, personName } from './evaluate-fixture.ts'

const { at, file, pairs } = evaluateFixture()

beforeAll(async () => {
  const packed = await cli('pack', 'bin', at('faces'), '--pairs', pairs(), '--out', at('lfw.bin'))
  expect(packed.code, packed.err).toBe(0)
  const drawn = await cli(
    ...['synth', at('drawn'), '--identities', '6', '--images', '4', '--size', '32x32', '--seed', '2'],
  )
  expect(drawn.code, drawn.err).toBe(0)
})

const train = async (out: string, ...more: readonly string[]): Promise<{ code: number; err: string }> =>
  cli(
    ...['train', at('drawn'), '--out', at(out), '--backbone', 'sphere4', '--size', '32x32', '--threads', '1'],
    ...['--embedding-size', '16', '--batch', '8', '--iterations', '12', '--warmup', '0', '--seed', '5'],
    ...['--checkpoint-every', '2', '--validate-every', '4', '--validation', at('faces'), '--test', '0'],
    ...['--min-images', '2', ...more],
  )

interface Event {
  readonly kind: string
  readonly set?: string
  readonly name?: string
  readonly iteration?: number
}

const events = (run: string): readonly Event[] =>
  readFileSync(at(run, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)

/** Which checkpoints were kept and which of them is the best, with their weights. */
const kept = (run: string): Readonly<Record<string, string>> => {
  const names = readdirSync(at(run, 'checkpoints'))
  const weights = names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const bytes = readFileSync(at(run, 'checkpoints', name, 'weights.safetensors'))
      return [name, createHash('sha256').update(bytes).digest('hex')]
    })
  const best = readFileSync(at(run, 'checkpoints', 'best.json'), 'utf8')
  return { ...Object.fromEntries(weights), best }
}

it('a pack and a list are logged, and the best checkpoint is the same without them', async () => {
  const list = file(
    'drawn.txt',
    [1, 2, 3, 4, 5]
      .flatMap((i) => [
        `drawn-000${i}/0001.jpg drawn-000${i}/0002.jpg 1`,
        `drawn-000${i}/0003.jpg drawn-000${i + 1}/0001.jpg 0`,
      ])
      .join('\n'),
  )
  const plain = await train('plain')
  expect(plain.code, plain.err).toBe(0)
  const watched = await train('watched', '--watch', at('lfw.bin'), '--watch', list)
  expect(watched.code, watched.err).toBe(0)
  const told = events('watched').filter(({ set }) => set === 'watch')
  expect(told.map(({ name }) => name)).toEqual(Array<string[]>(3).fill(['lfw', 'drawn']).flat())
  expect(events('plain').filter(({ set }) => set === 'watch')).toEqual([])
  expect(kept('watched')).toEqual(kept('plain'))
  expect(Object.keys(kept('plain')).length).toBeGreaterThan(2)
})

it('a watched pack that is damaged is refused before anything is trained', async () => {
  const bytes = readFileSync(at('lfw.bin'))
  const image = readFileSync(at('faces', personName(3), `${personName(3)}_0003.png`))
  const place = bytes.indexOf(image)
  bytes.fill(0, place + 60, place + 200)
  for (const [name, content, sentence] of [
    ['damaged.bin', bytes, /damaged\.bin image \d+.*cannot be decoded/],
    ['cut.bin', bytes.subarray(0, 500), /cut\.bin/],
    ['empty.bin', new Uint8Array(), /empty\.bin: the file is empty/],
  ] as const) {
    const ended = await train('refused', '--watch', file(name, content))
    expect(ended.code).toBe(1)
    expect(ended.err).toMatch(sentence)
    expect(readdirSync(at())).not.toContain('refused')
  }
  const missing = await train('refused', '--watch', at('nowhere.bin'))
  expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('no file or folder') })
  const folder = await train('refused', '--watch', at('faces'))
  expect(folder).toMatchObject({ code: 2, err: expect.stringContaining('is a folder') })
})
