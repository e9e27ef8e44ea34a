/** @file The user's own npm registry: settings as npm reads them, package tarballs without installing anything. */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { DataError, UsageError } from '../../base/errors.ts'
import type { Answer, Transport } from '../files/download-request.ts'

/** Where npm's settings are looked for. */
export interface NpmSurroundings {
  /** The folder whose `.npmrc` counts beside the user's. @defaultValue the working directory */
  readonly cwd?: string
  /** @defaultValue those of the process */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A registry as one user sees it. */
export interface NpmRegistry {
  /** The address of a package's tarball. @throws DataError where the registry has none or cannot be reached */
  tarball(name: string, version: string, signal?: AbortSignal): Promise<string>
  /** Asks an address with the registry's token, scope and proxy. */
  readonly transport: Transport
}

const manifest = z.object({ dist: z.object({ tarball: z.url({ protocol: /^https?$/ }) }) })

const settingsOf = async (surroundings: NpmSurroundings): Promise<Readonly<Record<string, unknown>>> => {
  const { default: Config } = await import('@npmcli/config')
  const { default: all } = await import('@npmcli/config/lib/definitions/index.js')
  const config = new Config({
    definitions: all.definitions,
    shorthands: all.shorthands,
    flatten: all.flatten,
    // npm's own folder, whose npmrc is the last that counts
    npmPath: join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm'),
    env: surroundings.env ?? process.env,
    argv: [process.execPath, 'cosface'],
    cwd: surroundings.cwd ?? process.cwd(),
    execPath: process.execPath,
    platform: process.platform,
    warn: false,
  })
  try {
    await config.load()
  } catch (cause) {
    throw new UsageError(`npm's settings cannot be read: ${messageOf(cause)}`, { cause })
  }
  // npm's cache would keep a second copy of every model
  return { ...config.flat, cache: null, retry: { retries: 0 }, offline: false }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const statusOf = (cause: unknown): number | undefined =>
  cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number'
    ? cause.statusCode
    : undefined

const noPieces = async function* (): AsyncGenerator<Uint8Array> {}

/** Opens the registry by the settings that `npm install` would use: `.npmrc` files, scopes, tokens, proxy, environment. */
export async function openNpmRegistry(surroundings: NpmSurroundings = {}): Promise<NpmRegistry> {
  const settings = await settingsOf(surroundings)
  const { default: npmFetch } = await import('npm-registry-fetch')
  const ask: Transport = async (url, { headers, signal, idle }): Promise<Answer> => {
    try {
      const answer = await npmFetch(url, {
        ...settings,
        headers,
        timeout: idle,
        ...(signal === undefined ? {} : { signal }),
      })
      const { status, body } = answer
      return {
        status,
        headers: Object.fromEntries(answer.headers),
        url: answer.url,
        stream: body,
        pieces: body,
      }
    } catch (cause) {
      const status = statusOf(cause)
      if (status === undefined) throw cause
      return { status, headers: {}, url, stream: { destroy: () => undefined }, pieces: noPieces() }
    }
  }
  return {
    transport: ask,
    tarball: async (name, version, signal) => {
      const registry = npmFetch.pickRegistry(name, settings)
      const what = `${name}@${version}`
      let found: unknown
      try {
        const address = `/${name.replace('/', '%2f')}/${encodeURIComponent(version)}`
        const options = { ...settings, spec: name, ...(signal === undefined ? {} : { signal }) }
        found = await (await npmFetch(address, options)).json()
      } catch (cause) {
        signal?.throwIfAborted()
        throw new DataError(reasonOf(cause, registry, what), { cause })
      }
      const read = manifest.safeParse(found)
      if (!read.success) throw new DataError(`The registry ${registry} does not say where ${what} lies`)
      return read.data.dist.tarball
    },
  }
}

const reasonOf = (cause: unknown, registry: string, what: string): string => {
  const status = statusOf(cause)
  if (status === 404) return `The registry ${registry} has no ${what}`
  if (status === 401 || status === 403)
    return `The registry ${registry} refuses ${what} (${status}); it may want a token in your .npmrc`
  if (status !== undefined) return `The registry ${registry} answers ${status} for ${what}`
  return `The registry ${registry} cannot be reached for ${what}: ${messageOf(cause)}`
}
