/**
 * @file Damaged files: every parser answers with a value or a FormatError, soon and in bounded memory, whatever it is fed.
 * A fixed number of files each, always the same. `npm run fuzz` gives each parser half a minute of new ones, or as long as
 * COSFACE_FUZZ_SECONDS says; COSFACE_FUZZ_SEED repeats what a failure names.
 */
import { randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/base/errors.ts'
import { random } from '../../src/base/random.ts'
import { mutate } from './mutate.ts'
import { fuzzedParsers } from './parsers.ts'

// Vitest's `--mode`, since no one way of setting a variable works in every shell
const isLong = process.env['MODE'] === 'fuzz'
const seconds = Number(process.env['COSFACE_FUZZ_SECONDS'] ?? (isLong ? 30 : 0))
const seed = Number(process.env['COSFACE_FUZZ_SEED'] ?? (isLong ? randomInt(2 ** 32) : 1))
const fixedRounds = 150
/** A damaged file of a few kilobytes may take this long, on a busy machine. */
const slow = 2_000
/** …and this much memory. */
const large = 2 ** 28

const parsers = await fuzzedParsers()

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('damaged files', () => {
  it.each(parsers)('$name reads its sound files', async ({ seeds, parse }) => {
    for (const content of seeds) {
      const outcome = await Promise.resolve()
        .then(() => parse(content))
        .then(
          () => undefined,
          (error: unknown) => error,
        )
      // a contract of one key is refused, but by the reader of contracts
      if (outcome !== undefined) expect(outcome).toBeInstanceOf(FormatError)
    }
  })

  it.each(parsers)(
    '$name gives a value or a FormatError',
    async ({ name, seeds, parse }) => {
      const stream = random(seed, 'fuzz', name)
      const end = performance.now() + seconds * 1000
      const isOver = (round: number): boolean =>
        seconds > 0 ? performance.now() > end : round >= fixedRounds
      for (let round = 0; !isOver(round); round++) {
        const sound = seeds[stream.integer(seeds.length)] ?? new Uint8Array(0)
        const content = mutate(sound, stream)
        const before = used()
        const start = performance.now()
        try {
          await parse(content)
        } catch (error) {
          if (error instanceof FormatError) expect(error.reason).not.toBe('')
          else {
            const shown = Buffer.from(content).toString('base64').slice(0, 4000)
            throw new Error(`${name}, seed ${seed}, round ${round}: ${String(error)}\n${shown}`, {
              cause: error,
            })
          }
        }
        expect(performance.now() - start, `${name}, round ${round}: time`).toBeLessThan(slow)
        expect(used() - before, `${name}, round ${round}: memory`).toBeLessThan(large)
      }
    },
    seconds > 0 ? seconds * 1000 + 60_000 : 60_000,
  )
})
