import { describe, expect, it } from 'vitest'
import { DataError } from '../base/errors.ts'
import { matchRows } from './match-rows.ts'

const rowsOf = (names: readonly string[], wanted: readonly string[]): readonly number[] => [
  ...matchRows(names, wanted).rows,
]

describe('rows by their names', () => {
  it.each([
    ['as they are', ['a/2.jpg', 'a/1.jpg', 'b/1.jpg'], ['a/1.jpg', 'b/1.jpg', 'a/2.jpg'], [1, 2, 0]],
    ['below a folder', ['/x/crop/2.jpg', '/x/crop/1.jpg'], ['1.jpg', '2.jpg'], [1, 0]],
    ['below folders of either', ['x/anna/2.jpg', 'x/anna/1.jpg'], ['anna/1.jpg', 'anna/2.jpg'], [1, 0]],
    ['with back slashes', ['.\\2.jpg', 'a\\1.jpg'], ['a/1.jpg', './2.jpg'], [1, 0]],
    ['without endings in the list', ['p/b.png', 'p/a.png'], ['a', 'b'], [1, 0]],
    ['more than are listed', ['1.jpg', '2.jpg', '3.jpg'], ['3.jpg', '1.jpg'], [2, 0]],
    ['listed twice', ['2.jpg', '1.jpg'], ['1.jpg', '2.jpg', '1.jpg'], [1, 0, 1]],
    ['written as the list repeats them', ['1.jpg', '2.jpg', '1.jpg'], ['1.jpg', '2.jpg', '1.jpg'], [0, 1, 2]],
  ])('%s', (_, names, wanted, rows) => {
    expect(rowsOf(names, wanted)).toEqual(rows)
    expect(matchRows(names, wanted).missing).toEqual([])
  })

  it('are not taken for those of another folder', () => {
    expect(matchRows(['anna/1.jpg', 'anna/2.jpg'], ['bob/1.jpg', 'bob/2.jpg', 'bob/1.jpg'])).toEqual({
      rows: Int32Array.of(-1, -1, -1),
      missing: ['bob/1.jpg', 'bob/2.jpg'],
    })
  })

  it('are refused where a listed image has several', () => {
    expect(() => matchRows(['1.jpg', '2.jpg', '1.jpg'], ['2.jpg', '1.jpg'])).toThrow(
      new DataError('Expected one row of an image, got several of 1.jpg'),
    )
    expect(rowsOf(['1.jpg', '2.jpg', '1.jpg'], ['2.jpg'])).toEqual([1])
  })
})
