import { expect, test } from 'vitest'
import { count, duration, fixed, percent, short, shortPercent, superscript } from './format.ts'

test('numbers look the same everywhere', () => {
  expect([count(0), count(1234), count(-1234567)]).toEqual(['0', '1,234', '−1,234,567'])
  expect([fixed(-0.001, 2), fixed(-0.051, 2), fixed(3, 1)]).toEqual(['0.00', '−0.05', '3.0'])
  expect([percent(0.9123), percent(1, 0), shortPercent(0.0001), shortPercent(0.1)]).toEqual([
    '91.2 %',
    '100 %',
    '0.01 %',
    '10 %',
  ])
  expect([short(0), short(0.0005), short(0.00001), short(2.5e-7), short(64), short(30_000)]).toEqual([
    '0',
    '0.0005',
    '10⁻⁵',
    '2.5·10⁻⁷',
    '64',
    '30,000',
  ])
  expect(superscript(-12)).toBe('⁻¹²')
  expect([duration(4.21), duration(59.6), duration(934), duration(7384)]).toEqual([
    '4.2 s',
    '1 min 0 s',
    '15 min 34 s',
    '2 h 3 min',
  ])
})
