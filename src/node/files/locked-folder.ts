/** @file A folder that this process alone writes to, until it is let go; whoever writes into a folder asks for one. */
import { createHash } from 'node:crypto'
import { mkdir, realpath, readdir, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { isOwnEntry, openDraft, ownPrefix, sweepDrafts } from './draft.ts'
import { type HeldLock, isLocked, takeLock } from './lock.ts'
import { completeTogether } from './together.ts'

/**
 * Folders made for `path`, outermost first; none where it was there. One after the other: Node's own recursive `mkdir` never ends
 * where the system answers that a parent is missing which is there, as under /proc.
 */
const makeFolders = async (path: string): Promise<readonly string[]> => {
  const missing: string[] = []
  for (let at = resolve(path); !(await isFolder(at)); at = dirname(at)) {
    missing.unshift(at)
    if (dirname(at) === at) break
  }
  const made: string[] = []
  for (const one of missing) {
    try {
      await mkdir(one)
      made.push(one)
    } catch (error) {
      // another process may have made it meanwhile
      if (await isFolder(one)) continue
      await removeEmpty(made)
      throw error
    }
  }
  return made
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true

const cannotWrite = (path: string, error: unknown): unknown => {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  if (error.code === 'EEXIST' || error.code === 'ENOTDIR')
    return new UsageError(`${path} is a file or lies in one; name a folder`, { cause: error })
  return new UsageError(`${path} cannot be written to (${String(error.code)})`, { cause: error })
}

/** A folder and the lock on it. Disposing of it lets others have it, and removes the folder where it was made for nothing. */
export class LockedFolder implements AsyncDisposable {
  /** As the user named it. */
  readonly path: string
  /** What a killed command left and was taken over, in a sentence. */
  readonly note: string | undefined
  readonly #lock: HeldLock
  readonly #made: readonly string[]
  readonly #swept = new Set<string>()
  readonly #written = new Set<string>()

  private constructor(path: string, lock: HeldLock, made: readonly string[]) {
    this.path = path
    this.note = lock.note
    this.#lock = lock
    this.#made = made
  }

  static async take(path: string): Promise<LockedFolder> {
    try {
      for (;;) {
        const made = await makeFolders(path)
        const lock = await lockInside(path).catch(async (error: unknown) => {
          await removeEmpty(made)
          // whoever made the folder may have removed it meanwhile
          if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
          throw error
        })
        if (lock === undefined) continue
        const folder = new LockedFolder(path, lock, made)
        await completeTogether(path)
        await folder.sweep(path)
        return folder
      }
    } catch (error) {
      throw cannotWrite(path, error)
    }
  }

  /** The first of `parent/1`, `parent/2`, … that is not there; two processes that ask at once get different ones. */
  static async takeNext(nameOf: (number: number) => string): Promise<LockedFolder> {
    for (let number = 1; ; number++) {
      const path = nameOf(number)
      const parents = await makeFolders(dirname(path))
      try {
        await mkdir(path)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
        throw cannotWrite(path, error)
      }
      return new LockedFolder(path, await lockInside(path), [...parents, resolve(path)])
    }
  }

  /** What is in it beside the lock. */
  async entries(): Promise<readonly string[]> {
    return (await readdir(this.path)).filter((name) => !isOwnEntry(name))
  }

  /** Whether a path lies in the folder. */
  holds(file: string): boolean {
    return resolve(file).startsWith(`${resolve(this.path)}${sep}`)
  }

  /** A path that may be written, since it lies in the folder. @throws RangeError where it does not */
  own(file: string): string {
    if (!this.holds(file)) throw new RangeError(`Expected a file in ${this.path}, got ${file}`)
    this.#written.add(relative(this.path, file).split(sep)[0] ?? '')
    return file
  }

  /** Its entries that were written to, or were to be. */
  get written(): readonly string[] {
    return [...this.#written]
  }

  /** Replaces a file in the folder whole; folders above it are made. */
  async replace(file: string, content: string | Uint8Array): Promise<void> {
    const above = dirname(this.own(file))
    await mkdir(above, { recursive: true })
    await this.sweep(above)
    await using draft = await openDraft(file)
    await draft.handle.writeFile(content)
    await draft.settle()
  }

  /** Removes what killed commands were writing in a folder of it. */
  async sweep(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return
    this.#swept.add(folder)
    await sweepDrafts(folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]()
    await removeEmpty(this.#made)
  }
}

const removeEmpty = async (made: readonly string[]): Promise<void> => {
  for (const folder of made.toReversed()) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

const lockFileOf = (path: string): string => join(path, `${ownPrefix}.lock`)

/** Whether a command is writing to a folder now. */
export function isFolderLocked(path: string): Promise<boolean> {
  return isLocked(lockFileOf(path))
}

const lockInside = (path: string): Promise<HeldLock> => takeLock({ file: lockFileOf(path), of: path })

/**
 * Makes a folder where there is none and locks it for this process. Whatever is read to decide what to write is read after.
 * @throws UsageError where another process has it, or it cannot be written to
 */
export function lockFolder(path: string): Promise<LockedFolder> {
  return LockedFolder.take(path)
}

/** A folder locked for a while: let go at the end by whoever locked it. */
export interface Hold extends AsyncDisposable {
  readonly folder: LockedFolder
}

/** Locks a folder, unless the caller holds it already and will let it go himself. @throws UsageError as `lockFolder` */
export async function holdFolder(out: string | LockedFolder): Promise<Hold> {
  if (out instanceof LockedFolder) return { folder: out, [Symbol.asyncDispose]: async () => {} }
  const folder = await lockFolder(out)
  return { folder, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

/** Makes and locks the first of `parent/1`, `parent/2`, … that does not exist yet. @throws UsageError where it cannot be made */
export function lockNextFolder(parent: string): Promise<LockedFolder> {
  return LockedFolder.takeNext((number) => join(parent, String(number)))
}

/** Makes and locks `name`, or where that is taken `name-2`, `name-3`, … @throws UsageError where it cannot be made */
export function lockFreeFolder(name: string): Promise<LockedFolder> {
  return LockedFolder.takeNext((number) => (number === 1 ? name : `${name}-${number}`))
}

/** The name of the lock of a place, beside it. */
const placeLock = (path: string): string => {
  const name = basename(resolve(path))
  // a name may have 255 bytes
  const part = Buffer.byteLength(name) > 120 ? createHash('sha256').update(name).digest('hex') : name
  return `${ownPrefix}-${part}.lock`
}

/**
 * Locks the place of a file, or of a folder that appears only when it is whole, by a file beside it. What killed commands
 * were writing beside it is removed.
 * @throws UsageError where another process has it, or the folder above cannot be written to
 */
export async function lockPlace(path: string): Promise<HeldLock> {
  const target = resolve(path)
  const made = await makeFolders(dirname(target)).catch((error: unknown) => {
    throw cannotWrite(path, error)
  })
  try {
    const above = await realpath(dirname(target))
    const lock = await takeLock({ file: join(above, placeLock(path)), of: path })
    await sweepDrafts(above)
    return {
      note: lock.note,
      [Symbol.asyncDispose]: async () => {
        await lock[Symbol.asyncDispose]()
        await removeEmpty(made)
      },
    }
  } catch (error) {
    await removeEmpty(made)
    throw cannotWrite(path, error)
  }
}

/** Removes the lock that a killed command left on a place where there is nothing more to do. */
export async function clearPlace(path: string): Promise<void> {
  if (!(await isThere(join(dirname(path), placeLock(path))))) return
  const lock = await lockPlace(path).catch(() => undefined)
  await lock?.[Symbol.asyncDispose]()
}

/** Whether something lies at a path. */
export const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined
