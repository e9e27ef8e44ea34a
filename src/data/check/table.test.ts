import { describe, expect, it } from 'vitest'
import { formatFindings, parseReviewed } from './table.ts'

describe('a table of findings', () => {
  it('round-trips cells with quotes, commas and lines', () => {
    const finding = {
      action: 'drop',
      kind: 'small',
      identity: 'a "b", c',
      image: 'x\ny.jpg',
      other: '',
      target: '',
      note: '',
    } as const
    expect(parseReviewed(formatFindings([finding]), 'f')).toEqual([
      { action: 'drop', identity: 'a "b", c', image: 'x\ny.jpg', target: '', number: 2 },
    ])
  })
})
