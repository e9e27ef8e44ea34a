/** @file Several galleries open on one database, as several processes have it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mergeCandidates } from '../../src/gallery/merge-searches.ts'
import { openGalleryAt, type OpenedGallery } from '../../src/node/gallery/open-gallery.ts'
import { hasPostgres, postgresNote, testDatabase } from './postgres.ts'
import { calibration, enrolment, face, origin } from './fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-processes-'))
  vi.stubEnv('COSFACE_DATA', folder)
  vi.stubEnv('COSFACE_GALLERY_KEY', '44'.repeat(32))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const open = (store: string, more: object = {}): Promise<OpenedGallery> =>
  openGalleryAt({ store, threads: 1, calibrations: [calibration], ...more })

const probe = (name: string): { embedding: Float32Array; origin: typeof origin } => ({
  embedding: face(name, 9),
  origin,
})

const seesOthers = async (store: string): Promise<void> => {
  await using first = await open(store)
  await using second = await open(store)
  const decide = async (name: string): Promise<string> => {
    const [answer] = await second.gallery.identify([probe(name)], 0.01)
    return answer?.decision === 'person' ? answer.person.name : (answer?.decision ?? '')
  }
  await first.gallery.enrol([enrolment('Anna', 0), enrolment('Bert', 0)], { origin })
  expect(await decide('Anna')).toBe('Anna')
  await first.gallery.enrol([enrolment('Cleo', 0)], { origin })
  expect(await decide('Cleo')).toBe('Cleo')
  await first.gallery.rename('Cleo', 'Clea')
  expect(await decide('Cleo')).toBe('Clea')
  await first.gallery.remove('Clea')
  expect(await decide('Cleo')).toBe('unknown')
  await first.gallery.undo()
  expect(await decide('Cleo')).toBe('Clea')
  await first.gallery.erase('Clea')
  expect(await decide('Cleo')).toBe('unknown')
  // two that write at once: one after the other
  await Promise.all([
    ...Array.from({ length: 8 }, (_, i) => first.gallery.enrol([enrolment(`one ${i}`)], { origin })),
    ...Array.from({ length: 8 }, (_, i) => second.gallery.enrol([enrolment(`two ${i}`)], { origin })),
  ])
  expect((await first.gallery.counts()).people).toBe(18)
  expect((await second.gallery.check()).faults).toEqual([])
}

it('in a file, each sees what the others wrote', () => seesOthers(join(folder, 'gallery.db')))

it.skipIf(!hasPostgres)(`in PostgreSQL, each sees what the others wrote${postgresNote}`, async () => {
  await using database = testDatabase()
  await seesOthers(database.url)
})

it.skipIf(!hasPostgres)(
  `in PostgreSQL, three that hold a part each give together the answer of one${postgresNote}`,
  async () => {
    await using database = testDatabase()
    const names = Array.from({ length: 60 }, (_, i) => `person ${i}`)
    await using whole = await open(database.url)
    await whole.gallery.enrol(
      names.flatMap((name) => [enrolment(name, 0), enrolment(name, 1)]),
      { origin },
    )
    const parts = await Promise.all([0, 1, 2].map((part) => open(database.url, { shard: { part, of: 3 } })))
    const probes = ['person 3', 'person 41', 'stranger'].map(probe)
    const check = async (): Promise<void> => {
      const wanted = await whole.gallery.search(probes, 10)
      const found = await Promise.all(parts.map(({ gallery }) => gallery.search(probes, 10)))
      wanted.forEach((best, i) => {
        const together = mergeCandidates(
          found.map((part) => part[i] ?? []),
          10,
        )
        expect(together.map(({ name }) => name)).toEqual(best.map(({ name }) => name))
        together.forEach(({ score }, at) => expect(score).toBeCloseTo(best[at]?.score ?? NaN, 6))
      })
    }
    await check()
    const rows = await Promise.all(parts.map(({ gallery }) => gallery.warm()))
    expect(rows.reduce((sum, part) => sum + part.rows, 0)).toBe(120)
    for (const part of rows) expect(part.rows).toBeGreaterThan(10)
    await whole.gallery.erase('person 3')
    await whole.gallery.enrol([enrolment('stranger', 0)], { origin })
    await check()
    for (const part of parts) await part[Symbol.asyncDispose]()
  },
)
