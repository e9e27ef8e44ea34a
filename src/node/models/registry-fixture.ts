/** @file A made-up npm registry on loopback: one package, a token, and connections that break when told to. */
import { createServer } from 'node:http'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { create } from 'tar'

export interface FakeRegistry extends AsyncDisposable {
  readonly address: string
  /** What was asked, in order: path, range and token of each request. */
  readonly asked: {
    readonly path: string
    readonly range: string | undefined
    readonly token: string | undefined
  }[]
  /** Bytes of the tarball after which the next connection breaks; undefined for none. */
  breakAfter: number | undefined
}

/** Serves `files` as `name@version`; requests without `token` are refused where one is given. */
export async function fakeRegistry(
  folder: string,
  name: string,
  version: string,
  files: Readonly<Record<string, Uint8Array>>,
  token?: string,
): Promise<FakeRegistry> {
  const content = join(folder, 'content')
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(content, 'package', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
  const tarball = join(folder, 'package.tgz')
  await create({ gzip: true, file: tarball, cwd: content }, ['package'])
  const bytes = await readFile(tarball)
  const asked: FakeRegistry['asked'][number][] = []
  const state: { breakAfter: number | undefined } = { breakAfter: undefined }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const { range, authorization } = request.headers
    asked.push({ path, range, token: authorization })
    if (token !== undefined && authorization !== `Bearer ${token}`) {
      response.writeHead(401).end('{}')
      return
    }
    const encoded = name.replace('/', '%2f')
    if (path === `/${encoded}/${version}`) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ name, version, dist: { tarball: `${address()}/file.tgz` } }))
    } else if (path === '/file.tgz') {
      const start = range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0)
      const headers = { etag: '"one"', 'content-length': bytes.length - start }
      if (start > 0)
        response.writeHead(206, {
          ...headers,
          'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        })
      else response.writeHead(200, headers)
      if (state.breakAfter === undefined) response.end(bytes.subarray(start))
      else {
        const end = start + state.breakAfter
        state.breakAfter = undefined
        response.write(bytes.subarray(start, end), () => setTimeout(() => response.destroy(), 30))
      }
    } else response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = (): string => {
    const at = server.address()
    return `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`
  }
  return {
    address: address(),
    asked,
    get breakAfter() {
      return state.breakAfter
    },
    set breakAfter(value) {
      state.breakAfter = value
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
