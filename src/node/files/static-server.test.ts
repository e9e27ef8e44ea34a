import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveFolder, type StaticServer } from './static-server.ts'

let folder: string
let server: StaticServer
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cosface-static-'))
  await mkdir(path.join(folder, 'page', 'assets'), { recursive: true })
  await writeFile(path.join(folder, 'secret.txt'), 'secret')
  await writeFile(path.join(folder, 'page', 'index.html'), '<p>page')
  await writeFile(path.join(folder, 'page', 'assets', 'a.wasm'), 'wasm')
  server = await serveFolder({ folder: path.join(folder, 'page'), port: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A request whose path is sent as it is, dots included. */
const status = (address: string, method = 'GET'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path: address, method }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })

test('serves the page isolated, so that it may use threads', async () => {
  const response = await fetch(server.address)
  expect(await response.text()).toBe('<p>page')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
  })
  const asset = await fetch(`${server.address}assets/a.wasm`, { method: 'HEAD' })
  expect(asset.headers.get('content-type')).toBe('application/wasm')
  expect(asset.headers.get('cache-control')).toContain('immutable')
})

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%00', '/%', '/missing', '/assets'])(
  '%s is not there',
  async (address) => {
    expect(await status(address)).toBe(404)
  },
)

test('only reads', async () => {
  expect(await status('/', 'POST')).toBe(405)
  expect(await status('/', 'HEAD')).toBe(200)
})

test('a taken port and a folder without a page are refused in a sentence', async () => {
  await expect(serveFolder({ folder: path.join(folder, 'page'), port: server.port })).rejects.toThrow(
    `Port ${server.port} is taken; name another with --port, or 0 for any that is free`,
  )
  await expect(serveFolder({ folder, port: 0 })).rejects.toThrow(/has no page; .*npm run build/)
})
