/** @file Evaluations by every protocol as text, Markdown, page and JSON; several models in one picture and tested against each other. */
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { compareEvaluations } from '../../src/evaluate/protocol/compare.ts'
import type { ProtocolEvaluation } from '../../src/evaluate/protocol/report.ts'
import { protocolPage } from '../../src/report/protocol-page.ts'
import { protocolMarkdown, protocolText } from '../../src/report/protocol-text.ts'
import { type Made, madeMegaface, madePack, madePairs, madeTemplates } from './plausible-evaluations.ts'

const good: Made = { name: 'good', noise: 0.9 }
const poor: Made = { name: 'poor', noise: 1.3 }

const makers: Readonly<Record<string, (made: Made) => ProtocolEvaluation | Promise<ProtocolEvaluation>>> = {
  pairs: madePairs,
  pack: madePack,
  templates: madeTemplates,
  megaface: madeMegaface,
}

const made = new Map<string, readonly [ProtocolEvaluation, ProtocolEvaluation]>()
for (const [kind, make] of Object.entries(makers)) made.set(kind, [await make(good), await make(poor)])

const of = (kind: string): readonly [ProtocolEvaluation, ProtocolEvaluation] => {
  const found = made.get(kind)
  if (found === undefined) throw new Error(kind)
  return found
}

describe.each(Object.keys(makers))('%s', (kind) => {
  const [first, second] = of(kind)
  const reports = [first.report, second.report]
  const differences = compareEvaluations([first, second], { replicates: 200 })

  it('has figures of one shape, each with its interval or the reason why it has none', () => {
    for (const { groups } of reports)
      for (const figure of groups.flatMap(({ figures }) => figures)) {
        expect(figure.value === undefined).toBe(
          figure.insufficient !== undefined && !figure.id.startsWith('val@'),
        )
        const isBare = figure.unit !== 'share' || /^(standard-error|population-std)$/.test(figure.id)
        if (figure.value === undefined || isBare) continue
        expect(figure.interval, figure.id).toBeDefined()
        expect(figure.interval?.low).toBeLessThanOrEqual(figure.value + 1e-9)
        expect(figure.interval?.high).toBeGreaterThanOrEqual(figure.value - 1e-9)
      }
  })

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(first.report))).toEqual(first.report)
    expect(first.report).toMatchObject({
      schema: 'cosface-protocol/1',
      name: 'good',
      record: { model: expect.stringMatching(/^[0-9a-f]{16}$/), seed: 3, aligner: 'as given, 112x96' },
    })
  })

  it('is told in text and Markdown, the test’s verdict included', () => {
    const [text, markdown] = [protocolText(reports, differences), protocolMarkdown(reports, differences)]
    for (const told of [text, markdown]) {
      expect(told).not.toMatch(/NaN|undefined|Infinity|\[object/)
      expect(told).toContain('good and poor differ')
    }
    expect(markdown).toMatch(/^# /)
    for (const line of markdown.split('\n').filter((one) => one.startsWith('|')))
      expect(line.endsWith('|')).toBe(true)
    expect(
      Math.max(
        ...text
          .split('\n')
          .filter((line) => line.includes('─'))
          .map((line) => line.length),
      ),
    ).toBeLessThan(130)
  })

  it('makes one page that fetches nothing, with both models in every picture', async () => {
    const page = await protocolPage({ reports, differences })
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:\/\/|url\(|@import|<script|<link/,
    )
    const { document } = parseHTML(page)
    expect([...document.querySelectorAll('main > section')].map(({ id }) => id)).toEqual([
      'comparison',
      'curves',
      'result',
      'result-2',
      'limits',
      'settings',
    ])
    const pictures = [...document.querySelectorAll('figure svg')]
    expect(pictures.length).toBe({ pairs: 2, pack: 2, templates: 4, megaface: 2 }[kind])
    for (const picture of pictures) {
      const names = [...picture.querySelectorAll('text')].map(({ textContent }) => textContent)
      expect(names).toEqual(expect.arrayContaining(['good', 'poor']))
    }
  })
})

describe('one model', () => {
  it('begins with its result in a sentence, and gives its groups with the guard', async () => {
    const [{ report }] = of('pairs')
    const { document } = parseHTML(await protocolPage({ reports: [report], title: 'A <title>' }))
    expect(document.querySelector('h1')?.textContent).toBe('A <title>')
    expect(document.querySelector('.headline')?.textContent.replaceAll(/\s+/g, ' ')).toMatch(
      /good, Labeled Faces in the Wild: accuracy 9\d\.\d.% \(95.% interval 9\d\.\d–9\d\.\d.%\)\./,
    )
    expect(document.querySelectorAll('.tile')).toHaveLength(4)
    const rows = [...document.querySelectorAll('tr')].map((row) =>
      (row.textContent ?? '').replaceAll(/\s+/g, ' '),
    )
    const section = document.querySelector('#result')?.textContent.replaceAll(/\s+/g, ' ')
    expect(section).toMatch(
      /1 group has too few pairs or people: C \(only \d+ pairs of two people and 8 people\)\./,
    )
    expect(rows.find((row) => row.includes('FMR of C'))).toBeUndefined()
    expect(rows.find((row) => row.includes('FNMR of A'))).toMatch(/\d+\.\d.%/)
  })

  it('whose groups all lack figures has one sentence for them, and counts in the singular', async () => {
    const [{ report }] = of('pairs')
    const groups = [
      {
        title: 'Groups by age',
        procedure: 'pairs within a group',
        counts: [['groups', 1] as const, ['pairs across groups', 0] as const],
        figures: [
          { id: 'fmr:9', name: 'FMR of 9', unit: 'share' as const, insufficient: '', folded: true as const },
        ],
        remarks: ['1 group has too few pairs or people: 9'],
      },
    ]
    const folded = { ...report, groups }
    const page = await protocolPage({ reports: [folded] })
    for (const told of [protocolText([folded]), protocolMarkdown([folded]), page]) {
      expect(told).toContain('1 group, 0 pairs across groups')
      expect(told).toContain('1 group has too few pairs or people: 9')
      expect(told).not.toContain('FMR of 9')
    }
  })

  it('without a figure that the data carry says so', () => {
    const [{ report }] = of('pairs')
    expect(protocolText([{ ...report, groups: [] }])).toContain('these data carry no figure')
  })
})
