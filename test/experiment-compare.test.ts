/**
 * @file A comparison killed at any moment goes on where it was and ends as if nothing had happened. Three kills here;
 * COSFACE_KILLS=50 for many.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { cosface, cosfaceJson, withOptions } from './command.ts'

const kills = Number(process.env['COSFACE_KILLS'] ?? 2)
let folder = ''
let whole = ''
let seconds = 0

const args = (out: string, ...more: readonly string[]): string[] =>
  withOptions(
    `compare ${join(folder, 'faces')} --losses softmax,cosface:margin=0.2 --backbone sphere4 --size 32x32 --embedding-size 16 --batch 8 --iterations 12 --warmup 0 --checkpoint-every 3 --validate-every 6 --validation 0.4 --test 0.4 --threads 2 --seed 5 --out ${out}`.split(
      ' ',
    ),
    more,
  )

/** Everything but how long it took. */
const outcome = async (out: string): Promise<string> => {
  const names = (await readdir(join(out, 'results'))).sort()
  const results = await Promise.all(names.map((name) => readFile(join(out, 'results', name), 'utf8')))
  return results.map((text) => text.replaceAll(/"(seconds|imagesPerSecond)": [\d.e+-]+,?/g, '')).join('\n')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-compare-'))
  const synth = ['synth', join(folder, 'faces'), '--identities', '60', '--images', '3', '--size', '32x32']
  expect((await cosface(synth)).code).toBe(0)
  whole = join(folder, 'whole')
  const started = performance.now()
  const { code, output } = await cosface(args(whole))
  seconds = (performance.now() - started) / 1000
  expect(code, output).toBe(0)
  expect(output).toContain('p over pairs')
}, 180_000)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('leaves the table, the page and the figures; checkpoints of what is done are gone', async () => {
  for (const name of ['plan.json', 'table.md', 'results.csv', 'report.html', 'figures/accuracy.svg'])
    expect(existsSync(join(whole, name)), name).toBe(true)
  expect((await readFile(join(whole, 'results.csv'), 'utf8')).trim().split('\n')).toHaveLength(3)
  const run = await readdir(join(whole, 'runs', 'softmax-seed5'))
  expect(run).toContain('model.onnx')
  expect(run).not.toContain('checkpoints')
})

test('--json says what the table and the files say', async () => {
  const told = await cosfaceJson(['compare', '--resume', whole, '--json'])
  const number = expect.any(Number)
  const one = { mean: number, values: [number] }
  const figures = {
    accuracy: one,
    auc: one,
    eer: one,
    within: one,
    between: one,
    nearest: one,
    lastLoss: one,
  }
  const row = { done: 1, planned: 1, ...figures }
  const difference = { difference: number, interval: { low: number, high: number }, pairsP: number }
  const cell = {
    seed: 5,
    iterations: 12,
    convergence: { kind: expect.stringMatching(/^(converged|failed)$/) },
    model: expect.any(String),
  }
  expect(told).toMatchObject({
    schema: 'cosface-experiment/1',
    kind: 'compare',
    out: whole,
    reference: 'cosface:margin=0.2',
    seeds: [5],
    tested: expect.stringMatching(/^Differences are to cosface:margin=0\.2\. p over pairs: /),
    rows: [
      { ...row, name: 'softmax', isReference: false, difference },
      { ...row, name: 'cosface:margin=0.2', isReference: true },
    ],
    results: [
      { ...cell, id: 'softmax-seed5', result: { schema: 'cosface-evaluation/1' } },
      {
        ...cell,
        id: 'cosface-margin=0.2-seed5',
        angles: { within: number, between: number, nearest: number },
      },
    ],
    files: expect.arrayContaining([join(whole, 'table.md'), join(whole, 'results.csv')]),
  })
})

test('does nothing again, and refuses another plan', { timeout: 120_000 }, async () => {
  const before = await outcome(whole)
  const again = await cosface(['compare', '--resume', whole])
  expect(again.code, again.output).toBe(0)
  expect(again.output).toContain('done before')
  expect(again.output).not.toContain('of 12')
  expect(await outcome(whole)).toBe(before)
  const other = await cosface(args(whole, '--lr', '0.05'))
  expect(other.code).toBe(2)
  expect(other.output).toMatch(/holds another experiment \(config\.learningRate was 0\.1, is 0\.05\)/)
  const beyond = await cosface(args(join(folder, 'beyond'), '--losses', 'softmax,cosface:margin=1.5'))
  expect(beyond.code).toBe(2)
  expect(beyond.output).toContain('Eq 7')
  expect(existsSync(join(folder, 'beyond'))).toBe(false)
})

test('killed in its second training, it goes on in that', { timeout: 120_000 }, async () => {
  const out = join(folder, 'second')
  const second = join(out, 'runs', 'cosface-margin=0.2-seed5', 'checkpoints')
  const killed = await cosface(args(out), () => existsSync(join(second, '00000003')))
  expect(killed.code, killed.output).toBeNull()
  const { code, output } = await cosface(args(out))
  expect(code, output).toBe(0)
  expect(output).toContain('1/2 softmax, seed 5: done before')
  expect(output).toContain('2/2 cosface:margin=0.2, seed 5: going on where it was')
  expect(await outcome(out)).toBe(await outcome(whole))
})

test(`${kills} kills at random moments change nothing`, { timeout: 120_000 + kills * 60_000 }, async () => {
  const expected = await outcome(whole)
  const stream = random(3, 'compare kills')
  const out = join(folder, 'killed')
  for (let kill = 0; kill < kills; kill++) await cosface(args(out), seconds * 1000 * stream.uniform())
  const { code, output } = await cosface(args(out))
  expect(code, output).toBe(0)
  expect(await outcome(out)).toBe(expected)
})
