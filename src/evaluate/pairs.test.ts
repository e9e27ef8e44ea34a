import { describe, expect, it } from 'vitest'
import { parsePairs } from './pairs.ts'
import { resolvePairs } from './resolve-pairs.ts'

const view2 = [
  '2\t2',
  'Ann_Lee\t1\t4',
  'R2D2\t10\t2',
  'Ann_Lee\t1\tBob\t12',
  'Bob\t1\tC3\t3',
  'Dan\t1\t2',
  'Eve\t1\t2',
  'Dan\t1\tEve\t2',
  'Dan\t2\tEve\t1',
].join('\n')

describe('parsePairs', () => {
  it('reads View 2 with its folds', () => {
    const list = parsePairs(view2, 'pairs.txt')
    expect(list).toMatchObject({ format: 'lfw', folds: 'given' })
    expect(list.pairs.map(({ fold }) => fold)).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
    expect(list.pairs[1]).toEqual({
      a: 'R2D2/R2D2_0010',
      b: 'R2D2/R2D2_0002',
      same: true,
      fold: 0,
      identities: ['R2D2', 'R2D2'],
      line: 3,
    })
    expect(list.pairs[2]).toMatchObject({ a: 'Ann_Lee/Ann_Lee_0001', b: 'Bob/Bob_0012', same: false })
  })

  it('reads Windows line ends, spaces for tabs, a byte order mark and blank lines at the end alike', () => {
    const pairs = parsePairs(view2, 'pairs.txt').pairs
    expect(parsePairs(view2.replaceAll('\n', '\r\n') + '\r\n', 'x').pairs).toEqual(pairs)
    expect(parsePairs(`\uFEFF${view2.replaceAll('\t', ' ')}\n\n`, 'x').pairs).toEqual(pairs)
  })

  it('gives View 1 tenths of each class', () => {
    const same = Array.from({ length: 20 }, (_, i) => `P${i} 1 2`)
    const different = Array.from({ length: 20 }, (_, i) => `P${i} 1 Q${i} 2`)
    const list = parsePairs(['20', ...same, ...different].join('\n'), 'dev.txt')
    expect(list.folds).toBe('tenths')
    for (let fold = 0; fold < 10; fold++) {
      const inside = list.pairs.filter((pair) => pair.fold === fold)
      expect(inside.map((pair) => pair.same)).toEqual([true, true, false, false])
    }
    expect(list.pairs[2]?.fold).toBe(1)
    expect(list.pairs[39]?.fold).toBe(9)
  })

  it('reads people whose names are numbers', () => {
    expect(parsePairs('1\n2880 1 2\n2880 1 31 4', 'x').pairs.map(({ a, b }) => [a, b])).toEqual([
      ['2880/2880_0001', '2880/2880_0002'],
      ['2880/2880_0001', '31/31_0004'],
    ])
  })

  it('reads plain lists, with and without folds', () => {
    const list = parsePairs('a/1.png a/2.png 1\nb/1.png ./a/1.png 0\n', 'list.txt')
    expect(list).toMatchObject({ format: 'paths', folds: 'tenths' })
    expect(list.pairs[1]).toMatchObject({ b: 'a/1.png', same: false, identities: ['b', 'a'] })
    const folded = parsePairs('a b 1 0\nc d 0 0\na c 0 1\n', 'list.txt')
    expect(folded.folds).toBe('given')
    expect(folded.pairs.map(({ fold }) => fold)).toEqual([0, 0, 1])
    expect(folded.pairs[0]?.identities).toBeUndefined()
  })

  it.each([
    ['', 'expected a list of pairs, the file is empty'],
    [
      '2\nA 1 2\nB 1 2\nA 1 B 2',
      'line 5: expected 4 pairs (2 pairs of one person and 2 of two) after the header, got 3',
    ],
    ['1\nA 1 2\nA 1 B 2\nC 1 2', 'line 4: expected 2 pairs'],
    [view2.replace('2\t2\nAnn', '2\t3\nAnn'), 'line 10: expected 12 pairs'],
    [
      '2\nA 1 2\nA 1 B 2\nB 1 2\nB 1 A 2',
      "line 3: expected a pair of one person here by the header's counts, got a pair of two",
    ],
    [
      '1\nA 1 x\nA 1 B 2',
      'line 2: expected `name number number` or `name number name number`, "x" is no image number of at least 1',
    ],
    [
      '1\nA 0 2\nA 1 B 2',
      'line 2: expected `name number number` or `name number name number`, "0" is no image number of at least 1',
    ],
    [
      '1\nA 1 2\nA 1 B -1',
      'line 3: expected `name number number` or `name number name number`, "-1" is no image number of at least 1',
    ],
    ['1\nA 1 2\nA 1', 'line 3: expected `name number number` or `name number name number`, got 2 fields'],
    ['1\nA,1,2\nA 1 B 2', 'line 2: expected `name number number` or `name number name number`, separated by'],
    ['0', 'line 1: expected counts of at least 1'],
    ['a b 2', 'line 1: expected `path1 path2 0|1` with at most a fold after it, got the label "2"'],
    ['a b 1\na b', 'line 2: expected `path1 path2 0|1` with at most a fold after it, got 2 fields'],
    ['a b 1\na c 0 3', 'line 2: expected 3 fields as in the lines before, got 4 fields'],
    ['a b 1 x', 'line 1: expected a fold number, got "x"'],
    ['not a list at all', 'line 1: expected `path1 path2 0|1` with at most a fold after it, got 5 fields'],
    ['ab', 'line 1: expected `path1 path2 0|1` with at most a fold after it, got 1 field'],
    [
      'a.jpg,b.jpg,1',
      'line 1: expected `path1 path2 0|1` with at most a fold after it, separated by spaces or tabs, got one separated by commas',
    ],
  ])('names the line of what is wrong: %j', (text, reason) => {
    expect(() => parsePairs(text, 'pairs.txt')).toThrowError(`pairs.txt: ${reason}`)
  })
})

describe('resolvePairs', () => {
  const list = parsePairs(view2, 'pairs.txt')
  const all = [...new Set(list.pairs.flatMap(({ a, b }) => [a, b]))].map((stem) => `${stem}.webp`)

  it('finds images of any extension', () => {
    const set = resolvePairs(list, all)
    expect(set.skipped).toBe(0)
    expect(set.pairs[0]).toEqual({
      a: 'Ann_Lee/Ann_Lee_0001.webp',
      b: 'Ann_Lee/Ann_Lee_0004.webp',
      same: true,
      fold: 0,
      identities: ['Ann_Lee', 'Ann_Lee'],
    })
  })

  it('counts missing images and names the first five', () => {
    expect(() => resolvePairs(list, ['x.jpg'])).toThrowError(
      /names 11 images that are not there: Ann_Lee\/Ann_Lee_0001, (\S+, ){4}….*--skip-missing/,
    )
  })

  it('skips pairs with missing images on request, and counts them', () => {
    const set = resolvePairs(
      list,
      all.filter((path) => !path.startsWith('Eve')),
      { skipMissing: true },
    )
    expect(set).toMatchObject({ skipped: 3 })
    expect(set.pairs).toHaveLength(5)
    expect(() => resolvePairs(list, [], { skipMissing: true })).toThrowError('none of its images is there')
  })

  it('refuses to guess between two images of one name', () => {
    expect(() => resolvePairs(list, [...all, 'Bob/Bob_0012.jpg'])).toThrowError('could be any of')
  })
})
