import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import { asBytes, asDict, asItems, asText } from './values.ts'
import { readPickle } from './pickle.ts'
import { encodeVerificationBin, readVerificationBin } from '../records/verification-bin.ts'

interface Golden {
  readonly packs: Readonly<Record<string, string>>
  readonly hostile: Readonly<Record<string, string>>
  readonly shared: Readonly<Record<string, string>>
  readonly images: readonly string[]
}

const golden = JSON.parse(
  await readFile(new URL('../../../test/golden/pickles.json', import.meta.url), 'utf8'),
) as Golden
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const images = golden.images.map(bytesOf)

describe('packs that Python wrote', () => {
  it.each(Object.entries(golden.packs))('%s', (_, base64) => {
    const pack = readVerificationBin(bytesOf(base64), 'pack.bin')
    expect(pack.same).toEqual([true, false])
    expect(pack.images.map((image) => [...image])).toEqual(images.map((image) => [...image]))
  })

  it.each(Object.entries(golden.shared))('whose pairs share their images: %s', (_, base64) => {
    const pack = readVerificationBin(bytesOf(base64), 'pack.bin')
    expect(pack.same).toEqual([true, true, true])
    const image = Array.from({ length: 1024 }, (_item, i) => i % 256)
    expect(pack.images.map((found) => [...found])).toEqual(pack.images.map(() => image))
    expect(pack.images.length).toBe(6)
  })

  it('reads what Python 2 wrote: strings for bytes, whole numbers for truth', () => {
    const text = "((lp1\nS'\\xff\\xd8\\n\\'\\\\'\np2\naS\"it's\"\np3\na(lp4\nI01\naI00\natp5\n."
    const [bins, truths] = asItems(readPickle(latin1(text), { file: 'p' }).value) ?? []
    expect(asItems(bins)?.map((value) => [...(asBytes(value) ?? [])])).toEqual([
      [255, 216, 10, 39, 92],
      [...latin1("it's")],
    ])
    expect(asItems(truths)).toEqual([true, false])
    // protocol 2: BINSTRING and SHORT_BINSTRING
    const binary = latin1('\x80\x02]q\x01(T\x03\x00\x00\x00\xff\xd8\x00U\x02abe]q\x02\x88a\x86q\x03.')
    expect(readVerificationBin(binary, 'p').images).toEqual([latin1('\xff\xd8\x00'), latin1('ab')])
  })
})

describe('pickles that are more than data', () => {
  it.each(Object.entries(golden.hostile))('%s is refused by name', (name, base64) => {
    const read = (): unknown => readVerificationBin(bytesOf(base64), 'evil.bin')
    expect(read).toThrow(FormatError)
    const wanted = name.includes('eval')
      ? /`(builtins|__builtin__) eval`/
      : name.includes('getattr')
        ? /getattr/
        : /`posix system`|`os system`|`nt system`/
    expect(read).toThrow(wanted)
  })

  it('names the place and says that nothing was run', () => {
    const read = (): unknown => readPickle(latin1("cos\nsystem\n(S'true'\ntR."), { file: 'evil.pkl' })
    expect(read).toThrow('evil.pkl (byte 0): refused: the pickle names `os system`')
    expect(read).toThrow('nothing was run')
  })

  it.each([
    ["(S'true'\nios\nsystem\n.", 'os system'],
    ["(cos\nsystem\nS'true'\no.", 'os system'],
    ['\x80\x04\x8c\x02os\x8c\x06system\x93.', 'os system'],
    ['\x82\x01.', 'registry'],
    ['\x80\x05\x97.', 'outside'],
    ['Pname\n.', 'outside'],
    ["ccollections\nOrderedDict\nS'a'\nR.", 'tuple'],
    ['I1\n)R.', 'calls number'],
    ['ccollections\nOrderedDict\n)}\x92.', 'keyword'],
  ])('%j', (text, reason) => {
    expect(() => readPickle(latin1(text), { file: 'p' })).toThrow(reason)
  })
})

describe('values', () => {
  const value = (text: string): unknown => readPickle(latin1(text), { file: 'p' }).value

  it.each<[string, unknown]>([
    ['N.', null],
    ['K\xff.', 255],
    ['M\x01\x02.', 513],
    ['J\xff\xff\xff\xff.', -1],
    ['\x8a\x02\x00\x80.', -32768],
    ['\x8a\x00.', 0],
    ['\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', 2n ** 64n],
    ['L12345678901234567890L\n.', 12345678901234567890n],
    ['I-5\n.', -5],
    ['F-1.5e3\n.', -1500],
    ['G\x3f\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
    ['Va\\u00e9\\U0001f600\\u005c\n.', 'aé😀\\'],
    ['X\x02\x00\x00\x00\xc3\xa9.', 'é'],
    ['(I1\nI2\nI3\n1I4\n.', 4],
    ['I1\n2\x86.', { kind: 'tuple', items: [1, 1] }],
    ['I1\nI2\n0.', 1],
  ])('%j', (text, wanted) => {
    expect(value(text)).toEqual(wanted)
  })

  it('reads dicts, ordered ones and their Python 2 keys', () => {
    const ordered = "ccollections\nOrderedDict\n)R(S'a'\nI1\nVb\nI2\nu."
    expect([...(asDict(readPickle(latin1(ordered), { file: 'p' }).value) ?? [])]).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    const pairs = 'ccollections\nOrderedDict\n(((Va\nI1\ntltR.'
    expect([...(asDict(readPickle(latin1(pairs), { file: 'p' }).value) ?? [])]).toEqual([['a', 1]])
    expect(asText(new Uint8Array([0x93]))).toBe('\u0093')
  })

  it('may hold itself', () => {
    const list = value(']p0\ng0\na.') as { readonly items: readonly unknown[] }
    expect(list.items[0]).toBe(list)
  })
})

describe('damage', () => {
  it.each([
    ['', 'ends without its end mark'],
    ['N', 'ends without its end mark'],
    ['.', 'empty stack'],
    ['\xfe.', '0xfe is no pickle opcode'],
    ['\x80\x06.', 'protocol up to 5'],
    ['B\xff\xff\xff\xff.', 'expected 4294967295 bytes'],
    ['\x8e\xff\xff\xff\xff\xff\xff\xff\xff.', 'too large'],
    ['T\xff\xff\xff\xff.', 'negative'],
    ['\x95\xff\x00\x00\x00\x00\x00\x00\x00.', 'frame of 255'],
    ['e.', 'a mark that was not set'],
    ['I1\n(0a.', 'empty stack'],
    ['(I1\n\x85.', undefined],
    ['I1\nI2\na.', 'appends to number'],
    [']I2\nb.', 'sets the state of a list'],
    ['h\x05.', 'refers to item 5'],
    ['X\x01\x00\x00\x00\xff.', 'not UTF-8'],
    ['I1', 'have no end of one'],
    ['Ix\n.', 'expected a whole number'],
    ['Sabc\n.', 'expected a quoted string'],
    ['}(I1\nu.', 'sets items'],
  ])('%j', (text, reason) => {
    const read = (): unknown => readPickle(latin1(text), { file: 'p' })
    if (reason === undefined) expect(read).not.toThrow()
    else {
      expect(read).toThrow(FormatError)
      expect(read).toThrow(reason)
    }
  })

  it('does not turn one text into more bytes than the file has', () => {
    const long = 'x'.repeat(2000)
    const one = `c_codecs\nencode\n(g1\nVlatin1\ntR`
    const text = (content: string): string =>
      `((lV${content}\np1\n0${`${one}a`.repeat(40)}(l${'I01\na'.repeat(20)}t.`
    expect(() => readVerificationBin(latin1(text('x')), 'p')).not.toThrow()
    expect(() => readVerificationBin(latin1(text(long)), 'p')).toThrow('larger than the file')
  })
})

describe('packs', () => {
  const written = async (pictures: readonly Uint8Array[], same: readonly boolean[]): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = []
    for await (const piece of encodeVerificationBin(pictures, same)) pieces.push(piece)
    return concatBytes(pieces)
  }

  it('come back as they were written', async () => {
    const pictures = [...images, new Uint8Array(300).fill(7), new Uint8Array(70000)]
    const bytes = await written(pictures, [true, false, true])
    expect(readVerificationBin(bytes, 'p')).toEqual({ images: pictures, same: [true, false, true] })
    await expect(written(images, [true])).rejects.toThrow('two images for each of 1 pair, got 4')
  })

  it.each([
    ['(]]t.', 'holds no pairs'],
    ['(](C\x01aC\x01be](\x88\x88et.', 'two images for each of 2 pairs, got 2'],
    ['(](C\x01aC\x01be](K\x02et.', 'True or False'],
    ['(](K\x01K\x01e](\x88et.', 'bytes of an image'],
    ['].', 'expected a pair of lists'],
    ['(]]]t.', 'expected a pair of lists'],
    ['(](C\x01aC\x01be](\x88et.tail', '4 bytes after the end'],
    ['', 'empty'],
  ])('%j is refused', (text, reason) => {
    const read = (): unknown => readVerificationBin(latin1(text), 'p.bin')
    expect(read).toThrow(FormatError)
    expect(read).toThrow(reason)
  })
})
