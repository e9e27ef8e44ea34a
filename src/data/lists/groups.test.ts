import { describe, expect, it } from 'vitest'
import { groupOfImage, parseGroups } from './groups.ts'

describe('a table of groups', () => {
  it('puts images by their names, with or without an ending', () => {
    const table = parseGroups('camera,image\nold,A/1.jpg\n"new, wide",A/2\n,B/1.jpg\n', 'g.csv', 'camera')
    expect(table.by).toBe('image')
    const groupOf = groupOfImage(table)
    expect(['A/1.jpg', 'A/1.png', 'A/2.jpg', 'B/1.jpg', 'C/1.jpg'].map(groupOf)).toEqual([
      'old',
      'old',
      'new, wide',
      undefined,
      undefined,
    ])
  })

  it('puts people by the folders their images are in', () => {
    const groupOf = groupOfImage(parseGroups('person,age\nAda,young\nBo,old\n', 'g.csv', 'age'))
    expect(['Ada/1.jpg', 'set/Bo/x/1.jpg', 'Bo_0001.jpg', 'Cy/1.jpg'].map(groupOf)).toEqual([
      'young',
      'old',
      'old',
      undefined,
    ])
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
