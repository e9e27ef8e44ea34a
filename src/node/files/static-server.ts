/** @file A folder of files over HTTP on this machine, isolated so that pages may use threads of WebAssembly. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { MissingPartError, UsageError } from '../../base/errors.ts'

/** A running server. Close with `await using`. */
export interface StaticServer extends AsyncDisposable {
  /** Where the folder's `index.html` is found. */
  readonly address: string
  readonly port: number
}

export interface StaticServerOptions {
  readonly folder: string
  /** 0 takes a free one. */
  readonly port: number
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** Together they isolate the page, which is what browsers ask for before they share memory between threads. */
const isolation: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

/** What a page may do: its own files and nothing from elsewhere. */
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/**
 * Serves `folder` to this machine only.
 * @throws MissingPartError where the folder has no page; UsageError where the port is taken or forbidden
 */
export async function serveFolder({ folder, port }: StaticServerOptions): Promise<StaticServer> {
  const root = path.resolve(folder)
  const page = await stat(path.join(root, 'index.html')).catch(() => undefined)
  if (page?.isFile() !== true)
    throw new MissingPartError(`${root} has no page; in a copy of the sources, make it with: npm run build`)
  const server = createServer((request, response) => {
    answer(root, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  }).catch((error: unknown) => {
    throw listenFailure(error, port)
  })
  const bound = server.address()
  const taken = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    address: `http://127.0.0.1:${taken}/`,
    port: taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

const listenFailure = (error: unknown, port: number): Error => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new UsageError(`Port ${port} is taken; name another with --port, or 0 for any that is free`)
  if (code === 'EACCES') return new UsageError(`Port ${port} may not be used; name one from 1024 to 65535`)
  return error instanceof Error ? error : new Error(String(error))
}

/** The file a request means; undefined where it points outside the folder or cannot be read as an address. */
const fileOf = (root: string, address: string): string | undefined => {
  try {
    const { pathname } = new URL(address, 'http://page.invalid')
    const file = path.join(root, decodeURIComponent(pathname))
    if (file !== root && !file.startsWith(root + path.sep)) return undefined
    return pathname.endsWith('/') ? path.join(file, 'index.html') : file
  } catch {
    return undefined
  }
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const plain = { ...isolation, 'content-type': 'text/plain; charset=utf-8' }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...plain, allow: 'GET, HEAD' }).end('Only GET and HEAD are answered\n')
    return
  }
  const file = fileOf(root, request.url ?? '/')
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined)
  if (file === undefined || found?.isFile() !== true) {
    response.writeHead(404, plain).end('There is no such file\n')
    return
  }
  const isNamedByContent = path.dirname(file).endsWith(`${path.sep}assets`)
  response.writeHead(200, {
    ...isolation,
    'content-security-policy': policy,
    'content-type': types[path.extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'cache-control': isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  if (request.method === 'HEAD') response.end()
  else await pipeline(createReadStream(file), response)
}
