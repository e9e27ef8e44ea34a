import { describe, expect, it } from 'vitest'
import type { Looked } from './protocol.ts'
import {
  benchmarkFacts,
  benchmarkNamed,
  benchmarkNames,
  benchmarksFor,
  protocols,
  recognise,
} from './registry.ts'

/** Files that are what they are said to be. */
const files = (container: string, templateList?: string, header = false): Looked => ({
  container: async () => container,
  templateList: async () => templateList,
  hasLfwHeader: async () => header,
  holds: async (path) => container === path,
})

describe('protocols', () => {
  it('have names of their own, and titles', () => {
    expect(new Set(benchmarkNames).size).toBe(benchmarkNames.length)
    for (const name of benchmarkNames) expect(benchmarkFacts(name).title).not.toBe('')
    expect(new Set(protocols.map(({ kind }) => kind)).size).toBe(protocols.length)
    expect(() => benchmarkNamed('nothing')).toThrow('Expected one of lfw')
  })

  it('own their options', () => {
    expect(benchmarksFor('rows')).toEqual(['ijbb', 'ijbc'])
    expect(benchmarksFor('pooling')).toEqual(['ytf'])
    expect(benchmarksFor('randomPairs')).toEqual(['pairs'])
    expect(benchmarksFor('depth')).toEqual(['pairs', 'megaface', 'identify', 'retrieval'])
    expect(benchmarksFor('nist')).toEqual(
      benchmarkNames.filter((name) => benchmarkNamed(name).protocol.question === 'pairs'),
    )
    expect(benchmarksFor('seed')).toBeUndefined()
  })

  it('are recognised by what is given and what the files are', async () => {
    const of = async (...[given, looked = files('pairs')]: [Parameters<typeof recognise>[0], Looked?]) =>
      (await recognise(given, looked))?.benchmark
    expect(await of({ pairs: 'a', distractors: 'b' })).toBe('megaface')
    expect(await of({ images: 'a', gallery: 'b' })).toBe('identify')
    expect(await of({ images: 'a' })).toBe('pairs')
    expect(await of({ randomPairs: 20, images: 'a' })).toBe('pairs')
    expect(await of({})).toBeUndefined()
    expect(await of({ pairs: 'a.txt' })).toBe('pairs')
    expect(await of({ pairs: 'a.txt' }, files('pairs', undefined, true))).toBe('lfw')
    expect(await of({ pairs: 'x/agedb_30.bin' }, files('bin'))).toBe('agedb')
    expect(await of({ pairs: 'x/any.bin' }, files('bin'))).toBe('bin')
    expect(await of({ pairs: 'splits.txt' }, files('ytf'))).toBe('ytf')
    expect(await of({ pairs: 'IJBB' }, files('pairs', 'ijbb_face_tid_mid.txt'))).toBe('ijbb')
    expect(await of({ pairs: 'RFW' }, files('txts/African/African_pairs.txt'))).toBe('rfw')
    await expect(of({ pairs: 'x' }, files('pairs', 'x_face_tid_mid.txt'))).rejects.toThrow('say which')
  })
})
