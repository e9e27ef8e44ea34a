/** @file The lab in a real browser: built afresh into a folder of its own, served as `cosface lab` does. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { build } from 'vite'
import { expect } from 'vitest'
import { serveFolder, type StaticServer } from '../src/node/files/static-server.ts'

/** A Chromium of this machine, if there is one. */
export const executable: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  chromium.executablePath(),
].find((file) => existsSync(file))

/** The lab, ready to be opened. */
export interface Lab extends AsyncDisposable {
  /** Opens a page of the lab; what the browser complains of is added to `complaints`. */
  open(query: string, options?: BrowserContextOptions & { readonly isIsolated?: boolean }): Promise<Page>
  readonly complaints: readonly string[]
}

/** Builds and serves the lab and starts a browser. */
export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cosface-lab-'))
  await build({
    configFile: fileURLToPath(new URL('../studio/vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  const server: StaticServer = await serveFolder({ folder, port: 0 })
  const browser: Browser = await chromium.launch({
    executablePath: executable ?? '',
    args: ['--no-sandbox'],
  })
  const complaints: string[] = []
  return {
    complaints,
    async open(query, { isIsolated = true, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = await context.newPage()
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      if (!isIsolated)
        await page.route('**/*', async (route) => {
          const response = await route.fetch()
          const headers = Object.entries(response.headers()).filter(
            ([name]) => !name.startsWith('cross-origin'),
          )
          await route.fulfill({ response, headers: Object.fromEntries(headers) })
        })
      await page.goto(`${server.address}${query}`)
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until the experiment can be played. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('#play:not([disabled])', { timeout: 120_000 })
}

/** Updates made so far, as the page says. */
export async function updates(page: Page): Promise<number> {
  const text = (await page.textContent('.status')) ?? ''
  return Number(/(\d+) updates of/.exec(text)?.[1] ?? 0)
}

/** Plays until so many updates are made, then pauses. */
export async function playUntil(page: Page, count: number): Promise<void> {
  await page.click('#play')
  await expect.poll(() => updates(page), { timeout: 150_000, interval: 100 }).toBeGreaterThanOrEqual(count)
  await page.click('#play')
}

/** Waits until an element reads so. */
export async function reads(page: Page, selector: string, text: RegExp): Promise<void> {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: 60_000 })
}

/** A number of the page: `spread`, `between`, `error` or `loss`, of the left (0) or the right (1) training. */
export async function reading(page: Page, name: string, lane: number): Promise<number> {
  return Number(await page.getAttribute(`[data-reading="${name}-${lane}"]`, 'data-value'))
}
