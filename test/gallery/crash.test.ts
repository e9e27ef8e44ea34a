/**
 * @file A writer killed at any moment: what it acknowledged is there, nothing is half there. A few kills here; `npm run crash`
 * for a hundred on each store and one at every write and sync.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { random } from '../../src/base/random.ts'
import { openGalleryAt } from '../../src/node/gallery/open-gallery.ts'
import { hasPostgres, postgresNote, testDatabase } from './postgres.ts'

const isLong = process.env['MODE'] === 'crash'
const kills = isLong ? 100 : 2
const writer = fileURLToPath(new URL('crash-writer.mjs', import.meta.url))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-crash-'))
  vi.stubEnv('COSFACE_DATA', folder)
  vi.stubEnv('COSFACE_GALLERY_KEY', '33'.repeat(32))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

interface Killed {
  readonly acknowledged: readonly number[]
  readonly isKilled: boolean
}

/** Runs a program; kills it at `after` milliseconds from its first word, if that comes to pass. */
const run = (program: string, args: readonly string[], after?: number): Promise<Killed> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    let timer: NodeJS.Timeout | undefined
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (after !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), after)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const acknowledged = [...text.matchAll(/ack (\d+)\n/g)].map(([, number]) => Number(number))
      resolve({ acknowledged, isKilled: signal !== null || code === 137 })
    })
  })

/** All that was acknowledged is there, and everybody who is there is whole. */
const isWhole = async (store: string, acknowledged: ReadonlySet<number>): Promise<number> => {
  await using opened = await openGalleryAt({ store, threads: 1 })
  const { gallery } = opened
  const found = new Set<number>()
  for (let after = 0; ;) {
    const people = await gallery.people(after)
    for (const { id, name = '' } of people) {
      const { references } = await gallery.person(id)
      expect(references.length, name).toBe(3)
      found.add(Number(name.replace('person ', '')))
      after = id
    }
    if (people.length === 0) break
  }
  expect([...acknowledged].filter((number) => !found.has(number))).toEqual([])
  expect((await gallery.check({ head: await opened.auditHead() })).faults).toEqual([])
  return found.size
}

const surviveKills = async (store: string): Promise<void> => {
  const stream = random(5, 'kills')
  const acknowledged = new Set<number>()
  let killed = 0
  for (let round = 0; killed < kills; round++) {
    const ended = await run(
      process.execPath,
      [writer, store, String(round * 1000), '1000'],
      (isLong ? 400 : 100) * stream.uniform(),
    )
    for (const number of ended.acknowledged) acknowledged.add(number)
    if (ended.isKilled) killed++
    if (!isLong || killed % 10 === 0) await isWhole(store, acknowledged)
  }
  expect(await isWhole(store, acknowledged)).toBeGreaterThanOrEqual(acknowledged.size)
  expect(acknowledged.size).toBeGreaterThan(0)
}

const limit = isLong ? 1_200_000 : 60_000

it(`${kills} kills of a writer lose nothing in a file`, { timeout: limit }, () =>
  surviveKills(join(folder, 'gallery.db')),
)

it.skipIf(!hasPostgres)(
  `${kills} kills of a writer lose nothing in PostgreSQL${postgresNote}`,
  { timeout: limit },
  async () => {
    await using database = testDatabase()
    await surviveKills(database.url)
  },
)

const canTrace = ((): boolean => {
  try {
    execFileSync('strace', ['-o', '/dev/null', '-e', 'trace=fsync', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!canTrace)(
  `under strace${canTrace ? '' : ' (skipped: tracing is refused or strace is missing)'}`,
  () => {
    it(
      'an acknowledged write has reached the disk: the file’s log is synced before each word',
      { timeout: limit },
      async () => {
        const trace = join(folder, 'trace')
        const store = join(folder, 'gallery.db')
        const args = [
          '-f',
          '-y',
          '-o',
          trace,
          '-e',
          'trace=write,fsync,fdatasync',
          process.execPath,
          writer,
          store,
          '0',
          '5',
        ]
        expect((await run('strace', args)).acknowledged).toEqual([0, 1, 2, 3, 4])
        let synced = false
        let words = 0
        for (const line of (await readFile(trace, 'utf8')).split('\n')) {
          if (/f(data)?sync\(\d+<[^>]*gallery\.db-wal>\)\s+= 0/.test(line)) synced = true
          if (!/write\(1<.*"ack \d+\\n"/.test(line)) continue
          expect(synced, line).toBe(true)
          synced = false
          words++
        }
        expect(words).toBe(5)
      },
    )

    it(
      'a kill at a write or a sync of an enrolment leaves it whole or not there',
      { timeout: limit },
      async () => {
        const acknowledged = new Set<number>()
        // a gallery that is there already; making one is tried from nothing, too
        const store = join(folder, 'gallery.db')
        const moments = isLong ? Array.from({ length: 200 }, (_, i) => i + 1) : [5]
        for (const call of ['pwrite64', 'fdatasync,fsync']) {
          for (const [at, when] of moments.entries()) {
            const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`]
            const args = [
              '-f',
              '-o',
              '/dev/null',
              ...inject,
              process.execPath,
              writer,
              store,
              String(1000 * at),
              '3',
            ]
            const ended = await run('strace', args)
            for (const number of ended.acknowledged) acknowledged.add(1000 * at + (number % 1000))
            await isWhole(store, acknowledged)
            // so late that nothing was killed: there is no later moment
            if (ended.acknowledged.length === 3 && !ended.isKilled) break
          }
        }
      },
    )
  },
)
