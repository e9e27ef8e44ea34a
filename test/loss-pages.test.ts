import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rangeInWords } from '../src/base/check.ts'
import type { LossOption } from '../src/loss/head.ts'
import { cosineOptions, sharedOptions } from '../src/loss/options.ts'
import { embeddingLosses, lossByName, lossNames } from '../src/loss/registry.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'losses')
const page = (name: string): string => readFileSync(join(folder, `${name}.md`), 'utf8')

const number = (value: number): string => (Math.abs(value - Math.PI / 2) < 1e-12 ? 'π/2' : String(value))

const row = ({ name, meaning, unit, default: byDefault, range, paper }: LossOption): string => {
  const words = range === undefined ? 'true or false' : rangeInWords(range)
  const shown = typeof byDefault === 'boolean' ? String(byDefault) : number(byDefault)
  // of these two a preset has its own
  const isOption = name === 'scale' || name === 'margin'
  const fallback = isOption ? `${shown}; \`train\`: the preset’s` : shown
  return `| \`${isOption ? '--' : ''}${name}\` | ${meaning} | ${unit} | ${fallback} | ${words} | ${paper} |`
}

const table = (options: readonly LossOption[]): string =>
  [
    '| option | meaning | unit | default | range | in its paper |',
    '|---|---|---|---|---|---|',
    ...options.map(row),
  ].join('\n')

const sections = ['## Formula', '## Options', '## Decision boundary', '## Gradient', '## Reference']

describe('every loss has a page of the same shape', () => {
  test.each(lossNames)('%s', (name) => {
    const text = page(name)
    const loss = lossByName(name)
    expect(text.split('\n').filter((line) => line.startsWith('## '))).toEqual(sections)
    if (loss.options.length > 0) expect(text).toContain(table(loss.options))
    // which the loss alone does not take
    if (loss.kind === 'embedding')
      expect(text).toContain(`Added to another loss, also:\n\n${table([loss.weight])}`)
    expect(text).toContain(`](${name}.svg)`)
    expect(page('README')).toContain(`[${name}](${name}.md)`)
  })

  test('the overview has the options that losses share', () => {
    const text = page('README')
    expect(text).toContain(table(sharedOptions))
    expect(text).toContain(table(cosineOptions))
    expect(text).toContain(table(embeddingLosses.flatMap((loss) => [loss.weight, ...loss.options])))
  })
})
