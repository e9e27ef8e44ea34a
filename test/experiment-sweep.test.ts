/** @file A sweep whose scales cannot work: they stay in table, file and figure, and say what became of them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cosface, cosfaceJson } from './command.ts'

let folder = ''
let out = ''
let told: unknown

const read = (name: string): Promise<string> => readFile(join(out, name), 'utf8')

// the loss of the smaller scale cannot fall far; nothing limits the steps of the larger, thousands of times as long
const settings =
  '--scale 0.25,1000 --margin 0.1 --lr 0.2 --clip 0 --warmup 0 --iterations 64 --batch 8 --augment none --backbone sphere4 --size 32x32 --embedding-size 16 --validation 0 --test 0.6 --threads 2 --seed 5'

const [tooSmall, tooLong] = ['cannot go under 2.95 with this scale', 'The update is not finite at iteration']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-sweep-'))
  out = join(folder, 'sweep')
  const faces = join(folder, 'faces')
  const synth = ['synth', faces, '--identities', '60', '--images', '3', '--size', '32x32']
  expect((await cosface(synth)).code).toBe(0)
  told = await cosfaceJson(['sweep', faces, ...settings.split(' '), '--out', out, '--json'])
}, 180_000)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('--json has a row and a result for each, and Eq 6', () => {
  const insufficient = { kind: 'insufficient', reason: expect.stringContaining(tooSmall) }
  const failed = { kind: 'failed', reason: expect.stringContaining(tooLong) }
  expect(told).toMatchObject({
    schema: 'cosface-experiment/1',
    kind: 'sweep',
    out,
    reference: 'scale 1000',
    seeds: [5],
    bound: {
      at: expect.closeTo((23 / 24) * Math.log((0.99 * 23) / 0.01), 9),
      label: 'Eq 6, P = 0.99: s ≥ 7.41',
    },
    rows: [
      {
        ...{ id: 'scale-0.25', value: 0.25, done: 1, planned: 1, isReference: false },
        accuracy: { mean: expect.any(Number), values: [expect.any(Number)] },
        troubles: [{ seed: 5, ...insufficient }],
      },
      {
        ...{ id: 'scale-1000', value: 1000, done: 1, planned: 1, isReference: true },
        troubles: [{ seed: 5, ...failed }],
      },
    ],
    results: [
      { variant: 'scale-0.25', convergence: insufficient, iterations: 64 },
      { variant: 'scale-1000', convergence: failed },
    ],
  })
  const accuracies = JSON.stringify(told).match(/"accuracy":\{"mean"/g)
  expect(accuracies, 'no result is made up for what failed').toHaveLength(1)
})

test('table, CSV and page mark them', async () => {
  const table = await read('table.md')
  expect(table).toMatch(/\n\| 0\.25 \| \d+\.\d+ \|.*\| 1 of 1 insufficiently \|\n/)
  expect(table).toMatch(/\n\| 1000 \| – \|.*\| 1 of 1 does not converge \|\n/)
  expect(table).toMatch(new RegExp(`scale 0\\.25, seed 5, converges insufficiently: .*${tooSmall}`))
  expect(table).toContain(`scale 1000, seed 5, does not converge: ${tooLong}`)
  expect(table).toContain('scale 1000 came to no result, so no row is tested against it')
  const [head, insufficient, failed] = (await read('results.csv')).split('\n')
  expect(head).toMatch(/^variant,value,seed,converged,accuracy,/)
  expect(insufficient).toMatch(/^scale 0\.25,0\.25,5,insufficient,0\.\d+/)
  expect(failed).toMatch(new RegExp(`^scale 1000,1000,5,failed,,,.*${tooLong}`))
  expect(await read('report.html')).toContain('Not everything converged: scale 0.25, scale 1000.')
})

test('the figure hatches their places, crosses what failed, and says what that means', async () => {
  const figure = await read('figures/sweep.svg')
  expect(figure).toContain('does not converge</text>')
  expect(figure).toContain('converges insufficiently</text>')
  expect(figure).toContain('Eq 6, P = 0.99: s ≥ 7.41</text>')
  expect(figure).toMatch(
    /<desc>0\.25: [\d.]+ %, 1 of 1 insufficiently; 1000: no result, 1 of 1 do not converge; Eq 6/,
  )
  // one cross in the key, one in the picture
  expect(figure.match(/l10,10m0,-10l-10,10/g)).toHaveLength(2)
})

test('going on does nothing again and tells the same', { timeout: 60_000 }, async () => {
  const again = await cosfaceJson(['sweep', '--resume', out, '--json'])
  expect(again).toEqual(told)
})
