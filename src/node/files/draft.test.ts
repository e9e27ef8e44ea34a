import { execFileSync } from 'node:child_process'
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDraft, openDraftFolder, sweepDrafts } from './draft.ts'
import { lockFolder } from './locked-folder.ts'
import { writeTogether } from './pack-output.ts'
import { ownMark, placeOf } from './process-mark.ts'
import { checkPlace, replaceFile } from './replace-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-draft-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The name of a draft of a process; of one that has ended where its start is another's. */
const nameOf = async (parts: { readonly place?: string; readonly start?: string }): Promise<string> => {
  const own = await ownMark()
  return `.cosface-${parts.place ?? placeOf(own)}-${own.pid}-${parts.start ?? own.start}-${'0'.repeat(24)}.draft`
}

describe('a draft', () => {
  it('has a name that nobody knows beforehand, and is gone when it is not settled', async () => {
    const names = new Set<string>()
    for (let i = 0; i < 3; i++) {
      await using draft = await openDraft(join(folder, 'x'))
      names.add(draft.path)
      expect(await readdir(folder)).toHaveLength(1)
    }
    expect(names.size).toBe(3)
    expect(await readdir(folder)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('does not follow the links that lie beside its place', async () => {
    const victim = join(folder, 'victim')
    await writeFile(victim, 'mine')
    for (const name of ['x.partial', 'x.tmp', `x.${process.pid}.tmp`])
      await symlink(victim, join(folder, name))
    await replaceFile(join(folder, 'x'), 'new')
    expect(await readFile(victim, 'utf8')).toBe('mine')
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('new')
  })

  it('of a process that has ended is removed by the next command, and no other', async () => {
    const [ended, running, elsewhere] = await Promise.all([
      nameOf({ start: '1' }),
      nameOf({}),
      nameOf({ place: '0123456789ab', start: '1' }),
    ])
    await mkdir(join(folder, ended))
    await writeFile(join(folder, ended, 'inside'), '')
    for (const name of [running, elsewhere, 'x.partial']) await writeFile(join(folder, name), '')
    await checkPlace(join(folder, 'y'))
    expect((await readdir(folder)).sort()).toEqual([elsewhere, running, 'x.partial'].sort())
  })

  it.skipIf(process.platform === 'win32')('sweeping removes a link, not what it leads to', async () => {
    await writeFile(join(folder, 'victim'), '')
    await symlink(join(folder, 'victim'), join(folder, await nameOf({ start: '1' })))
    await sweepDrafts(folder)
    expect(await readdir(folder)).toEqual(['victim'])
  })

  it.skipIf(process.platform === 'win32')('goes into a FIFO, which stays one', async () => {
    const fifo = join(folder, 'fifo')
    execFileSync('mkfifo', [fifo])
    const reading = readFile(fifo, 'utf8')
    await replaceFile(fifo, 'through')
    expect(await reading).toBe('through')
    expect((await lstat(fifo)).isFIFO()).toBe(true)
    expect(await readdir(folder)).toEqual(['fifo'])
  })

  it.skipIf(process.platform === 'win32')('goes into a device, by its link too', async () => {
    await replaceFile('/dev/null', 'nothing')
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true)
    await symlink('/dev/null', join(folder, 'sink'))
    await replaceFile(join(folder, 'sink'), 'nothing')
    expect((await lstat(join(folder, 'sink'))).isSymbolicLink()).toBe(true)
  })

  it('of a folder takes the place of nothing or of an empty folder', async () => {
    const out = join(folder, 'out')
    await mkdir(out)
    {
      await using draft = await openDraftFolder(out)
      await writeFile(join(draft.path, 'a'), '')
      await draft.settle()
    }
    expect(await readdir(out)).toEqual(['a'])
    await using late = await openDraftFolder(out)
    await expect(late.settle()).rejects.toThrow('was written to by somebody else meanwhile')
    expect(await readdir(out)).toEqual(['a'])
  })
})

describe('files that appear together', () => {
  const names = ['main', 'b', 'c']
  const write = async (text: string): Promise<void> => {
    await using locked = await lockFolder(folder)
    const paths = names.map((name) => join(folder, name))
    await writeTogether(locked, paths, { overwrite: true }, async (output) => {
      for (const path of paths) await output(path).write(text)
    })
  }
  const read = (): Promise<string[]> =>
    Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => 'none')))

  it('are completed by the next command where one was killed between them', async () => {
    await write('old')
    const drafts = await Promise.all(['1', '2'].map((start) => nameOf({ start })))
    for (const draft of drafts) await (await open(join(folder, draft), 'wx')).close()
    // killed with one of three in place
    await writeFile(join(folder, 'b'), '')
    await rm(join(folder, 'main'))
    const pairs = [
      ['.cosface-gone', 'b'],
      [drafts[0], 'c'],
      [drafts[1], 'main'],
      [drafts[1], '../out'],
    ]
    await writeFile(join(folder, '.cosface.together'), JSON.stringify(pairs))
    await using locked = await lockFolder(folder)
    expect(await read()).toEqual(['', '', ''])
    expect((await locked.entries()).toSorted()).toEqual(['b', 'c', 'main'])
  })

  it('leave nothing else', async () => {
    await write('new')
    expect(await read()).toEqual(['new', 'new', 'new'])
    expect((await readdir(folder)).sort()).toEqual(['b', 'c', 'main'])
  })
})
