/** @file A backup is whole, is put back whole, and into an empty place only; on every store that lasts. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { backupGallery, restoreGallery } from '../../src/node/gallery/backup-file.ts'
import { openGalleryAt, openStore } from '../../src/node/gallery/open-gallery.ts'
import { hasPostgres, postgresNote, testDatabase } from './postgres.ts'
import { calibration, enrolment, face, origin } from './fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-backup-'))
  vi.stubEnv('COSFACE_DATA', join(folder, 'data'))
  vi.stubEnv('COSFACE_GALLERY_KEY', '22'.repeat(32))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const fill = async (store: string): Promise<void> => {
  await using opened = await openGalleryAt({ store, threads: 1, calibrations: [calibration] })
  const { gallery } = opened
  const crop = new Uint8Array(1000).fill(7)
  await gallery.enrol(
    ['Anna', 'Bert', 'Cleo', 'Dora'].flatMap((name) => [0, 1].map((i) => enrolment(name, i, { crop }))),
    { origin, consent: { record: 'r', purpose: 'p' } },
  )
  await gallery.somebodyElse({ embedding: face('Anna', 40), origin }, 'Anna')
  await gallery.merge('Dora', 'Cleo')
  await gallery.remove('Bert')
}

const goesAround = async (from: string, to: string): Promise<void> => {
  await fill(from)
  const file = join(folder, 'gallery.backup')
  {
    await using store = await openStore(from)
    const backup = await backupGallery(store, file)
    expect(backup).toMatchObject({ people: 4, references: 9 })
    await expect(backupGallery(store, file)).rejects.toThrow('exists; a backup takes no file’s place')
    await expect(restoreGallery(file, store)).rejects.toThrow(
      'holds a gallery; a backup is put back into an empty place only',
    )
  }
  {
    await using store = await openStore(to)
    await restoreGallery(file, store)
  }
  await using opened = await openGalleryAt({ store: to, threads: 1, calibrations: [calibration] })
  const { gallery } = opened
  expect((await gallery.check({ head: await opened.auditHead() })).faults).toEqual([])
  expect((await gallery.people()).map(({ name }) => name)).toEqual(['Anna', 'Cleo'])
  expect((await gallery.identify([{ embedding: face('Anna', 0), origin }], 0.01))[0]).toMatchObject({
    decision: 'person',
  })
  expect((await gallery.identify([{ embedding: face('Anna', 40), origin }], 0.01))[0]).toMatchObject({
    decision: 'unknown',
  })
  await gallery.undo()
  await gallery.undo()
  expect((await gallery.people()).map(({ name }) => name)).toEqual(['Anna', 'Bert', 'Cleo', 'Dora'])
  // numbers of the old gallery are not given again
  const [added] = await gallery.enrol([enrolment('Emil')], { origin })
  const { references } = await gallery.person('Dora')
  expect(added?.outcome === 'enrolled' && added.reference).toBeGreaterThan(
    Math.max(...references.map(({ id }) => id)),
  )
}

it('goes from a file to a file', () => goesAround(join(folder, 'a.db'), join(folder, 'b.db')))

it.skipIf(!hasPostgres)(`goes from a file to PostgreSQL and back${postgresNote}`, async () => {
  await using database = testDatabase()
  await goesAround(join(folder, 'a.db'), database.url)
  await using other = testDatabase()
  await rm(join(folder, 'gallery.backup'))
  await goesAround(other.url, join(folder, 'c.db'))
})

it('that was changed, cut or is none is refused before anything is written', async () => {
  await fill(join(folder, 'a.db'))
  const file = join(folder, 'gallery.backup')
  {
    await using store = await openStore(join(folder, 'a.db'))
    await backupGallery(store, file)
  }
  const whole = await readFile(file, 'utf8')
  const lines = whole.trimEnd().split('\n')
  const wrong: readonly (readonly [string, RegExp])[] = [
    [whole.replace('"Anna"', '"Anne"'), /was changed or cut since it was written/],
    [`${lines.slice(0, -1).join('\n')}\n`, /its end is missing/],
    [`${[...lines.slice(0, 4), lines.at(-1)].join('\n')}\n`, /was changed or cut/],
    [whole.slice(0, whole.length >> 1), /no whole backup/],
    ['hello\nworld\n', /is no backup of a gallery/],
    ['', /is no whole backup/],
  ]
  await using store = await openStore(join(folder, 'b.db'))
  for (const [text, sentence] of wrong) {
    await writeFile(file, text)
    await expect(restoreGallery(file, store)).rejects.toThrow(sentence)
  }
  await expect(restoreGallery(join(folder, 'none'), store)).rejects.toThrow('There is no backup at')
  expect(await store.read((reader) => reader.setting('gallery'))).toBeUndefined()
})
