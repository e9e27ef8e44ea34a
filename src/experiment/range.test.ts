import { describe, expect, it } from 'vitest'
import { parseRange } from './range.ts'

const add = { kind: 'add', step: 0.05 } as const
const double = { kind: 'multiply', factor: 2 } as const

describe('parseRange', () => {
  it.each([
    ['0:0.45:0.05', add, [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45]],
    ['0:0.1', add, [0, 0.05, 0.1]],
    ['2:64', double, [2, 4, 8, 16, 32, 64]],
    ['2:50', double, [2, 4, 8, 16, 32, 50]],
    ['1:64:x8', double, [1, 8, 64]],
    ['2:8:3', double, [2, 5, 8]],
    ['0.35', add, [0.35]],
    ['0, 0.2,0.35', add, [0, 0.2, 0.35]],
  ])('%s', (text, pace, values) => {
    expect(parseRange('margin', text, pace)).toEqual(values)
  })

  it.each([
    '',
    'a',
    '1:',
    '1:2:3:4',
    '0.4:0',
    '1:1',
    '0:1:0',
    '0:1:-1',
    '1:2:x1',
    '0:4:x2',
    '0:1:0.001',
    '1,1',
    '1:2:',
  ])('refuses %j with a sentence that names the option', (text) => {
    expect(() => parseRange('scale', text, double)).toThrow(/^Expected `scale` to be /)
  })
})
