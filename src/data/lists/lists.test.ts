import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesOf, concatBytes } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import { readAgeDbPairs } from './agedb.ts'
import { parseCrossLfwPairs } from './calfw.ts'
import { cfpFiles, readCfpPairs } from './cfp.ts'
import { parseDetectedFaces, parseTemplateImages, parseTemplatePairs, parseTemplateSubjects } from './ijb.ts'
import { formatImageList, parseImageList, parsePathLabels } from './labels.ts'
import { readMatFile } from './mat.ts'
import { parseFaceList, parseNoiseList } from './megaface.ts'
import { parseYtfSplits } from './ytf.ts'
import { decodeOpenCvFeature, decodeOpenCvMat, encodeOpenCvFeature } from '../records/opencv-mat.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const golden = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../../../test/golden/${name}`, import.meta.url)))
const throws = (read: () => unknown, reason: string): void => {
  expect(read).toThrow(FormatError)
  expect(read).toThrow(reason)
}

describe('lists of labels', () => {
  it('takes the last field as the class', () => {
    expect(parsePathLabels('a b/1.jpg 3\r\nc/2.jpg,0\n\n', 'l')).toEqual([
      { path: 'a b/1.jpg', label: 3 },
      { path: 'c/2.jpg', label: 0 },
    ])
    throws(() => parsePathLabels('a/1.jpg x\n', 'l'), 'line 1: expected `path label`')
    throws(() => parsePathLabels('\n', 'l'), 'empty')
  })

  it('reads and writes .lst', () => {
    const entries = [
      { index: 1, labels: [0], path: 'a/1.jpg' },
      { index: 2, labels: [1, 0.5], path: 'b c/2.jpg' },
    ]
    expect(parseImageList(formatImageList(entries), 'l')).toEqual(entries)
    throws(() => parseImageList('1\ta.jpg\n', 'l'), 'line 1')
  })
})

describe('CFP', () => {
  const person = (i: number): string => String(i).padStart(3, '0')
  const texts = new Map<string, string>()
  const frontal = Array.from(
    { length: 200 },
    (_, i) => `${i + 1} ../Data/Images/${person(Math.floor(i / 10) + 1)}/frontal/${(i % 10) + 1}.jpg`,
  )
  const profile = Array.from(
    { length: 80 },
    (_, i) => `${i + 1} ../Data/Images/${person(Math.floor(i / 4) + 1)}/profile/${(i % 4) + 1}.jpg`,
  )
  texts.set('Protocol/Pair_list_F.txt', frontal.join('\n'))
  texts.set('Protocol/Pair_list_P.txt', profile.join('\n'))
  for (const kind of ['FF', 'FP']) {
    for (let fold = 0; fold < 10; fold++) {
      const at = `Protocol/Split/${kind}/${String(fold + 1).padStart(2, '0')}`
      texts.set(`${at}/same.txt`, `${20 * fold + 1},${kind === 'FF' ? 20 * fold + 2 : 8 * fold + 1}\n`)
      texts.set(`${at}/diff.txt`, `${20 * fold + 1},${kind === 'FF' ? 20 * fold + 11 : 8 * fold + 5}\n`)
    }
  }
  const read = async (path: string): Promise<string> => texts.get(path) ?? ''

  it.each(['ff', 'fp'] as const)('%s: numbers become images, folds and people', async (kind) => {
    expect(cfpFiles(kind).every((path) => texts.has(path))).toBe(true)
    const list = await readCfpPairs(kind, read)
    expect(list).toMatchObject({ format: `cfp-${kind}`, folds: 'given' })
    expect(list.pairs).toHaveLength(20)
    expect(list.pairs[3]).toEqual({
      a: '003/frontal/1.jpg',
      b: kind === 'ff' ? '004/frontal/1.jpg' : '004/profile/1.jpg',
      same: false,
      fold: 1,
      line: 1,
      identities: ['003', '004'],
    })
    expect(list.pairs.every(({ identities }) => identities !== undefined)).toBe(true)
  })

  it('refuses numbers that no image has', async () => {
    const broken = async (path: string): Promise<string> =>
      path.endsWith('FP/03/same.txt') ? '1,81' : read(path)
    await expect(readCfpPairs('fp', broken)).rejects.toThrow('Protocol/Split/FP/03/same.txt (byte 0): line 1')
  })
})

describe('AgeDB-30', () => {
  it.each(['agedb.mat', 'agedb-compressed.mat'])('%s, as SciPy wrote it', async (name) => {
    const list = await readAgeDbPairs(await golden(name), name)
    expect(list.pairs).toHaveLength(6)
    expect(list.pairs.map(({ same, fold }) => [same, fold])).toEqual([
      [true, 0],
      [false, 0],
      [true, 0],
      [true, 1],
      [false, 1],
      [true, 1],
    ])
    expect(list.pairs[1]).toMatchObject({
      a: 'P01_1_P01_30_f.jpg',
      b: 'Other_2_Other_60_f.jpg',
      identities: ['P01', 'Other'],
    })
    expect((await readMatFile(await golden('agedb.mat'), name)).get('note')).toEqual({
      kind: 'numbers',
      shape: [1, 1],
      values: Float64Array.of(1.5),
    })
  })

  it('refuses other levels, orders and damage', async () => {
    const mat = await golden('agedb.mat')
    await expect(readAgeDbPairs(mat.subarray(0, 900), 'm')).rejects.toThrow(FormatError)
    await expect(readAgeDbPairs(bytes('MATLAB 7.3 MAT-file'.padEnd(200)), 'm')).rejects.toThrow('level 7.3')
    await expect(readAgeDbPairs(new Uint8Array(0), 'm')).rejects.toThrow(FormatError)
    const swapped = mat.slice()
    swapped.set(bytes('MI'), 126)
    await expect(readAgeDbPairs(swapped, 'm')).rejects.toThrow('little-endian')
  })
})

describe('a MATLAB file that unfolds', () => {
  /** An element: type, length, bytes padded to eight. */
  const element = (type: number, data: Uint8Array): Uint8Array => {
    const head = bytesOf(Uint32Array.of(type, data.length))
    return concatBytes([head, data, new Uint8Array(type === 15 ? 0 : (8 - (data.length % 8)) % 8)])
  }
  const matrix = (kind: number, shape: readonly number[], content: Uint8Array): Uint8Array =>
    element(
      14,
      concatBytes([
        element(6, bytesOf(Uint32Array.of(kind, 0))),
        element(5, bytesOf(Int32Array.from(shape))),
        element(1, bytes('v')),
        content,
      ]),
    )
  const matFile = (...variables: readonly Uint8Array[]): Uint8Array => {
    const head = new Uint8Array(128)
    head.set(bytes('MATLAB 5.0 MAT-file'))
    head.set([0, 1, 73, 77], 124)
    return concatBytes([head, ...variables.map((variable) => element(15, deflateSync(variable)))])
  }

  it('is refused by the total of its variables, not by each', async () => {
    const variable = matrix(9, [128, 1], element(9, new Uint8Array(1024)))
    const limits = { bytes: 2 * variable.length, values: 1 }
    const found = await readMatFile(matFile(variable, variable), 'm', limits)
    expect(found.get('v')).toMatchObject({ kind: 'numbers', shape: [128, 1] })
    await expect(readMatFile(matFile(variable, variable, variable), 'm', limits)).rejects.toThrow(
      `the compressed variables together are larger than ${2 * variable.length} bytes`,
    )
  })

  it('is refused by how many values and axes it holds', async () => {
    const empty = element(14, new Uint8Array(0))
    const cell = matrix(1, [1, 3], concatBytes([empty, empty, empty]))
    const limits = { bytes: 2 ** 20, values: 6 }
    expect((await readMatFile(matFile(cell, cell), 'm', limits)).get('v')).toMatchObject({ shape: [1, 3] })
    await expect(readMatFile(matFile(cell, cell, cell), 'm', limits)).rejects.toThrow('more than 6 values')
    const axes = matrix(9, new Array<number>(33).fill(1), element(9, new Uint8Array(8)))
    await expect(readMatFile(matFile(axes), 'm')).rejects.toThrow('33 axes are more than 32')
  })
})

describe('CALFW and CPLFW', () => {
  it('reads two lines a pair and makes tenths of each kind', () => {
    const lines: string[] = []
    for (let i = 0; i < 20; i++)
      lines.push(`Ann_${i}_0001.jpg ${1 + (i >> 1)}`, `Ann_${i}_0002.jpg ${1 + (i >> 1)}`)
    for (let i = 0; i < 20; i++) lines.push(`Ann_${i}_0001.jpg 0`, `Bea_${i}_3.jpg 0`)
    const list = parseCrossLfwPairs(lines.join('\n'), 'c', 'calfw')
    expect(list.pairs.map(({ fold }) => fold).slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, i) => i >> 1),
    )
    expect(list.pairs.slice(20).every(({ same, fold }, i) => !same && fold === i >> 1)).toBe(true)
    expect(list.pairs[20]).toMatchObject({ b: 'Bea_0_3.jpg', identities: ['Ann_0', 'Bea_0'], line: 41 })
    throws(() => parseCrossLfwPairs(lines.slice(1).join('\n'), 'c', 'cplfw'), 'two lines for each pair')
    throws(() => parseCrossLfwPairs('a.jpg 1\nb.jpg 0', 'c', 'cplfw'), 'the number 1 as on the line before')
  })
})

describe('YTF', () => {
  it('reads videos, splits and labels', () => {
    const text =
      'split number, pair number, first name, second name, is same name, is same video?\n' +
      '1, 1, Ann/1, Ann/2, 1, 0\n10, 1, Ann/1, Bea/0, 0, 0\n'
    const { pairs } = parseYtfSplits(text, 'splits.txt')
    expect(pairs.map(({ a, b, same, fold }) => [a, b, same, fold])).toEqual([
      ['Ann/1', 'Ann/2', true, 0],
      ['Ann/1', 'Bea/0', false, 9],
    ])
    throws(() => parseYtfSplits(text.replace('10, 1', '0, 1'), 's'), 'line 3')
    throws(() => parseYtfSplits(text.replace('Bea/0, 0', 'Bea/0, x'), 's'), 'line 3')
  })
})

describe('IJB', () => {
  it('reads templates, pairs, faces and galleries', () => {
    expect(parseTemplateImages('1.jpg 5 7\n2.jpg 5 8\n', 't')).toEqual({
      images: ['1.jpg', '2.jpg'],
      templates: Int32Array.of(5, 5),
      media: Int32Array.of(7, 8),
    })
    expect(parseTemplatePairs(bytes('1 11065 1\n\n1 11066 0'), 'p')).toEqual({
      first: Int32Array.of(1, 1),
      second: Int32Array.of(11065, 11066),
      same: Uint8Array.of(1, 0),
    })
    const [face] = parseDetectedFaces('1.jpg 46 62.5 1 2 3 4 5 6 7 8 0.999\n', 'f')
    expect(face).toMatchObject({ image: '1.jpg', score: 0.999 })
    expect(face?.points[0]).toEqual({ x: 46, y: 62.5 })
    expect(parseTemplateSubjects('SUBJECT_ID,TEMPLATE_ID,FILENAME\n9,1,a\n9,1,b\n8,3,c\n', 'g')).toEqual({
      templates: Int32Array.of(1, 3),
      subjects: Int32Array.of(9, 8),
    })
  })

  it('names the line of what does not fit', () => {
    throws(() => parseTemplateImages('1.jpg 5\n', 't'), 'line 1')
    throws(() => parseTemplatePairs(bytes('1 2 1\n1 2 2\n'), 'p'), 'pair 2 has the label 2')
    throws(() => parseTemplatePairs(bytes('1 2 1\n1 x 0\n'), 'p'), 'line 2: expected')
    throws(() => parseTemplatePairs(bytes('1 2 1 4\n'), 'p'), 'more numbers')
    throws(() => parseTemplatePairs(bytes('1 99999999999 1\n'), 'p'), 'too large')
    throws(() => parseDetectedFaces('1.jpg 46 62.5\n', 'f'), 'ten coordinates')
    throws(() => parseTemplateSubjects('a,b\n1,2\n1,3\n', 'g'), 'the subject 2 of template 1')
  })
})

describe('MegaFace', () => {
  it('reads probes, distractors and noise', () => {
    expect(parseFaceList('{"path":["a/1","b/2"],"id":["a",2]}', 'l')).toEqual({
      paths: ['a/1', 'b/2'],
      ids: ['a', '2'],
    })
    expect(parseFaceList('{"path":["a"]}', 'l')).toEqual({ paths: ['a'] })
    throws(() => parseFaceList('{"path":["a"],"id":[]}', 'l'), 'name each of the 1')
    throws(() => parseFaceList('[1]', 'l'), 'list of image paths')
    throws(() => parseFaceList('{', 'l'), 'no JSON')
    expect([...parseNoiseList('# noisy\na/1.jpg\r\n\nb')]).toEqual(['a/1.jpg', 'b'])
  })

  it('reads and writes its feature files', () => {
    const feature = Float32Array.of(1, -2, 0.5)
    const file = encodeOpenCvFeature(feature)
    expect([...new Int32Array(file.buffer.slice(0, 16))]).toEqual([3, 1, 4, 5])
    expect(decodeOpenCvMat(file, 'f')).toEqual({ shape: [3, 1], data: feature })
    throws(() => decodeOpenCvMat(file.subarray(0, 27), 'f'), 'expected 12 bytes of a 3x1 matrix')
    throws(() => decodeOpenCvMat(file.with(12, 6), 'f'), 'type 5')
    throws(() => decodeOpenCvMat(file.with(3, 128), 'f'), 'expected a matrix')
    throws(() => decodeOpenCvMat(new Uint8Array(0), 'f'), 'empty')
    expect(decodeOpenCvFeature(file, 'f')).toEqual(feature)
    const two = encodeOpenCvFeature(Float32Array.of(1, 2, 3, 4))
      .with(0, 2)
      .with(4, 2)
    throws(() => decodeOpenCvFeature(two, 'f'), 'expected one feature as a column, got a matrix of 2x2')
  })
})
