/** @file A page in a real browser, bundled as a user's bundler would. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright'
import { build } from 'vite'

/** The browser of this machine; undefined where there is none. */
export const executable: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  chromium.executablePath(),
].find((file) => existsSync(file))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page.invalid')
    const file = path.join(folder, pathname === '/' ? 'index.html' : pathname)
    readFile(file).then(
      (body) => response.writeHead(200, { 'content-type': types[path.extname(file)] ?? '' }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

/** A page that is open in a browser. */
export interface OpenedPage {
  readonly tab: Page
  readonly close: () => Promise<void>
}

/** Bundles `script`, serves it beside `files` and opens it. */
export async function openPage(
  script: string,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<OpenedPage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cosface-page-'))
  await writeFile(path.join(folder, 'index.html'), '<script type="module" src="./main.js"></script>')
  await writeFile(path.join(folder, 'main.js'), script)
  const outDir = path.join(folder, 'out')
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, target: 'esnext', minify: false, reportCompressedSize: false },
  })
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(outDir, name), bytes)
  const server = await serve(outDir)
  const browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] })
  const tab = await browser.newPage()
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await tab.goto(`http://127.0.0.1:${port}/`)
  return {
    tab,
    close: async () => {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
