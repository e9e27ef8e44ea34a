import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import { memoryFile } from '../../base/random-access.ts'
import { decodeImageRecord, encodeImageRecord } from './record-io-image.ts'
import { findKey, formatRecordIndex, parseRecordIndex, scanRecords } from './record-io-index.ts'
import { readRecordLayout } from './record-io-layout.ts'
import { encodeRecord, readRecord, skipRecord } from './record-io.ts'

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const golden = hex('0a23d7ce 1b000000 00000000 00004040 0700000000000000 0000000000000000 616263 00')

describe('records', () => {
  it('writes the known bytes of a known record', () => {
    const payload = encodeImageRecord({ labels: [3], id: 7, id2: 0, image: text('abc') })
    expect([...encodeRecord(payload)]).toEqual([...golden])
  })

  it('reads the known bytes back', async () => {
    const file = memoryFile(golden, 'golden.rec')
    const { payload, next } = await readRecord(file, 0)
    expect(next).toBe(36)
    expect(decodeImageRecord(payload, 'golden')).toEqual({ labels: [3], id: 7, id2: 0, image: text('abc') })
  })

  it('splits at the magic on a multiple of 4 only, and leaves those bytes out', async () => {
    const magic = hex('0a23d7ce')
    const payload = concatBytes([magic, text('ab'), magic, text('cd'), magic, magic, text('e')])
    const record = encodeRecord(payload)
    // at 0, 12 and 16; not at 6
    const words = new DataView(record.buffer)
    expect(words.getUint32(4, true) >>> 29).toBe(1)
    expect(words.getUint32(4, true) % 2 ** 29).toBe(0)
    const { payload: read, next } = await readRecord(memoryFile(record, 'split'), 0, record.length)
    expect([...read]).toEqual([...payload])
    expect(next).toBe(record.length)
    expect(await skipRecord(memoryFile(record, 'split'), 0)).toBe(record.length)
  })

  it('reads back whatever is written, magic or not, with and without a known end', async () => {
    const piece = fc.oneof(fc.constant(hex('0a23d7ce')), fc.uint8Array({ maxLength: 9 }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece), { minLength: 1, maxLength: 4 }), async (payloads) => {
        const whole = payloads.map(concatBytes)
        const file = memoryFile(concatBytes(whole.map(encodeRecord)), 'f')
        let at = 0
        for (const payload of whole) {
          const end = await skipRecord(file, at)
          for (const known of [undefined, end, file.size]) {
            const found = await readRecord(file, at, known)
            expect(found.next).toBe(end)
            expect([...found.payload]).toEqual([...payload])
          }
          at = end
        }
        expect(at).toBe(file.size)
      }),
      { seed: 5, numRuns: 200 },
    )
  })

  it('names file, byte and reason of a damaged record', async () => {
    const read = (bytes: Uint8Array): Promise<unknown> => readRecord(memoryFile(bytes, 'x.rec'), 0)
    await expect(read(golden.subarray(0, 30))).rejects.toThrow(
      'x.rec (byte 8): expected 27 bytes of a record here',
    )
    await expect(read(golden.subarray(0, 35))).rejects.toThrow(FormatError)
    await expect(read(golden.subarray(0, 3))).rejects.toThrow(FormatError)
    await expect(read(hex('ced7230a 0000001b'))).rejects.toThrow('big-endian')
    await expect(read(hex('00000000 00000000'))).rejects.toThrow('magic 0xced7230a, got 0x00000000')
    await expect(read(hex('0a23d7ce 00000040'))).rejects.toThrow('flag 2')
    await expect(read(hex('0a23d7ce ffffff1f'))).rejects.toThrow('expected 536870911 bytes')
  })

  it('takes labels from the header or behind it', () => {
    const both = { labels: [4, 0.5], id: 1, id2: 2, image: text('zz') }
    const bytes = encodeImageRecord(both)
    expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(2)
    expect(decodeImageRecord(bytes, 'r')).toEqual(both)
    expect(() => decodeImageRecord(hex('ffffffff' + '00'.repeat(24)), 'r')).toThrow(
      'expected 4294967295 labels',
    )
  })
})

describe('index', () => {
  it('orders by key and knows where each record ends', () => {
    const index = parseRecordIndex(text('2\t16\n0\t64\r\n1\t0\n'), 'a.idx', 100)
    expect([...index.keys]).toEqual([0, 1, 2])
    expect([...index.offsets]).toEqual([64, 0, 16])
    expect([...index.ends]).toEqual([100, 16, 64])
    expect(findKey(index, 2)).toBe(2)
    expect(findKey(index, 3)).toBe(-1)
  })

  it.each([
    ['', 'the index is empty'],
    ['0\t0\n0\t8\n', 'the key 0 appears twice'],
    ['0\t96\n', 'the record file ends at 100'],
    ['0\t2\n', 'multiples of 4'],
    ['0\n', 'got one number'],
    ['0\t4\t8\n', 'more numbers'],
    ['a\t4\n', 'got byte 0x61'],
    ['1\t99999999999999999999\n', 'too large'],
  ])('refuses %j', (content, reason) => {
    expect(() => parseRecordIndex(text(content), 'a.idx', 100)).toThrow(reason)
  })

  it('can be made from the records', async () => {
    const file = memoryFile(concatBytes([golden, encodeRecord(text('x'))]), 'f')
    const index = await scanRecords(file)
    expect([...index.offsets]).toEqual([0, 36])
    expect([...index.ends]).toEqual([36, 48])
  })

  const face = (id: number, labels: readonly number[], image = 'jpeg'): Uint8Array =>
    encodeRecord(encodeImageRecord({ labels, id, id2: 0, image: text(image) }))
  const keysOf = async (...records: Uint8Array[]): Promise<number[]> => [
    ...(await scanRecords(memoryFile(concatBytes(records), 'f'))).keys,
  ]

  it('has the ids of records for keys, as an index beside them would', async () => {
    const records = [face(7, [0]), face(2, [0]), face(4, [1])]
    const bytes = concatBytes(records)
    const offsets = [0, records[0]?.length ?? 0, (records[0]?.length ?? 0) + (records[1]?.length ?? 0)]
    const written = [7, 2, 4].map((key, i): [number, number] => [key, offsets[i] ?? NaN])
    expect(await scanRecords(memoryFile(bytes, 'f'))).toEqual(
      parseRecordIndex(text(formatRecordIndex(written)), 'f.idx', bytes.length),
    )
  })

  it('counts where ids are no keys', async () => {
    expect(await keysOf(face(3, [0]), face(3, [1]), face(5, [1]))).toEqual([0, 1, 2])
    expect(await keysOf(face(9, [0]), encodeRecord(text('x')))).toEqual([0, 1])
    // behind a header record images are known by their keys
    const header = (id: number): Uint8Array => face(id, [3, 4], '')
    const range = (id: number): Uint8Array => face(id, [1, 3], '')
    expect(await keysOf(header(0), face(10, [0]), face(11, [0]), range(12))).toEqual([0, 1, 2, 3])
    expect(await keysOf(header(1), face(0, [0]), face(2, [0]), range(3))).toEqual([0, 1, 2, 3])
    const shuffled = concatBytes([header(0), face(2, [0]), face(1, [0]), range(3)])
    const { offsets } = await scanRecords(memoryFile(shuffled, 'f'))
    expect(offsets[1]).toBeGreaterThan(offsets[2] ?? NaN)
  })
})

interface Written {
  readonly key: number
  readonly labels: readonly number[]
  readonly image?: string
}

const layoutOf = (
  records: readonly Written[],
  isListed: (record: Written) => boolean = () => true,
): ReturnType<typeof readRecordLayout> => {
  const pieces: Uint8Array[] = []
  const entries: [number, number][] = []
  let at = 0
  for (const written of records) {
    const { key, labels, image } = written
    const record = encodeRecord(encodeImageRecord({ labels, id: key, id2: 0, image: text(image ?? '') }))
    if (isListed(written)) entries.push([key, at])
    pieces.push(record)
    at += record.length
  }
  const bytes = concatBytes(pieces)
  return readRecordLayout(
    memoryFile(bytes, 'f.rec'),
    parseRecordIndex(text(formatRecordIndex(entries)), 'f.idx', bytes.length),
  )
}

describe('layout', () => {
  const faces: readonly Written[] = [
    { key: 0, labels: [5, 7] },
    { key: 1, labels: [0, 1], image: 'a' },
    { key: 2, labels: [0, 1], image: 'b' },
    { key: 3, labels: [0], image: 'c' },
    { key: 4, labels: [1], image: 'd' },
    { key: 5, labels: [1, 4] },
    { key: 6, labels: [4, 5] },
  ]

  it('reads identity ranges behind a header record', async () => {
    const layout = await layoutOf(faces)
    expect(layout.kind).toBe('ranges')
    expect([...layout.entries]).toEqual([1, 2, 3, 4])
    expect([...layout.identities]).toEqual([0, 0, 0, 1])
    expect(layout.classes).toEqual([0, 1])
  })

  it('reads every record of a plain file, classes as labelled', async () => {
    const layout = await layoutOf([
      { key: 0, labels: [9], image: 'a' },
      { key: 1, labels: [2, 1, 1], image: 'b' },
      { key: 5, labels: [9], image: 'c' },
    ])
    expect(layout.kind).toBe('labels')
    expect([...layout.identities]).toEqual([1, 0, 1])
    expect(layout.classes).toEqual([2, 9])
  })

  it('does not take an image with two labels for a header', async () => {
    const layout = await layoutOf([
      { key: 0, labels: [1, 1], image: 'a' },
      { key: 1, labels: [0, 1], image: 'b' },
    ])
    expect(layout.entries.length).toBe(2)
  })

  it('believes the images where the identity records contradict them', async () => {
    const swapped = faces.map((record) => (record.key === 1 ? { ...record, labels: [1] } : record))
    const layout = await layoutOf(swapped)
    expect(layout.kind).toBe('labels')
    expect([...layout.identities]).toEqual([1, 0, 0, 1])
    expect(layout.warnings).toEqual([
      "the identity records of f.rec put 1 of its 4 images with other people than the images' own labels do; the labels were believed",
    ])
  })

  it('compares every image with its range, not the first of each alone', async () => {
    const labels = [0, 0, 1, 0, 1, 1, 0, 1, 2, 2, 2, 2]
    const layout = await layoutOf([
      { key: 0, labels: [13, 16] },
      ...labels.map((label, i) => ({ key: i + 1, labels: [label], image: 'x' })),
      ...[1, 5, 9].map((start, i) => ({ key: 13 + i, labels: [start, start + 4] })),
    ])
    expect([...layout.identities]).toEqual(labels)
    expect(layout.warnings[0]).toContain('put 2 of its 12 images with other people')
  })

  it('reads what is there of a set with a gap, and says what is not', async () => {
    const gap = await layoutOf(faces.filter(({ key }) => key !== 3))
    expect([...gap.identities]).toEqual([0, 0, 1])
    expect(gap.warnings).toEqual([
      'the header of f.rec counts 4 images, 3 are there (not 3); what is there was read',
    ])
    const identity = await layoutOf(faces.slice(0, -1))
    expect([...identity.identities]).toEqual([0, 0, 0, 1])
    expect(identity.warnings).toEqual([
      "1 of the 2 identity records of f.rec is missing; the images' own labels say who is on them",
    ])
  })

  it('reads the records that an index leaves out, by their own ids', async () => {
    const whole = await layoutOf(faces)
    for (const left of [[3], [1, 2, 4], [6], [0], [0, 1, 2, 3, 4, 5]]) {
      const layout = await layoutOf(faces, ({ key }) => !left.includes(key))
      expect(layout).toEqual({ ...whole, warnings: layout.warnings })
      expect(layout.warnings).toEqual([
        `the index of f.rec leaves out ${left.length} of its 7 records; ${left.length === 1 ? 'it was' : 'they were'} read all the same`,
      ])
    }
  })

  it.each<[string, readonly Written[], string]>([
    ['a range outside', [...faces.slice(0, -1), { key: 6, labels: [4, 9] }], 'names the images 4 to 9'],
    [
      'an impossible header',
      [{ key: 0, labels: [3e9, 3e9] }, ...faces.slice(1, 5)],
      'counts 2,999,999,999 records, more than',
    ],
    ['a fraction', [{ key: 1, labels: [0.5], image: 'a' }], 'which names no class'],
    ['a class beyond what a label can count', [{ key: 1, labels: [1e30], image: 'a' }], 'names no class'],
    ['no image', [{ key: 0, labels: [1, 1] }], 'no image'],
  ])('refuses %s', async (_, records, reason) => {
    await expect(layoutOf(records)).rejects.toThrow(reason)
  })
})
