import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable, printableJson } from './printable.ts'

it('writes out what would steer a terminal, and nothing else', () => {
  expect(printable('a\u001b[2Jb\r\u009bc\u202ed\u0000')).toBe('a\\x1b[2Jb\\x0d\\x9bc\\u202ed\\x00')
  expect(printable('a\tb\nJürgen 王 ±')).toBe('a\tb\nJürgen 王 ±')
})

it('leaves JSON the same value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(printableJson(JSON.stringify(text)))).toBe(text)
    }),
    { seed: 1 },
  )
  expect(printableJson(JSON.stringify('\u009b'))).toBe('"\\u009b"')
})
