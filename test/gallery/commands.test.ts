/** @file The commands on galleries as they are typed; they need no model but `enrol` and `identify`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openGalleryAt } from '../../src/node/gallery/open-gallery.ts'
import { personPhotographs } from '../../src/node/gallery/enrol-photographs.ts'
import { answersCsv } from '../../src/node/gallery/answer-files.ts'
import { cli } from '../cli-in-process.ts'
import { enrolment, origin } from './fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-commands-'))
  vi.stubEnv('COSFACE_DATA', folder)
  vi.stubEnv('COSFACE_STORE', join(folder, 'faces.db'))
  vi.stubEnv('COSFACE_GALLERY_KEY', undefined)
  vi.stubEnv('COSFACE_GALLERY_KEY_FILE', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const fill = async (): Promise<void> => {
  await using opened = await openGalleryAt({ threads: 1 })
  const crop = new Uint8Array([1, 2, 3])
  await opened.gallery.enrol(
    ['Anna', 'Bert', 'Cleo'].flatMap((name) =>
      [0, 1].map((i) => enrolment(name, i, { crop, details: { source: `${name}-${i}.jpg` } })),
    ),
    { origin },
  )
}

it('people are listed, shown, renamed, tagged, merged, split, removed and brought back', async () => {
  await fill()
  expect((await cli('people', 'list')).out).toMatch(/#\d+\s+Anna\n#\d+\s+Bert\n#\d+\s+Cleo\n3 people\n$/)
  const shown = await cli('people', 'show', 'Anna', '--json')
  const { references } = JSON.parse(shown.out) as {
    references: { id: number; details: { source: string } }[]
  }
  expect(references.map(({ details }) => details.source)).toEqual(['Anna-0.jpg', 'Anna-1.jpg'])
  expect((await cli('people', 'rename', 'Anna', 'Anja')).out).toBe('Anna is Anja now\n')
  const missing = await cli('people', 'rename', 'Ana', 'X')
  expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('no person named Ana') })
  await cli(
    'people',
    'tag',
    'Anja',
    '--add',
    'staff',
    '--consent',
    'form 1',
    '--purpose',
    'door',
    '--expires',
    '2999-12-31',
  )
  expect((await cli('people', 'list', '--tag', 'staff')).out).toMatch(
    /Anja\s+staff\s+for door \(form 1\)\s+until 3000-01-01\n1 person\n/,
  )
  expect((await cli('people', 'tag', 'Anja', '--consent', 'x')).err).toContain(
    '--consent and --purpose belong together',
  )
  expect((await cli('people', 'different', 'Anja', 'Bert')).code).toBe(0)
  expect((await cli('people', 'merge', 'Anja', 'Bert')).err).toContain('were said to be different people')
  expect((await cli('people', 'same', 'Anja', 'Bert')).code).toBe(0)
  expect((await cli('people', 'merge', 'Anja', 'Bert')).out).toContain('Anja is part of Bert now')
  expect((await cli('people', 'undo')).out).toBe('Undone: merge of Anja\n')
  expect((await cli('people', 'split', 'Anja', String(references[0]?.id), '--to', 'Dora')).out).toContain(
    '1 reference of Anja is Dora now',
  )
  expect((await cli('people', 'split', 'Dora', `#${references[0]?.id}`, '--to', 'Anja')).out).toContain(
    'is Anja now',
  )
  expect((await cli('people', 'remove', 'Cleo')).out).toContain('Cleo is removed')
  const purged = await cli('people', 'purge')
  expect(purged.out).toBe('Erased 1 person and 2 references\n')
  expect(purged.err).toContain('Backups, exported files and photographs kept elsewhere are not reached')
  expect((await cli('people', 'show', 'Anja', '--save', join(folder, 'crops'))).out).toContain('2 crops in')
})

it('a gallery is checked, backed up, put back, locked anew, and its log followed', async () => {
  const none = await cli('people', 'list')
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('There is no gallery at') })
  await fill()
  expect((await cli('gallery', 'check')).out).toBe(
    '3 people, 6 references, 6 embeddings, 1 audit entry: whole\n',
  )
  expect((await cli('gallery', 'hygiene', '--threshold', '0.8')).out).toContain(
    'No consent is recorded for Anna',
  )
  const file = join(folder, 'one.backup')
  expect((await cli('gallery', 'backup', file)).out).toBe(`3 people and 6 references in ${file}\n`)
  expect((await cli('gallery', 'restore', file, '--store', join(folder, 'new.db'))).code).toBe(0)
  expect((await cli('gallery', 'check', '--store', join(folder, 'new.db'))).code).toBe(0)
  expect((await cli('gallery', 'restore', file)).err).toContain('holds a gallery')
  const key = join(folder, 'new.key')
  expect((await cli('gallery', 'rotate-key', '--to', key)).code).toBe(0)
  expect((await cli('gallery', 'check')).err).toContain('is not this gallery’s')
  const audit = await cli('audit', 'verify', '--key-file', key)
  expect(audit.out).toMatch(/^1 entry: whole\nnote elsewhere: 1:[0-9a-f]{64}\n$/)
  const cut = await cli('audit', 'verify', '--key-file', key, '--head', `7:${'0'.repeat(64)}`)
  expect(cut).toMatchObject({
    code: 1,
    err: expect.stringContaining('the end is missing: the log has 1 entries'),
  })
  expect((await cli('audit', 'verify', '--key-file', key, '--head', 'x')).err).toContain(
    '--head must be a number and a hash',
  )
})

it('photographs of people are found in folders, by file names, and in lists', async () => {
  const { mkdir } = await import('node:fs/promises')
  const place = join(folder, 'people')
  await mkdir(join(place, 'Bert_Holm'), { recursive: true })
  for (const name of ['Bert_Holm/1.jpg', 'anna.jpg', 'anna-2.jpg', 'notes.txt'])
    await writeFile(join(place, name), '')
  expect((await personPhotographs(place)).map(({ name, person }) => `${name}: ${person}`)).toEqual([
    'Bert_Holm/1.jpg: Bert Holm',
    'anna-2.jpg: anna',
    'anna.jpg: anna',
  ])
  const list = join(folder, 'list.csv')
  await writeFile(list, '\uFEFFpath,person\npeople/anna.jpg,"Berg, Anna"\n\npeople/Bert_Holm/1.jpg,Bert\n')
  expect((await personPhotographs(list)).map(({ person }) => person)).toEqual(['Berg, Anna', 'Bert'])
  await writeFile(list, 'people/anna.jpg\n')
  await expect(personPhotographs(list)).rejects.toThrow('line 1 is not path,person')
  await rm(place, { recursive: true })
  await expect(personPhotographs(place)).rejects.toThrow('There is no folder or list at')
})

it('answers as CSV hold no formula a spreadsheet would run', () => {
  const by = { threshold: 0.5, fpir: 0.01, fpirFrom: 'formula' as const, source: 's' }
  const text = answersCsv([
    {
      photograph: 'a.jpg',
      faces: [
        {
          box: { x: 1, y: 2, width: 3, height: 4 },
          answer: {
            decision: 'person',
            person: { person: 1, name: '=1+1, "x"', score: 0.75 },
            candidates: [],
            ...by,
          },
        },
      ],
    },
    { photograph: 'b.jpg', unreadable: 'is no image', faces: [] },
  ])
  expect(text.split('\n')[1]).toBe(`a.jpg,1.0,2.0,3.0,4.0,person,"'=1+1, ""x""",0.7500,,,0.5000,0.01,`)
  expect(text.split('\n')[2]).toBe('b.jpg,,,,,,,,,,,,is no image')
})
