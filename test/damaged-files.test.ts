/** @file Every reader of files, with every kind of damage: one sentence that names the file and the reason, and no value. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, FormatError, UsageError } from '../src/base/errors.ts'
import { concatBytes } from '../src/base/bytes.ts'
import type { Damage, DamagedReader } from './damaged-lists.ts'
import { damagedReaders } from './damaged-readers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'))
})
afterAll(() => rm(folder, { recursive: true }))

const strange = new TextEncoder().encode('\n"}{ no such thing ,;\n')

/** What is left of a sound file; undefined for a folder in its place. */
const damages: Readonly<Record<Damage, (reader: DamagedReader) => Uint8Array | undefined>> = {
  truncated: ({ sound, cut }) => sound.subarray(0, cut ?? Math.floor((2 * sound.length) / 3)),
  overlong: ({ sound }) => concatBytes([sound, strange]),
  'wrong magic': ({ sound }) => concatBytes([strange, sound.subarray(Math.min(8, sound.length))]),
  'wrong endian': ({ sound, swap }) => swap?.(sound) ?? sound,
  empty: () => new Uint8Array(0),
  'a folder': () => undefined,
}

let places = 0
/** Writes a reader's files, the damaged one with `content`. */
const placed = async (
  { file, beside }: DamagedReader,
  content: Uint8Array | undefined,
): Promise<(name: string) => string> => {
  const place = join(folder, String(places++))
  const at = (name: string): string => join(place, name)
  for (const [name, bytes] of Object.entries({ ...beside, [file]: content })) {
    await mkdir(bytes === undefined ? at(name) : dirname(at(name)), { recursive: true })
    if (bytes !== undefined) await writeFile(at(name), bytes)
  }
  return at
}

const readers = await damagedReaders()

describe.each(readers)('$name', (reader) => {
  it('is read where it is sound', async () => {
    await reader.read(await placed(reader, reader.sound))
  })

  const kinds = Object.entries(damages) as readonly (readonly [Damage, (typeof damages)[Damage]])[]
  const told = kinds.filter(([damage]) => reader.untold?.[damage] === undefined)
  it.each(told)('%s', async (damage, damaged) => {
    const at = await placed(reader, damaged(reader))
    const error: unknown = await Promise.resolve(reader.read(at)).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof Error)) throw new Error(`${reader.name}, ${damage}: read without a complaint`)
    const known = [FormatError, DataError, UsageError].some((kind) => error instanceof kind)
    expect(known, String(error.stack)).toBe(true)
    const named = basename((damage === 'truncated' ? reader.shownBy : undefined) ?? reader.file)
    expect(error.message).toContain(named)
    expect(error.message.length).toBeGreaterThan(named.length + 10)
    if (damage === 'wrong endian') expect(error.message).toMatch(/big-endian/)
    if (damage === 'a folder') expect(error.message).toMatch(/folder|model\.onnx/)
    if (damage === 'empty') expect(error.message).toMatch(/empty|expected|Expected|names no|no JSON|not an? /)
  })
})
