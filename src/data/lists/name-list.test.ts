import { describe, expect, it } from 'vitest'
import { FormatError } from '../../base/errors.ts'
import { parseNameList } from './name-list.ts'

const names = (text: string, file = 'list.txt'): string[] =>
  parseNameList(text, file).names.map(({ name }) => name)

describe('parseNameList', () => {
  it("reads LFW's peopleDevTrain: a count, then names with images", () => {
    expect(parseNameList('2\nAnna_B\t3\nCarl\t1\n', 'people.txt').names).toEqual([
      { name: 'Anna_B', images: 3 },
      { name: 'Carl', images: 1 },
    ])
  })

  it("reads LFW's people.txt: folds, each with its count", () => {
    const text = '2\n2\nA\t1\nB\t2\n1\nC\t3\n'
    expect(parseNameList(text, 'people.txt').names).toEqual([
      { name: 'A', images: 1, fold: 0 },
      { name: 'B', images: 2, fold: 0 },
      { name: 'C', images: 3, fold: 1 },
    ])
  })

  it('takes Windows line ends, a byte order mark and blank lines', () => {
    expect(names('\uFEFF2\r\nA\t1\r\n\r\nB\t2\r\n')).toEqual(['A', 'B'])
  })

  it('reads plain lines, also those that are numbers or hold spaces', () => {
    expect(names('7201\n7202\n7203\n')).toEqual(['7201', '7202', '7203'])
    expect(names('# chosen by hand\nAnna B\nCarl\t4\n')).toEqual(['Anna B', 'Carl'])
  })

  it('reads the first column of a CSV, with and without heading', () => {
    expect(names('name,images\nA,3\n"B, the ""second""",1\n', 'x.csv')).toEqual(['A', 'B, the "second"'])
    expect(names('A,3\nB,1\n', 'x.CSV')).toEqual(['A', 'B'])
  })

  it('names what is listed twice and takes it once', () => {
    expect(parseNameList('A\nB\nA\nA\n', 'x.txt')).toEqual({
      names: [{ name: 'A' }, { name: 'B' }],
      duplicates: ['A'],
    })
  })

  it.each([
    ['', 'the list is empty'],
    ['# only a comment', 'the list is empty'],
    ['3\nA\t1\nB\t2\n', 'line 1 announces 3 names, 2 follow'],
    ['1\nA\t1\nB\t2\n', 'line 3: expected the end of the list'],
    ['2\nA\t1\nB\n', 'line 3: expected name 2 of the 2 that line 1 announces, got "B"'],
    ['2\n1\nA\t1\n', 'expected 2 folds, found 1'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseNameList(text, 'people.txt')).toThrow(FormatError)
    expect(() => parseNameList(text, 'people.txt')).toThrow(reason)
  })
})
