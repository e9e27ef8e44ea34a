import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const page = join(import.meta.dirname, '..', 'docs', 'paper.md')
const text = readFileSync(page, 'utf8')
const links = [...text.matchAll(/\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]+)?\)/g)].map(
  ([, label = '', file = '', anchor = '']) => ({ label: label.replaceAll(/\s+/g, ' '), file, anchor }),
)
const read = (file: string): string => readFileSync(join(dirname(page), file), 'utf8')
const plain = (code: string): string => code.replaceAll("\\'", "'").replaceAll(/\s+/g, ' ')

describe('docs/paper.md', () => {
  const functions = links.filter(({ label }) => /^`.*`$/.test(label))
  const checks = links.filter(({ label }) => /^".*"$/.test(label))

  test.each(functions)('$label is exported by $file', ({ label, file }) => {
    const name = label.slice(1, -1)
    expect(read(file)).toMatch(new RegExp(`export (function|const) ${name}\\b`))
  })

  test.each(checks)('$label is a test of $file', ({ label, file }) => {
    const title = label.slice(1, -1)
    const code = plain(read(file))
    const quoted = ["'", '"', '`'].map((quote) => `(${quote}${title}${quote}`)
    expect(quoted.some((call) => code.includes(`test${call}`) || code.includes(`describe${call}`))).toBe(true)
  })

  test.each(links.filter(({ anchor }) => anchor !== ''))(
    '$file has the heading $anchor',
    ({ file, anchor }) => {
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = '']) =>
          `#${heading
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N} -]/gu, '')
            .replaceAll(' ', '-')}`,
      )
      expect(headings).toContain(anchor)
    },
  )

  test('every formula has a function and a test behind it', () => {
    const blocks = text.split('```').filter((_, index) => index % 2 === 1).length
    expect(functions.length).toBeGreaterThanOrEqual(blocks)
    expect(checks.length).toBeGreaterThanOrEqual(blocks)
  })

  test('the three parts and the slips', () => {
    expect(text.match(/^## .*/gm)).toEqual([
      '## I. Softmax, and what is weak about it',
      '## II. The large margin cosine loss',
      '## III. The two numbers',
      '## What the note got wrong',
    ])
  })
})
