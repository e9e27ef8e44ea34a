import { describe, expect, it } from 'vitest'
import { csvCell, formatFindings, parseCsv, parseReviewed } from './table.ts'

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

  it('begins no cell as a formula would, numbers excepted, and reads its own cells back', () => {
    const names = ['=1+1', '+a', '-x/1.jpg', '@b', '\tc', "'=d", "''-e", "it's", '-0.5', '+3', '1e5', '-']
    for (const image of names) {
      const text = formatFindings([
        { action: 'drop', kind: 'small', identity: image, image, other: '', target: '', note: image },
      ])
      const cell = parseCsv(text, 'f')[1]?.[3] ?? ''
      expect(/^[=@\t]|^[+-](?![\d.]+$)/.test(cell)).toBe(false)
      expect(parseReviewed(text, 'f')[0]).toMatchObject({ identity: image, image })
    }
    expect(csvCell('-0.5')).toBe('-0.5')
    expect(csvCell('=1')).toBe("'=1")
  })
})
