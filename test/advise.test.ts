/** @file `cosface advise`, and the same advice where `train` is given what cannot work. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings, presetNames, presets } from '../src/train/presets.ts'
import { run } from './bad-input-process.ts'
import { cli } from './cli-in-process.ts'
import { cosface, cosfaceJson, tinyTraining } from './command.ts'

const root = mkdtempSync(join(tmpdir(), 'cosface-advise-'))
const at = (name: string): string => join(root, name)

beforeAll(async () => {
  const drawn = ['synth', at('faces'), '--identities', '8', '--images', '3', '--size', '32x32', '--seed', '1']
  expect(await cosface(drawn)).toMatchObject({ code: 0 })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('advise', () => {
  it('names what each preset takes and why, where that is another number', async () => {
    const { code, out: output } = await cli('advise', '--classes', '1331')
    expect(code).toBe(0)
    for (const name of presetNames) {
      const { scale, margin, embeddingSize } = { ...defaultSettings, ...presets[name].settings }
      const taken = `--scale ${scale} --margin ${margin} --embedding-size ${embeddingSize}`
      expect(output).toContain(`  ${name}: ${taken} (${presets[name].reason})`)
    }
  })

  const setting = ['--classes', '100', '--embedding-size', '16', '--images', '1000', '--batch', '8']

  it('without a measurement', async () => {
    const { code, output } = await cosface(['advise', ...setting, '--skip-measurement'])
    expect(code).toBe(0)
    expect(output).toMatch(/^An epoch is 125 iterations$/m)
    expect(output).toContain('C > D + 1')
    const advice = await cosfaceJson(['advise', ...setting, '--skip-measurement', '--json'])
    expect(advice).toMatchObject({ schema: 'cosface-advice/1', iterationsPerEpoch: 125, optimistic: true })
    expect(advice).not.toHaveProperty('secondsPerEpoch')
    expect(advice).not.toHaveProperty('measurement')
  })

  it('with small and large numbers as people write them', async () => {
    const said = async (options: string): Promise<string> =>
      (await cosface(['advise', '--skip-measurement', ...options.split(' ')])).output
    const crowd = await said('--classes 1000 --embedding-size 2 --images 10')
    expect(crowd).toMatch(/^Largest margin \(Eq 7\): 0\.0000197$/m)
    expect(crowd).toMatch(/^An epoch is 1 iteration$/m)
    expect(await said('--classes 2 --posterior 0.0001')).toMatch(/^ {2}0\.0001 {3}any scale$/m)
    const large = await said('--classes 2068000')
    expect(large).toContain('(weights 3.94 GiB, gradient and momentum 7.89 GiB, logits 0.986 GiB)')
    expect(await said('--classes 200000 --embedding-size 2')).toContain('it cannot fall under 7.83')
    expect(await cosface(['advise', '--classes', '1000', '--embedding-size', '1'])).toMatchObject({ code: 2 })
  })

  it('in the plane the bound on the margin is exact', async () => {
    const { output } = await cosface('advise --classes 8 --embedding-size 2 --skip-measurement'.split(' '))
    expect(output).toContain('1 − cos(2π/C)')
    expect(output).toContain('the bound on the scale is optimistic, take more.')
    expect(output).not.toContain('both bounds')
  })

  it('with one', async () => {
    const small = ['--backbone', 'sphere4', '--size', '32x32', '--threads', '1']
    expect(await cosfaceJson(['advise', ...setting, ...small, '--json'])).toMatchObject({
      secondsPerEpoch: expect.closeTo(0, -4),
      measurement: {
        backbone: 'sphere4',
        threads: 1,
        measuredBatch: 8,
        measuredClasses: 100,
        seconds: expect.any(Number),
      },
    })
  })
})

describe.concurrent('train says in one line each what cannot work, and what can', () => {
  it.for<[string, readonly string[], readonly RegExp[]]>([
    ['nothing where all is well', ['--scale', '30', '--margin', '0.35'], []],
    [
      'a scale below Eq 6',
      ['--scale', '2', '--margin', '0.35'],
      [
        /scale 2 is below 3\.\d+, what 8 classes need .*\(Eq 6\): the loss cannot .*; try --scale \d+ --margin 0\.35/,
      ],
    ],
    [
      'a margin above Eq 7',
      ['--scale', '64', '--margin', '0.35', '--embedding-size', '2'],
      [
        /margin 0\.35 is above 1 − cos\(2π\/C\) = 0\.293, .*the loss cannot go under 2\.65; try --scale \d+ --margin 0\.2 /,
      ],
    ],
    [
      'a floor that is high',
      ['--scale', '4', '--margin', '1.1'],
      [/with scale 4 and margin 1\.1 the loss cannot go under 1\.\d+; try --scale \d+ --margin 0\.35/],
    ],
    [
      'an angular margin',
      ['--loss', 'arcface', '--scale', '2'],
      [/scale 2 is below .*; try --scale \d+ \(cosface advise\)$/],
    ],
  ])('%s', async ([title, options, sentences]) => {
    const out = at(title.replaceAll(' ', '-'))
    const { code, err } = await run(tinyTraining(at('faces'), out, '--iterations', '1', ...options))
    expect(code, err).toBe(0)
    const said = err.split('\n').filter((line) => /^Warning: .*(scale|margin) \d/.test(line))
    expect(said, err).toHaveLength(sentences.length)
    expect(err).toMatch(/; (cosface, scale \d+, margin [\d.]+|arcface, scale \d+)$/m)
    sentences.forEach((sentence, index) => expect(said[index]).toMatch(sentence))
  })
})
