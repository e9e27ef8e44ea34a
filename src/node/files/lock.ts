/**
 * @file A lock: a file that names the process which holds it. A crash releases it, since others see that the process has
 * ended; then one of them takes it over.
 *
 * Who takes over puts its own record in the file named after the record before it, which only one process can make. The
 * holder is the last of this chain; it then puts its record in the first place and removes the rest. Whoever made the
 * next link too late finds another record in the first place, and begins again.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, open, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../base/errors.ts'
import { openDraft } from './draft.ts'
import { fateOf, markIn, ownMark, type ProcessMark } from './process-mark.ts'

const schema = 'cosface-lock/1'

/** What a lock file says. */
interface LockRecord {
  readonly mark: ProcessMark
  /** Tells this record from any other. */
  readonly id: string
  /** When the lock was taken, ISO 8601. */
  readonly since: string
  /** Where it was taken. */
  readonly path: string
}

/** A lock that is held. */
export interface HeldLock extends AsyncDisposable {
  /** What was taken over, in a sentence. */
  readonly note: string | undefined
}

export interface LockAsked {
  /** The lock file. */
  readonly file: string
  /** What it keeps, as the user names it. */
  readonly of: string
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const recordIn = (text: string): LockRecord | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('schema' in value) || value.schema !== schema)
      return undefined
    const mark = markIn(value)
    if (mark === undefined || !('id' in value && 'since' in value && 'path' in value)) return undefined
    const { id, since, path } = value
    if (typeof id !== 'string' || !/^[0-9a-f]{1,64}$/.test(id)) return undefined
    return typeof since === 'string' && typeof path === 'string' ? { mark, id, since, path } : undefined
  } catch {
    return undefined
  }
}

/** The record in a file; undefined where there is none. @throws UsageError where it is no record */
const readRecord = async (file: string, of: string): Promise<LockRecord | undefined> => {
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return undefined
    const record = recordIn(text)
    if (record !== undefined) return record
    // where the disk has no hard links the file is there a moment before its content
    if (attempt === 5)
      throw new UsageError(
        `${of} is locked by ${file}, which cannot be read; if nothing writes to it, remove the lock: ${removal(file)}`,
      )
    await sleep(100)
  }
}

const removal = (file: string): string =>
  process.platform === 'win32'
    ? `del "${file}"`
    : `rm ${/^[\w./+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`

/** Puts a record where nothing is; false where something is there. */
const place = async (draft: string, text: string, file: string): Promise<boolean> => {
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // a disk without hard links
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN'].includes(codeOf(error)))
      throw error
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
  const handle = await open(file, flags).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return undefined
    throw error
  })
  if (handle === undefined) return false
  try {
    await handle.writeFile(text)
  } finally {
    await handle.close()
  }
  return true
}

const successorOf = (file: string, { id }: LockRecord): string => `${file}.${id}`

const inWords = ({ mark, since }: LockRecord): string =>
  `process ${mark.pid}, since ${since.slice(0, 19).replace('T', ' ')} UTC`

/** Whether a lock came here with a copy of its folder: the one it was taken by lies where it lay. */
const isCopy = async ({ id, path }: LockRecord, file: string): Promise<boolean> => {
  const original = await readFile(path, 'utf8').catch(() => '')
  if (recordIn(original)?.id !== id) return false
  const [there, here] = await Promise.all([path, file].map((one) => stat(one).catch(() => undefined)))
  return there !== undefined && here !== undefined && (there.ino !== here.ino || there.dev !== here.dev)
}

/** Whether the last of a chain has ended. @throws UsageError where it runs, or may run elsewhere */
const expectEnded = async ({ file, of }: LockAsked, last: LockRecord, own: ProcessMark): Promise<void> => {
  const fate = await fateOf(last.mark, own)
  if (fate === 'ended') return
  if (fate === 'running') {
    if (await isCopy(last, file)) return
    const who = last.mark.pid === own.pid ? 'this process itself' : 'another command'
    throw new UsageError(
      `${of} is in use by ${who} (${inWords(last)}); wait until it has ended, or name another place`,
    )
  }
  throw new UsageError(
    `${of} is in use by a command on ${last.mark.host} or in another container (${inWords(last)}), which cannot be asked from here; if it has ended, remove its lock: ${removal(file)}`,
  )
}

/** Whether a process holds the lock: one that runs here, or one elsewhere that cannot be asked. Takes nothing over. */
export async function isLocked(file: string): Promise<boolean> {
  const record = recordIn(await readFile(file, 'utf8').catch(() => ''))
  return record !== undefined && (await fateOf(record.mark, await ownMark())) !== 'ended'
}

/** Removes what takings-over left beside the lock. */
const tidy = async (file: string): Promise<void> => {
  const entries: readonly string[] = await readdir(dirname(file)).catch(() => [])
  for (const entry of entries)
    if (entry.startsWith(`${basename(file)}.`)) await rm(join(dirname(file), entry), { force: true })
}

/**
 * Takes a lock. One whose process has ended is taken over, one of another machine never.
 * @throws UsageError naming who holds it
 */
export async function takeLock(asked: LockAsked): Promise<HeldLock> {
  const { file, of } = asked
  const own = await ownMark()
  const record: LockRecord = {
    mark: own,
    id: randomBytes(16).toString('hex'),
    since: new Date(performance.timeOrigin + performance.now()).toISOString(),
    path: join(await realpath(dirname(file)), basename(file)),
  }
  const { mark, ...rest } = record
  const text = `${JSON.stringify({ schema, ...mark, ...rest }, undefined, 2)}\n`
  await using draft = await openDraft(file)
  await draft.handle.writeFile(text)
  await draft.finish()
  for (;;) {
    if (await place(draft.path, text, file)) return held(file, record, undefined)
    const first = await readRecord(file, of)
    if (first === undefined) continue
    let last = first
    for (;;) {
      const next = await readRecord(successorOf(file, last), of)
      if (next === undefined) break
      last = next
    }
    await expectEnded(asked, last, own)
    const mine = successorOf(file, last)
    if (!(await place(draft.path, text, mine))) continue
    if ((await readRecord(file, of))?.id !== first.id) {
      await rm(mine, { force: true })
      continue
    }
    await draft.settle()
    await tidy(file)
    return held(
      file,
      record,
      `${of} was left by a command that did not end properly (${inWords(last)}); its lock is taken over`,
    )
  }
}

const held = (file: string, { id }: LockRecord, note: string | undefined): HeldLock => ({
  note,
  [Symbol.asyncDispose]: async () => {
    // somebody may have removed it by hand, and another command may hold it since
    const there = await readFile(file, 'utf8').catch(() => undefined)
    if (there !== undefined && recordIn(there)?.id === id) await rm(file, { force: true })
  },
})
