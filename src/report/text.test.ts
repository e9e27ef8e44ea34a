import { expect, test } from 'vitest'
import type { VerificationResult } from '../evaluate/result.ts'
import { comparisonText, evaluationMarkdown, evaluationText } from './evaluation-text.ts'
import { withCode } from './html.ts'
import { terminalWidth, textTable } from './table.ts'
import { headline, limits, tarSentence } from './words.ts'

const result = (accuracy: number, low: number, high: number): VerificationResult => ({
  schema: 'cosface-evaluation/1',
  protocol: 'ten folds, each judged with the threshold chosen on the others',
  accuracy,
  standardError: 0.0041,
  populationStd: 0.0123,
  accuracyInterval: { low, high },
  threshold: 0.2712,
  thresholds: Array.from({ length: 10 }, () => 0.2712),
  auc: 0.9678,
  aucInterval: { low: 0.9633, high: 0.972 },
  eer: 0.0891,
  eerInterval: { low: 0.081, high: 0.0975 },
  tarAtFar: [
    { far: 0.01, tar: 0.7123, interval: { low: 0.68, high: 0.74 }, threshold: 0.41 },
    { far: 0.001, insufficient: 'insufficient pairs: 3 false accepts' },
  ],
  pairs: { total: 6000, same: 3000, different: 3000, skipped: 0 },
  warnings: ['3 people appear in more than one fold'],
})

const trained = result(0.9123, 0.9049, 0.9192)

test('columns are aligned, numbers to the right, wide letters counted twice', () => {
  expect(
    textTable(
      [{ title: 'name' }, { title: 'value', align: 'right' }],
      [
        ['Zoë', '9.5 %'],
        ['顔', '12.0 %'],
      ],
    ),
  ).toMatchInlineSnapshot(`
    "name   value
    ────  ──────
    Zoë    9.5 %
    顔    12.0 %"
  `)
  expect(terminalWidth('Zoe\u0308')).toBe(3)
})

test('the comparison a demo prints', () => {
  expect(
    comparisonText([
      { name: 'raw pixels', result: result(0.581, 0.568, 0.594) },
      { name: 'trained', result: trained },
    ]),
  ).toMatchInlineSnapshot(`
    "            accuracy  95 % interval     AUC    EER  TAR at FAR 1 %
    ──────────  ────────  ─────────────  ──────  ─────  ──────────────
    raw pixels    58.1 %    56.8–59.4 %  96.8 %  8.9 %          71.2 %
    trained       91.2 %    90.5–91.9 %  96.8 %  8.9 %          71.2 %"
  `)
})

test('an evaluation with one threshold for all pairs does not count its folds by thresholds', () => {
  expect(evaluationText({ ...trained, thresholds: [0.27] })).toContain(
    'population std 1.23 points, over the folds',
  )
})

test('an evaluation in text and in Markdown', () => {
  expect(evaluationText(trained)).toMatchInlineSnapshot(`
    "accuracy   91.2 % ± 0.41 (90.5 to 91.9 %)
    spread     standard error S_E 0.41 points, population std 1.23 points, over 10 folds
    AUC        96.78 % (96.3–97.2 %)
    EER        8.91 % (8.1–9.8 %)
    threshold  0.2712
    pairs      6,000 (3,000 same, 3,000 different)

      FAR                 TAR  95 % interval  threshold
    ─────  ──────────────────  ─────────────  ─────────
      1 %              71.2 %    68.0–74.0 %      0.410
    0.1 %  insufficient pairs              –          –

    Protocol: ten folds, each judged with the threshold chosen on the others
    Warning: 3 people appear in more than one fold"
  `)
  const markdown = evaluationMarkdown({ title: 'LFW', images: 'photographs', role: 'test', result: trained })
  expect(markdown).toContain('| accuracy | 91.2 % ± 0.41 (90.5 to 91.9 %) |')
  expect(markdown).toContain('| 0.1 % | insufficient pairs | – | – |')
  expect(markdown).toContain('> 3 people appear in more than one fold')
})

test('the headline speaks in whole pairs, of as many as the accuracy needs', () => {
  expect(headline(trained, 'photographs')).toBe(
    'Of 100 pairs of photographs of people it has never seen, about 91 are decided rightly (with 95 % confidence between 90.5 and 91.9).',
  )
  expect(headline(result(0.9937, 0.991, 0.9955), 'photographs')).toContain('Of 1,000 pairs')
  expect(headline(result(0.9937, 0.991, 0.9955), 'photographs')).toContain('about 994 are')
  expect(headline(trained, 'drawn faces', false)).toMatch(/^Of 100 pairs of drawn faces, about 91/)
})

test('an operating point without a number says why', () => {
  expect(trained.tarAtFar.map(tarSentence)).toEqual([
    'Letting one stranger in 100 pass, it recognises 71.2 % of same-person pairs (68.0 to 74.0 %).',
    'At a false accept rate of 0.1 % nothing can be said: insufficient pairs: 3 false accepts.',
  ])
})

test('what is said of the limits depends on how the sets were used', () => {
  expect(limits('photographs', ['validation'])[0]).toContain('also chose the checkpoint')
  expect(limits('photographs', ['test', 'validation'])[0]).toContain('quote those')
  expect(limits('drawn faces', ['test'])[0]).toContain('nothing about photographs')
  expect(limits('photographs', []).join()).toContain('identification must be measured as identification')
  expect(limits('photographs', [], 'searches').join()).toContain('Among more people')
})

test('commands in a sentence become code', () => {
  expect(withCode('use `a --b <c>` & more').markup).toBe('use <code>a --b &lt;c&gt;</code> &amp; more')
  expect(withCode('a ` alone').markup).toBe('a ` alone')
})
