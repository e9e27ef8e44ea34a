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

  it.each([
    ['image,age\n', 'age', 'a header and rows'],
    ['image,age\na,1\n', 'camera', 'no column camera; its columns are image, age'],
    ['image,age\na,1\na,2\n', 'age', 'row 3: a is in 2 and in 1'],
    ['image,age\n,1\n', 'age', 'row 2: expected a name in image'],
    ['image,age\na,\n', 'age', 'age is empty in every row'],
    ['image,age\na,1\n', 'image', 'the column of names'],
  ])('refuses %j by %s', (text, column, reason) => {
    expect(() => parseGroups(text, 'g.csv', column)).toThrow(reason)
  })
})
