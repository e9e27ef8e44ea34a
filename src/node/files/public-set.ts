/** @file A public data set fetched into a folder: its files, unpacked, with a record of what came from where. */
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { checkChoice } from '../../base/check.ts'
import { given } from '../../base/given.ts'
import type { PublicSet, RemoteFile } from '../../data/public-sets.ts'
import type { Downloaded, DownloadOptions } from './download.ts'
import { download } from './download.ts'
import { webAddress } from './download-request.ts'
import { type LockedFolder, lockFolder } from './locked-folder.ts'
import { unpackTgz } from './unpack.ts'

/** What is under way. */
export type FetchStep =
  | { readonly kind: 'there'; readonly name: string }
  | {
      readonly kind: 'bytes'
      readonly name: string
      readonly done: number
      readonly total: number | undefined
    }
  | { readonly kind: 'retry'; readonly name: string; readonly reason: string }
  /** What a killed command left and is taken over. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'unpacked'; readonly name: string; readonly files: number }

export interface FetchSetOptions extends Pick<DownloadOptions, 'signal' | 'attempts' | 'pause' | 'idle'> {
  /** Parts by name. @defaultValue the set's usual ones */
  readonly parts?: readonly string[]
  /** Where all files lie, in place of the addresses of the table. */
  readonly baseUrl?: string
  /** Keep archives once they are unpacked. @defaultValue false */
  readonly keepArchives?: boolean
  readonly onStep?: (step: FetchStep) => void
}

/** What the folder's record says of one file. */
export interface FetchedFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly url: string
  /** The folder it was unpacked to, and how many files that has. */
  readonly folder?: string
  readonly files?: number
  /** What becomes of the archive once it is unpacked. */
  readonly archive?: 'kept' | 'removed'
}

const recordName = 'downloads.json'
const recordSchema = 'cosface-downloads/1'

const isFetched = (value: unknown): value is FetchedFile =>
  typeof value === 'object' && value !== null && 'name' in value && 'sha256' in value

const filesIn = (text: string): readonly unknown[] | undefined => {
  try {
    const record: unknown = JSON.parse(text)
    const files =
      typeof record === 'object' && record !== null && 'files' in record ? record.files : undefined
    return Array.isArray(files) ? files : undefined
  } catch {
    return undefined
  }
}

const readRecord = async (folder: string): Promise<readonly FetchedFile[]> => {
  const text = await readFile(join(folder, recordName), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  const refuse = (): UsageError =>
    new UsageError(`${join(folder, recordName)} is no record of downloads; give another folder`)
  const files = filesIn(text)
  if (files === undefined) throw refuse()
  return files.filter(isFetched)
}

const addressesOf = (file: RemoteFile, baseUrl: string | undefined): readonly string[] => {
  if (baseUrl === undefined) return file.urls
  const base = webAddress(baseUrl)
  return [new URL(file.name, base.href.endsWith('/') ? base : `${base.href}/`).href]
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined

/** The parts asked for. @throws UsageError for a name that is none */
export function partsOf(set: PublicSet, names: readonly string[] = set.usual): PublicSet['parts'] {
  const known = set.parts.map(({ name }) => name)
  for (const name of names) checkChoice('parts', name, known)
  return set.parts.filter(({ name }) => names.includes(name))
}

const fetchInto = async (
  set: PublicSet,
  locked: LockedFolder,
  options: FetchSetOptions,
): Promise<readonly FetchedFile[]> => {
  const { path: folder } = locked
  const { onStep, baseUrl, keepArchives = false, parts: names, ...network } = options
  const parts = partsOf(set, names)
  const files = parts.flatMap((part) => part.files)
  const record = new Map((await readRecord(folder)).map((file) => [file.name, file]))
  const keep = async (file: FetchedFile): Promise<void> => {
    record.set(file.name, file)
    const all = { schema: recordSchema, set: set.name, terms: set.terms, files: [...record.values()] }
    await locked.replace(join(folder, recordName), `${JSON.stringify(all, undefined, 2)}\n`)
  }
  const fetched: FetchedFile[] = []
  for (const file of files) {
    const target = join(folder, file.unpack?.folder ?? file.name)
    const archive = join(folder, file.name)
    const before = record.get(file.name)
    if (file.unpack !== undefined && (await exists(target))) {
      if (before?.folder !== file.unpack.folder)
        throw new UsageError(`${target} is there and was not fetched by this command; move it away`)
      // killed before the archive was removed
      if (before.archive === 'removed') await rm(archive, { force: true })
      onStep?.({ kind: 'there', name: file.name })
      fetched.push(before)
      continue
    }
    // a file whose publisher names no hash must at least stay what it was the first time
    const first = before !== undefined && file.sha256 === undefined ? { sha256: before.sha256 } : {}
    const got: Downloaded = await download(addressesOf(file, baseUrl), archive, {
      ...network,
      ...given({ sha256: file.sha256, md5: file.md5 }),
      ...first,
      onProgress: (done, total) => onStep?.({ kind: 'bytes', name: file.name, done, total }),
      onRetry: (reason) => onStep?.({ kind: 'retry', name: file.name, reason }),
    })
    if (got.url === undefined) onStep?.({ kind: 'there', name: file.name })
    const plain = {
      name: file.name,
      bytes: got.bytes,
      sha256: got.sha256,
      url: got.url ?? before?.url ?? '',
    }
    if (file.unpack === undefined) {
      await keep(plain)
      fetched.push(plain)
      continue
    }
    const { top, folder: inner } = file.unpack
    const { signal } = network
    const unpackedOf = (count: number): FetchedFile => ({
      ...plain,
      folder: inner,
      files: count,
      archive: keepArchives ? 'kept' : 'removed',
    })
    const count = await unpackTgz(archive, target, {
      top,
      ...given({ signal }),
      // a folder that is there is known; one that is known and not there is unpacked again
      beforePlace: (found) => keep(unpackedOf(found)),
    })
    const unpacked = unpackedOf(count)
    if (!keepArchives) await rm(archive)
    onStep?.({ kind: 'unpacked', name: file.name, files: count })
    fetched.push(unpacked)
  }
  return fetched
}

/**
 * Fetches parts of a set into `folder`; what is there whole is left as it is. After Ctrl-C or a failure the same call goes on.
 * @throws UsageError, DataError, FormatError as `download` and `unpackTgz`
 */
export async function fetchPublicSet(
  set: PublicSet,
  folder: string,
  options: FetchSetOptions = {},
): Promise<readonly FetchedFile[]> {
  // what has begun stays, to be gone on with; a folder made for nothing does not
  await using locked = await lockFolder(folder)
  if (locked.note !== undefined) options.onStep?.({ kind: 'note', text: locked.note })
  return await fetchInto(set, locked, options)
}
