import { expect, it } from 'vitest'
import { withCommas } from '../base/words.ts'
import { createOutput } from './output.ts'
import { openLines } from './progress.ts'
import { bytesInWords, duration } from './words.ts'

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
  expect(withCommas(1234567)).toBe('1,234,567')
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

it('says bytes in the unit that keeps them under 1000', () => {
  const [mebibyte, gibibyte] = [2 ** 20, 2 ** 30]
  expect([16, 999, 1000, 20.65 * mebibyte, 999.4 * mebibyte, 1009 * mebibyte].map(bytesInWords)).toEqual([
    '16 bytes',
    '999 bytes',
    '0.977 KiB',
    '20.6 MiB',
    '999 MiB',
    '0.985 GiB',
  ])
  expect([1500 * gibibyte, 2e6 * gibibyte, 1e10 * gibibyte].map(bytesInWords)).toEqual([
    '1.46 TiB',
    '1.91 PiB',
    '9.54e+3 PiB',
  ])
})
