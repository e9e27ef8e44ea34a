import { describe, expect, it } from 'vitest'
import { parseGroups } from './groups.ts'

describe('a table of groups', () => {
  it('has the group of each name, whoever wrote the path', () => {
    const { by, groups } = parseGroups(
      'camera,image\nold,.\\A\\1.jpg\n"new, wide",A/2\n,B/1.jpg\n',
      'g.csv',
      'camera',
    )
    expect([by, [...groups]]).toEqual([
      'image',
      [
        ['A/1.jpg', 'old'],
        ['A/2', 'new, wide'],
        ['B/1.jpg', undefined],
      ],
    ])
    expect(parseGroups('person,age\nAda,young\n', 'g.csv', 'age').by).toBe('identity')
  })

  const rangesOf = (cells: readonly (number | string)[], by: string) => {
    const rows = cells.map((cell, i) => `${i},${cell}`).join('\n')
    const { order, groups } = parseGroups(`image,age\n${rows}\n`, 'g.csv', by)
    return { order, of: [...groups.values()] }
  }

  it('divides numbers into ranges, of which each holds the bound it begins with', () => {
    expect(rangesOf([50, 17, 18, 29, 30, '', 49, 90], 'age:18,30,50')).toEqual({
      order: ['under 18', '18 to 29', '30 to 49', '50 and over'],
      of: [
        '50 and over',
        'under 18',
        '18 to 29',
        '18 to 29',
        '30 to 49',
        undefined,
        '30 to 49',
        '50 and over',
      ],
    })
    expect(rangesOf([1, 7], 'age: 5, 6, 9').order).toEqual(['under 5', '5', '6 to 8', '9 and over'])
    expect(rangesOf([3, 4], 'age:4').order).toEqual(['under 4', '4 and over'])
  })

  it('says under where a range has no last number', () => {
    expect(rangesOf([29.5, -1], 'age:18,30').order).toEqual(['under 18', '18 to under 30', '30 and over'])
    expect(rangesOf([1], 'age:0.5,1').order).toEqual(['under 0.5', '0.5 to under 1', '1 and over'])
  })

  it('orders numbers by their size, and takes a column that is called like ranges for itself', () => {
    expect(rangesOf([10, 9, 'unknown', 100], 'age').order).toEqual(['9', '10', '100', 'unknown'])
    expect(parseGroups('image,at:5\na,x\n', 'g.csv', 'at:5').order).toEqual(['x'])
  })

  it.each([
    ['image,age\n', 'age', 'a header and rows'],
    ['image,age\na,1\n', 'camera', 'no column camera; its columns are image, age'],
    ['image,age\na,1\na,2\n', 'age', 'row 3: a is in 2 and in 1'],
    ['image,age\n,1\n', 'age', 'row 2: expected a name in image'],
    ['image,age\na,\n', 'age', 'age is empty in every row'],
    ['image,age\na,1\n', 'image', 'the column of names'],
    [
      'image,age\na,1\nb,old\n',
      'age:18,30',
      'row 3: expected a number in age, which is divided into ranges, got "old"',
    ],
    [
      'image,age\na,1\n',
      'age:30,18',
      '`--group-by` to be a column, or one with numbers that rise like age:18,30,50',
    ],
    ['image,age\na,1\n', 'age:', 'numbers that rise'],
    ['image,age\na,1\n', 'age:18,18', 'numbers that rise'],
    ['image,age\na,1\n', 'age:1e999', 'numbers that rise'],
    ['image,age\na,17\na,18\n', 'age:18', 'row 3: a is in 18 and over and in under 18'],
    ['image,age\na,1\n', 'years:18', 'no column years; its columns are image, age'],
  ])('refuses %j by %s', (text, column, reason) => {
    expect(() => parseGroups(text, 'g.csv', column)).toThrow(reason)
  })
})
