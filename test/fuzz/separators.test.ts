/**
 * @file Long runs of one letter, where a parser that goes back over its input takes minutes: alone, and inside a sound file. The time is
 * not measured; a run that takes longer than the test may is reported. `npm run fuzz` feeds a megabyte of each.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { FormatError } from '../../src/base/errors.ts'
import { fuzzedParsers } from './parsers.ts'

const isLong = process.env['MODE'] === 'fuzz'
const length = isLong ? 2 ** 20 : 2 ** 16
const letters = Array.from(' \t\n\r,;:.|=-_/\\"\'`([{<#0a\0')
const runs = letters.map((letter) => new Uint8Array(length).fill(letter.charCodeAt(0)))
const parsers = await fuzzedParsers()

describe('a long run of one letter', () => {
  it.each(parsers)('$name', { timeout: isLong ? 120_000 : 10_000 }, async ({ seeds, parse }) => {
    const [seed = new Uint8Array(0)] = seeds
    const places = [0.4, 0.53].map((share) => Math.floor(seed.length * share))
    for (const run of runs)
      for (const content of [
        run,
        ...places.map((at) => concatBytes([seed.subarray(0, at), run, seed.subarray(at)])),
      ]) {
        const error: unknown = await Promise.resolve()
          .then(() => parse(content))
          .then(
            () => undefined,
            (reason: unknown) => reason,
          )
        if (error !== undefined) expect(error).toBeInstanceOf(FormatError)
      }
  })
})
