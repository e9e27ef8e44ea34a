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

  it.each([
    ['spaces', '2\nAnna_B 3\nCarl   1\n'],
    ['two tabs', '2\nAnna_B\t\t3\nCarl\t1\n'],
    ['spaces and tabs', '2\nAnna_B \t 3\nCarl 1\n'],
  ])("reads LFW's format with %s", (_, text) => {
    expect(parseNameList(text, 'people.txt').names).toEqual([
      { name: 'Anna_B', images: 3 },
      { name: 'Carl', images: 1 },
    ])
  })

  it("reads LFW's folds with spaces", () => {
    expect(names('2\n1\nA 1\n1\nB C 3\n')).toEqual(['A', 'B C'])
  })

  it.each([
    ['a count below 0', '-4\nA\t1\n', 'line 1: expected a number of names'],
    ['a count of 2^62', '4611686018427387904\nA\t1\n', 'line 1: expected a number of names'],
    ['2^62 folds', '4611686018427387904\n1\nA\t1\n', 'line 1: expected a number of folds'],
    ['a person with −4 images', '1\nA\t-4\n', 'line 2: expected name 1 of the 1'],
    ['a person with no image', '1\nA\t0\n', 'with 1 to 10000000 images'],
    ['a person with 2^62 images', '1\nA\t4611686018427387904\n', 'line 2: expected name 1'],
  ])('refuses %s', (_, text, reason) => {
    expect(() => parseNameList(text, 'people.txt')).toThrow(reason)
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
