/** @file What is stored is sealed, erased for good, and logged in a chain. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../../src/base/bytes.ts'
import { openGalleryAt, type OpenedGallery } from '../../src/node/gallery/open-gallery.ts'
import { rotateGalleryKey } from '../../src/node/gallery/rotate-key.ts'
import { openSqliteStore } from '../../src/node/gallery/sqlite-store.ts'
import { openVault, newVault } from '../../src/node/gallery/sealed-vault.ts'
import { calibration, enrolment, face, origin } from './fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-privacy-'))
  vi.stubEnv('COSFACE_DATA', join(folder, 'data'))
  vi.stubEnv('COSFACE_STORE', '')
  vi.stubEnv('COSFACE_GALLERY_KEY', undefined)
  vi.stubEnv('COSFACE_GALLERY_KEY_FILE', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const crop = new TextEncoder().encode('the pixels of a face'.repeat(20))
const open = (): Promise<OpenedGallery> =>
  openGalleryAt({ calibrations: [calibration], who: 'tester', threads: 1 })
const fill = async (): Promise<void> => {
  await using opened = await open()
  await opened.gallery.enrol(
    ['Anna', 'Bert'].flatMap((name) =>
      [0, 1].map((i) => enrolment(name, i, { crop, details: { source: `${name}-${i}.jpg` } })),
    ),
    { origin },
  )
}
const allBytes = async (): Promise<Buffer> => {
  const files = (await readdir(join(folder, 'data'))).filter((name) => name.startsWith('gallery.db'))
  return Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, 'data', name)))))
}
const change = async (
  statement: (run: (sql: string, ...values: unknown[]) => void) => void,
): Promise<void> => {
  const { default: Database } = await import('libsql')
  const database = new Database(join(folder, 'data', 'gallery.db'))
  statement((sql, ...values) => void database.prepare(sql).run(...values))
  database.close()
}

/** Everything in the database, whatever the files beside it. */
const allRows = async (): Promise<string> => {
  const { default: Database } = await import('libsql')
  const database = new Database(join(folder, 'data', 'gallery.db'))
  const tables = ['clock', 'setting', 'person', 'reference', 'embedding', 'crop', 'audit', 'cosface_schema']
  const rows = tables.map((table) => database.prepare(`select * from ${table}`).all())
  database.close()
  return JSON.stringify(rows, (_key, value: unknown) =>
    value instanceof ArrayBuffer ? Buffer.from(value).toString('hex') : value,
  )
}

describe('encryption', () => {
  it('is there by default: neither embeddings, crops, file names nor photographs can be found in the files', async () => {
    await fill()
    const bytes = await allBytes()
    expect(bytes.includes('Anna')).toBe(true)
    for (const [what, text] of Object.entries({
      embedding: Buffer.from(bytesOf(face('Anna', 0))),
      'part of an embedding': Buffer.from(bytesOf(face('Anna', 0))).subarray(8, 24),
      crop: Buffer.from('the pixels of a face'),
      'file name': Buffer.from('Anna-0.jpg'),
      photograph: Buffer.from('Anna 0'),
    }))
      expect(bytes.includes(text), what).toBe(false)
  })

  it('makes a key file that only its owner may read, says so once, and asks for a copy of it', async () => {
    const opened = await open()
    expect(opened.isNew).toBe(true)
    expect(opened.notices.join('\n')).toMatch(
      /A new gallery is kept in .*gallery\.db\n.*key made just now, in .*gallery\.key: keep a copy/,
    )
    await opened[Symbol.asyncDispose]()
    expect((await stat(join(folder, 'data', 'gallery.key'))).mode & 0o777).toBe(0o600)
    const again = await open()
    expect(again.notices).toEqual([])
    await again[Symbol.asyncDispose]()
  })

  it('says which key it wants, and changes nothing with another, with none, or with one that others may read', async () => {
    await fill()
    const file = join(folder, 'data', 'gallery.key')
    const right = await readFile(file, 'utf8')
    const before = await allRows()
    vi.stubEnv('COSFACE_GALLERY_KEY', '11'.repeat(32))
    await expect(open()).rejects.toThrow(
      /The key from COSFACE_GALLERY_KEY is not this gallery’s: the gallery wants the key [0-9a-f]{8}, this one is [0-9a-f]{8}; nothing was changed/,
    )
    vi.stubEnv('COSFACE_GALLERY_KEY', 'short')
    await expect(open()).rejects.toThrow('Expected COSFACE_GALLERY_KEY to hold a key of 32 bytes')
    vi.stubEnv('COSFACE_GALLERY_KEY', undefined)
    await chmod(file, 0o644)
    await expect(open()).rejects.toThrow(
      /may be read by other users \(mode 644\); make it yours alone with: chmod 600/,
    )
    await rm(file)
    await expect(open()).rejects.toThrow(/its key file .* is missing; put the file back from your copy/)
    expect(await allRows()).toBe(before)
    vi.stubEnv('COSFACE_GALLERY_KEY', Buffer.from(right.trim(), 'hex').toString('base64'))
    await using opened = await open()
    expect((await opened.gallery.check()).faults).toEqual([])
  })

  it('notices rows that were changed or put in each other’s place', async () => {
    await fill()
    await change((run) => {
      run(
        'update embedding set vector = (select vector from embedding where reference = (select max(reference) from embedding)) where reference = (select min(reference) from embedding)',
      )
    })
    await using opened = await open()
    const { faults } = await opened.gallery.check()
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/the embedding of the reference \d+ cannot be opened: it was changed/)
    await expect(opened.gallery.search([{ embedding: face('Anna', 9), origin }], 1)).rejects.toThrow(
      'embedding of the gallery was changed or moved',
    )
  })

  it('changes the key without touching what is sealed', async () => {
    await fill()
    const to = join(folder, 'new.key')
    await rotateGalleryKey({ to })
    await expect(open()).rejects.toThrow('is not this gallery’s')
    await using opened = await openGalleryAt({ keyFile: to, calibrations: [calibration] })
    expect((await opened.gallery.check()).faults).toEqual([])
    await opened.gallery.enrol([enrolment('Cleo')], { origin })
    expect((await opened.gallery.search([{ embedding: face('Cleo', 3), origin }], 1))[0]?.[0]?.name).toBe(
      'Cleo',
    )
    expect((await opened.gallery.enrol([enrolment('Anna', 0)], { origin }))[0]?.outcome).toBe('known')
  })

  it('opens what it sealed and nothing that differs in a bit', () => {
    const user = { key: new Uint8Array(32).fill(7), from: 'test', isNew: false }
    const { vault, wrapped } = newVault(user, 'g')
    const sealed = vault.seal(crop, 'crop g 1')
    expect(
      Buffer.from(openVault(wrapped, user, 'g').vault.open(sealed, 'crop g 1')).equals(Buffer.from(crop)),
    ).toBe(true)
    expect(() => vault.open(sealed, 'crop g 2')).toThrow('was changed or moved')
    for (const at of [0, 1, 2, 14, 20, sealed.length - 1]) {
      const broken = Uint8Array.from(sealed)
      broken[at] = (broken[at] ?? 0) ^ 1
      expect(() => vault.open(broken, 'crop g 1'), String(at)).toThrow()
    }
    expect(() => openVault(wrapped, user, 'other')).toThrow('keyring cannot be read')
    expect(Buffer.from(vault.seal(crop, 'c')).equals(Buffer.from(vault.seal(crop, 'c')))).toBe(false)
  })
})

describe('erasing', () => {
  it('leaves nothing of a person in the files, and says what it cannot reach', async () => {
    vi.stubEnv('COSFACE_STORE', join(folder, 'data', 'gallery.db'))
    {
      await using opened = await openGalleryAt({ encrypt: false, who: 'tester' })
      await opened.gallery.enrol([enrolment('Anna', 0, { crop }), enrolment('Bert', 0)], { origin })
      expect((await allBytes()).includes(Buffer.from('the pixels of a face'))).toBe(true)
      const erased = await opened.gallery.erase('Anna')
      expect(erased).toMatchObject({
        references: 1,
        notReached: [expect.stringContaining('Backups, exported files')],
      })
    }
    const bytes = await allBytes()
    expect(bytes.includes(Buffer.from('the pixels of a face'))).toBe(false)
    expect(bytes.includes(Buffer.from(bytesOf(face('Anna', 0))))).toBe(false)
    expect(bytes.includes(Buffer.from('Anna'))).toBe(false)
    expect(bytes.includes(Buffer.from(bytesOf(face('Bert', 0))))).toBe(true)
  })
})

describe('the audit log', () => {
  it('holds ids and never names, and is whole', async () => {
    await fill()
    await using opened = await open()
    await opened.gallery.rename('Anna', 'Anja')
    await opened.gallery.remove('Bert')
    const { entries, last, fault } = await opened.gallery.checkAudit(await opened.auditHead())
    expect(fault).toBeUndefined()
    expect(entries).toBe(3)
    expect(last).toMatchObject({ who: 'tester', action: 'remove' })
    expect(JSON.stringify(last)).not.toContain('Bert')
    expect((await opened.auditHead())?.number).toBe(3)
  })

  it('cannot be changed by way of the database, and shows where it was by other ways', async () => {
    await fill()
    {
      await using opened = await open()
      await opened.gallery.rename('Anna', 'Anja')
      await opened.gallery.rename('Anja', 'Anna')
    }
    await expect(change((run) => run(`update audit set who = 'nobody'`))).rejects.toThrow(
      'the audit log only grows',
    )
    await expect(change((run) => run('delete from audit'))).rejects.toThrow('the audit log only grows')
    const faultAfter = async (...statements: readonly string[]): Promise<string | undefined> => {
      await change((run) => {
        run('drop trigger if exists audit_no_update')
        run('drop trigger if exists audit_no_delete')
        for (const statement of statements) run(statement)
      })
      await using opened = await open()
      return (await opened.gallery.checkAudit(await opened.auditHead())).fault
    }
    expect(await faultAfter(`update audit set who = 'nobody' where number = 2`)).toBe(
      'entry 2 was changed: it does not fit its hash',
    )
    expect(await faultAfter(`update audit set who = 'tester' where number = 2`)).toBeUndefined()
    expect(await faultAfter('delete from audit where number = 3')).toBe(
      'the end is missing: the log has 2 entries, the head kept outside says 3',
    )
    expect(await faultAfter('delete from audit where number = 1')).toBe(
      'entry 1 is missing: entry 2 follows 0',
    )
  })
})

describe('bad places', () => {
  it('are answered in a sentence', async () => {
    const at = (store: string): Promise<OpenedGallery> => openGalleryAt({ store })
    await writeFile(
      join(folder, 'text.db'),
      'no database at all, but long enough to be looked at as one by whoever reads its first hundred bytes',
    )
    await expect(at(join(folder, 'text.db'))).rejects.toThrow(
      /text\.db is no gallery: the file is no SQLite database/,
    )
    await expect(at(folder)).rejects.toThrow('it is a folder; name a file in it')
    await expect(at(join(folder, 'text.db', 'x.db'))).rejects.toThrow('its folder cannot be made')
    await expect(at('mysql://host/db')).rejects.toThrow(
      '--store must be a file or an address that begins with postgres://, got mysql://host/db',
    )
    await expect(at('postgres://nobody@127.0.0.1:1/none')).rejects.toThrow(
      'The gallery postgres://127.0.0.1:1/none cannot be reached: no server answers there',
    )
    const { default: Database } = await import('libsql')
    const other = new Database(join(folder, 'other.db'))
    other.exec('create table songs (title text)')
    other.close()
    await expect(at(join(folder, 'other.db'))).rejects.toThrow('it is another program’s database')
  })

  it('of a newer schema are left as they are', async () => {
    await fill()
    await change((run) => run('update cosface_schema set version = 99'))
    const before = await allRows()
    await expect(open()).rejects.toThrow(
      /was written by a newer cosface \(its schema is 99, this one knows 1\); nothing was changed, update cosface/,
    )
    expect(await allRows()).toBe(before)
  })

  it('held by another process are waited for, and then named', async () => {
    await fill()
    const { default: Database } = await import('libsql')
    const file = join(folder, 'data', 'gallery.db')
    const holder = new Database(file)
    const store = await openSqliteStore(file, { patience: 300 })
    holder.exec('begin immediate')
    const write = (): Promise<number> => store.write((writer) => writer.allocate(1))
    await expect(write()).rejects.toThrow(
      /gallery\.db is in use by another process that does not let go; nothing was changed/,
    )
    // reading goes on meanwhile
    expect((await store.read((reader) => reader.counts())).references).toBe(4)
    const waiting = write()
    holder.exec('commit')
    expect(await waiting).toBeGreaterThan(0)
    holder.close()
    await store[Symbol.asyncDispose]()
  })
})
