import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../base/errors.ts'
import { lockFolder, lockFreeFolder, lockNextFolder, lockPlace } from './locked-folder.ts'
import { ownMark } from './process-mark.ts'

const built = fileURLToPath(new URL('../../../dist/node/files/locked-folder.js', import.meta.url))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const lockFile = (out: string): string => join(out, '.cosface.lock')

/** Runs code that has the built module as `lock`, and says what it printed; `stop` ends it as a crash does. */
const other = (code: string): { readonly said: Promise<string>; readonly stop: () => Promise<void> } => {
  const script = `import * as lock from ${JSON.stringify(built)}\nconst say = (text) => process.stdout.write(text + '\\n')\n${code}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let text = ''
  const said = new Promise<string>((resolve) => {
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (text.includes('\n')) resolve(text.trim())
    })
    void ended.then(() => resolve(text.trim()))
  })
  return {
    said,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const holding = (out: string): string =>
  `const held = await lock.lockFolder(${JSON.stringify(out)}); say('held'); setInterval(() => held, 1000)`

const record = async (out: string): Promise<Record<string, unknown>> => {
  const value: unknown = JSON.parse(await readFile(lockFile(out), 'utf8'))
  return Object.fromEntries(Object.entries(value ?? {}))
}

/** A lock as some process left it; what is not given is this process's. */
const leaveLock = async (out: string, parts: Record<string, unknown>): Promise<void> => {
  await mkdir(out, { recursive: true })
  const own = await ownMark()
  const whole = {
    schema: 'cosface-lock/1',
    ...own,
    id: 'abcd',
    since: '2026-01-02T03:04:05Z',
    path: '',
    ...parts,
  }
  await writeFile(lockFile(out), JSON.stringify(whole))
}

describe('a locked folder', () => {
  it.runIf(process.platform === 'linux')('is refused where no folder can be made, at once', async () => {
    for (const place of ['/proc/none', '/proc/none/below'])
      await expect(lockFolder(place)).rejects.toThrow(`${place} cannot be written to (ENOENT)`)
  })

  it('belongs to one process until it is let go, and leaves nothing', async () => {
    const out = join(folder, 'a', 'b')
    {
      await using held = await lockFolder(out)
      expect(held.note).toBeUndefined()
      expect(await held.entries()).toEqual([])
      await expect(lockFolder(out)).rejects.toThrow(/is in use by this process itself/)
      expect(
        await other(
          `await lock.lockFolder(${JSON.stringify(out)}).catch((e) => say(e.name + ' ' + e.message))`,
        ).said,
      ).toMatch(
        /^UsageError .*b is in use by another command \(process \d+, since .* UTC\); wait until it has ended/,
      )
    }
    // made for nothing
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps what was written, and a folder that was there', async () => {
    await mkdir(join(folder, 'there'))
    {
      await using there = await lockFolder(join(folder, 'there'))
      expect(there.note).toBeUndefined()
      await using made = await lockFolder(join(folder, 'made'))
      await made.replace(join(folder, 'made', 'inner', 'x.txt'), 'x')
      expect(await made.entries()).toEqual(['inner'])
      await expect(made.replace(join(folder, 'there', 'x.txt'), 'x')).rejects.toThrow(RangeError)
      await expect(made.replace(join(folder, 'made-not', 'x.txt'), 'x')).rejects.toThrow(RangeError)
    }
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      'made',
      'made/inner',
      'made/inner/x.txt',
      'there',
    ])
  })

  it('is taken over from a killed process, and that is said', async () => {
    const out = join(folder, 'run')
    const killed = other(holding(out))
    expect(await killed.said).toBe('held')
    await expect(lockFolder(out)).rejects.toThrow(/in use by another command/)
    const { pid } = await record(out)
    await killed.stop()
    await using held = await lockFolder(out)
    expect(held.note).toMatch(
      new RegExp(
        `run was left by a command that did not end properly \\(process ${String(pid)}, since .*\\); its lock is taken over`,
      ),
    )
    expect(await readdir(out)).toEqual(['.cosface.lock'])
    expect((await record(out))['pid']).toBe(process.pid)
  })

  it('is taken over by one alone of many that find it left', async () => {
    const out = join(folder, 'run')
    // two dead holders one after another: the second died between taking over and tidying up
    await leaveLock(out, { pid: 2 ** 22 + 1, id: 'aa' })
    const second = {
      schema: 'cosface-lock/1',
      ...(await ownMark()),
      pid: 2 ** 22 + 2,
      id: 'bb',
      since: '',
      path: '',
    }
    await writeFile(`${lockFile(out)}.aa`, JSON.stringify(second))
    const attempts = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(out)))
    const held = attempts.filter((attempt) => attempt.status === 'fulfilled')
    expect(held).toHaveLength(1)
    for (const attempt of attempts)
      if (attempt.status === 'rejected')
        expect(String(attempt.reason)).toContain('in use by this process itself')
    expect(await readdir(out)).toEqual(['.cosface.lock'])
    expect(held[0]?.value.note).toContain(`process ${2 ** 22 + 2}`)
    await held[0]?.value[Symbol.asyncDispose]()
    expect(await readdir(out)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')(
    'is not kept by another process that got the same number since',
    async () => {
      const out = join(folder, 'run')
      await leaveLock(out, { start: '1' })
      await using held = await lockFolder(out)
      expect(held.note).toContain(`process ${process.pid}`)
    },
  )

  it.each([
    ['another host', { host: `not-${hostname()}` }],
    ['another machine of this name', { machine: '0123456789ab' }],
    ['another container', { space: 'pid:[1]' }],
  ])('of %s is never taken over; the command that removes its lock is named', async (_, parts) => {
    const out = join(folder, "my run's")
    await leaveLock(out, { pid: 2 ** 22 + 1, ...parts })
    const refused = lockFolder(out)
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow(
      `cannot be asked from here; if it has ended, remove its lock: rm '${folder}/my run'\\''s/.cosface.lock'`,
    )
  })

  it.runIf(process.platform === 'linux')(
    'from before the machine was started again is taken over',
    async () => {
      const out = join(folder, 'run')
      const own = await ownMark()
      await leaveLock(out, { boot: 'another' })
      if (own.machine === undefined)
        await expect(lockFolder(out)).rejects.toThrow('cannot be asked from here')
      else await (await lockFolder(out))[Symbol.asyncDispose]()
    },
  )

  it('whose lock cannot be read is refused with what to do', async () => {
    const out = join(folder, 'run')
    await mkdir(out)
    await writeFile(lockFile(out), '')
    await expect(lockFolder(out)).rejects.toThrow(
      /which cannot be read; if nothing writes to it, remove the lock: rm /,
    )
  })

  it('does not lock its copy', async () => {
    await using held = await lockFolder(join(folder, 'run'))
    await held.replace(join(folder, 'run', 'x'), 'x')
    await cp(join(folder, 'run'), join(folder, 'copy'), { recursive: true })
    await using copy = await lockFolder(join(folder, 'copy'))
    expect(await copy.entries()).toEqual(['x'])
    await expect(lockFolder(join(folder, 'run'))).rejects.toThrow('in use')
  })

  it('is refused in a sentence where a file is in its place', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(lockFolder(join(folder, 'file'))).rejects.toThrow(/is a file or lies in one; name a folder/)
    await expect(lockFolder(join(folder, 'file', 'inner'))).rejects.toThrow(UsageError)
  })
})

describe('the next free folder', () => {
  it('is another for each of many that ask at once', async () => {
    await mkdir(join(folder, 'runs', '2'), { recursive: true })
    const held = await Promise.all(Array.from({ length: 6 }, () => lockNextFolder(join(folder, 'runs'))))
    expect(held.map(({ path }) => path).sort()).toEqual(
      ['1', '3', '4', '5', '6', '7'].map((name) => join(folder, 'runs', name)),
    )
    for (const one of held) await one[Symbol.asyncDispose]()
    expect(await readdir(join(folder, 'runs'))).toEqual(['2'])
  })

  it('has the name itself where that is free', async () => {
    await using first = await lockFreeFolder(join(folder, 'demo'))
    await using second = await lockFreeFolder(join(folder, 'demo'))
    expect([first.path, second.path]).toEqual([join(folder, 'demo'), join(folder, 'demo-2')])
  })
})

describe('a locked place', () => {
  it('lets one process alone make what is not there yet', async () => {
    const out = join(folder, 'deep', 'x'.repeat(255))
    {
      await using held = await lockPlace(out)
      expect(held.note).toBeUndefined()
      await expect(lockPlace(out)).rejects.toThrow('in use')
    }
    expect(await readdir(folder)).toEqual([])
  })
})
