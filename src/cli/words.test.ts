import { expect, it } from 'vitest'
import { createOutput } from './output.ts'
import { openLines } from './progress.ts'
import { interval, resultLines, verdict } from './results.ts'
import { count, duration, table } from './words.ts'

it('says durations as people do', () => {
  expect([0, 42.4, 89, 100, 3600, 5400, 3900 + 3600].map(duration)).toEqual([
    '0 s',
    '42 s',
    '89 s',
    '2 min',
    '60 min',
    '1 h 30 min',
    '2 h 05 min',
  ])
  expect(duration(Infinity)).toBe('unknown')
  expect(count(1234567)).toBe('1,234,567')
})

it('aligns columns', () => {
  expect(table([['a', '1'], ['long', '22'], ['x']])).toEqual(['a       1', 'long   22', 'x'])
})

it('never prints a figure without its uncertainty, nor one the pairs cannot carry', () => {
  const lines = resultLines({
    schema: 'cosface-evaluation/1',
    protocol: 'ten folds',
    accuracy: 0.9123,
    standardError: 0.0041,
    accuracyInterval: { low: 0.9, high: 0.92 },
    threshold: 0.31,
    thresholds: [0.31],
    auc: 0.97,
    eer: 0.08,
    tarAtFar: [
      { far: 0.1, tar: 0.95, interval: { low: 0.9, high: 0.97 }, threshold: 0.2 },
      { far: 1e-4, insufficient: 'insufficient pairs' },
    ],
    pairs: { total: 1000, same: 500, different: 500, skipped: 2 },
    warnings: ['small'],
  })
  expect(lines).toMatchInlineSnapshot(`
    [
      "accuracy                        91.23 %   90.00 to 92.00 %",
      "standard error                   0.41 %",
      "AUC                              0.9700",
      "EER                              8.00 %",
      "TAR at FAR 0.1                  95.00 %   90.00 to 97.00 %",
      "TAR at FAR 0.0001    insufficient pairs",
      "threshold (cosine)               0.3100",
      "1,000 pairs: 500 of the same person, 500 of different people, 2 left out",
      "ten folds",
      "Warning: small",
    ]
  `)
  expect(interval({ low: 0.1, high: 0.2 })).toBe('10.00 to 20.00 %')
  expect(
    verdict({
      schema: 'cosface-evaluation/1',
      protocol: '',
      accuracy: 0.9,
      accuracyInterval: { low: 0.8, high: 0.95 },
      threshold: 0,
      thresholds: [],
      auc: 1,
      eer: 0,
      tarAtFar: [],
      pairs: { total: 1, same: 1, different: 0, skipped: 0 },
      warnings: [],
    }),
  ).toBe('accuracy 90.00 % (95 % interval 80.00 to 95.00 %)')
})

it('keeps stdout for the result once JSON is asked for', () => {
  const texts = { out: '', err: '' }
  const output = createOutput(
    { write: (text) => void (texts.out += text) },
    { write: (text) => void (texts.err += text) },
    true,
  )
  output.say('a line')
  output.warn('a warning')
  output.result({ accuracy: 1 })
  expect(JSON.parse(texts.out)).toEqual({ accuracy: 1 })
  expect(texts.err).toBe('a line\na warning\n')
})

it('throttles plain lines and always shows the last', () => {
  let err = ''
  const output = createOutput({ write: () => undefined }, { write: (text) => void (err += text) }, false)
  {
    using progress = openLines(output, { title: 'training', total: 100, unit: 'iterations' })
    for (let i = 1; i <= 100; i++) progress.update(i, `loss ${i}`)
  }
  const lines = err.trimEnd().split('\n')
  expect(lines[0]).toBe('training: 1 of 100 iterations · loss 1')
  expect(lines[1]).toBe('training: 100 of 100 iterations · loss 100')
  expect(lines).toHaveLength(3)
})
