import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { noiseShares } from '../src/experiment/lab-figures.ts'
import { syntheticToy } from '../src/experiment/toy-data.ts'
import { compareToy, type ToyFrame } from '../src/experiment/toy.ts'
import { openSession } from '../src/node/session/open-session.ts'
import { toyFigureNames } from '../src/node/experiment/toy-figure-names.ts'
import { cosface } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'cosface-toy-figures-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isInstalled = await import('onnxruntime-node').then(
  () => true,
  () => false,
)

describe('figures without a training', () => {
  test('are drawn at once, with the margin and the scale that were given, as SVG and PNG', async () => {
    const out = join(folder, 'plain')
    const wanted = 'boundaries,geometry,scale-bound,margin-bound,weight-length'
    const options = ['--margin', '0.35', '--scale', '4', '--png', '--out', out]
    const { code, output } = await cosface(['toy', '--figures', wanted, ...options])
    expect(code, output).toBe(0)
    expect(output).not.toContain('training')
    const names = wanted.split(',').flatMap((name) => [`${name}.svg`, `${name}.png`])
    expect(readdirSync(out).sort()).toEqual(names.sort())
    const text = (name: string): string => readFileSync(join(out, `${name}.svg`), 'utf8')
    expect(text('boundaries')).toContain('LMCL, m = 0.35')
    expect(text('geometry')).toContain('cos θ₁ − m')
    expect(text('scale-bound')).toContain('s &lt; 5.72: P = 0.99 is out of reach.')
    expect(text('margin-bound')).toContain('m &gt; 0.293')
    for (const name of names) {
      if (name.endsWith('.svg')) expect(readFileSync(join(out, name), 'utf8')).not.toMatch(/var\(|NaN/)
      else expect([...readFileSync(join(out, name)).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47])
    }
  })

  test('the losses that are given are drawn, and a line says of each that a figure cannot show why', async () => {
    const out = join(folder, 'given')
    const losses = 'nsl,arcface:marginRadians=0.3,magface,softmax'
    const options = ['--figures', 'boundaries,geometry', '--losses', losses, '--out', out]
    const { code, output } = await cosface(['toy', ...options])
    expect(code, output).toBe(0)
    const [boundaries = '', geometry = ''] = ['boundaries', 'geometry'].map((name) =>
      readFileSync(join(out, `${name}.svg`), 'utf8'),
    )
    for (const title of ['NSL', 'ArcFace, m = 0.3', 'softmax']) expect(boundaries).toContain(title)
    for (const title of ['LMCL', 'A-Softmax', 'MagFace']) expect(boundaries).not.toContain(title)
    expect(geometry).toContain('cos(θ₁ + m)')
    expect(geometry).not.toContain('cos θ₁ − m')
    expect(output.split('\n').filter((line) => line.includes('leaves out'))).toEqual([
      'boundaries leaves out MagFace: its boundary follows the length of each embedding',
      'geometry leaves out MagFace: its boundary follows the length of each embedding',
      'geometry leaves out softmax: lengths decide under it, too, and the circle shows none',
    ])
  })

  test.each([
    [['--losses', 'nsl,nsl'], 'The loss nsl is named twice'],
    [['--losses', 'cosface,lmcl'], 'The loss cosface is named twice'],
    [['--figures', 'features,features'], 'The figure features is named twice'],
  ])('%s is refused, as compare does', async (options, sentence) => {
    const out = join(folder, 'twice')
    const { code, output } = await cosface(['toy', ...options, '--out', out])
    expect(code).toBe(2)
    expect(output).toContain(sentence)
    expect(existsSync(out)).toBe(false)
  })

  test('a figure that is not there is refused with those that are, and nothing is written', async () => {
    const out = join(folder, 'nothing')
    const { code, output } = await cosface(['toy', '--figures', 'geometri', '--out', out])
    expect(code).toBe(2)
    expect(output).toContain('Expected `--figures` to be one of')
    expect(output).toContain('did you mean geometry?')
    expect(existsSync(out)).toBe(false)
  })
})

describe.skipIf(!isInstalled)('figures of trained features (skipped without onnxruntime-node)', () => {
  test('every figure is drawn, the sphere and the noise from what was learned', async () => {
    const out = join(folder, 'all')
    const options = ['--data', 'points', '--iterations', '10', '--identities', '4', '--out', out]
    const { code, output } = await cosface(['toy', ...options])
    expect(code, output).toBe(0)
    expect(readdirSync(out).sort()).toEqual(toyFigureNames.map((name) => `${name}.svg`).sort())
    // 4 people, 40 held-out points of each
    expect(readFileSync(join(out, 'noise.svg'), 'utf8')).toContain('of 160 decisions flipped')
    expect(readFileSync(join(out, 'sphere.svg'), 'utf8')).toContain('160 features of 4 classes')
  })

  test('noise and features show the losses that are given, each by its name', async () => {
    const out = join(folder, 'chosen')
    const small = ['--data', 'points', '--iterations', '5', '--identities', '4', '--lr', '0.01']
    const losses = ['--losses', 'nsl+center,arcface,nsl:scale=8', '--figures', 'features,noise']
    const { code, output } = await cosface(['toy', ...small, ...losses, '--out', out])
    expect(code, output).toBe(0)
    for (const name of ['features', 'noise']) {
      const text = readFileSync(join(out, `${name}.svg`), 'utf8')
      for (const title of ['NSL + center', 'ArcFace, m = 0.5', 'NSL']) expect(text).toContain(`>${title}<`)
      expect(text).not.toContain('LMCL')
    }
  })

  test('the note’s claim holds for learned features: little noise flips fewer decisions of LMCL than of NSL', async () => {
    const last = new Map<number, ToyFrame>()
    const losses = [
      { name: 'nsl', scale: 16 },
      { name: 'cosface', scale: 16, margin: 0.2 },
    ]
    const config = { seed: 2, iterations: 200, frameEvery: 200 }
    const surroundings = {
      openSession: (spec: Parameters<typeof openSession>[0]) => openSession(spec, { driver: 'portable' }),
    }
    for await (const { index, frame } of compareToy(losses, config, syntheticToy({ seed: 2 }), surroundings))
      last.set(index, frame)
    const sets = [...last.values()].map((frame) => ({
      title: '',
      set: { ...frame.heldOut, weights: frame.weights, rule: frame.rule },
    }))
    const [nsl = [], lmcl = []] = noiseShares({ sets, seed: 1 })
    expect(nsl[8]).toBeGreaterThan(0.02)
    expect(lmcl[8]).toBeLessThan((nsl[8] ?? 0) / 2)
  })
})
