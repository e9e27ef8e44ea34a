import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Lab, openLab, playUntil, reading, reads, ready, updates } from './lab-page.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds wrong, one line a rule. */
const violations = async (page: Page): Promise<unknown> => {
  await page.evaluate(axeSource)
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target.join(' ')).slice(0, 4).join(', ')))`,
  )
}

describe.skipIf(executable === undefined)('the lab (skipped where no Chromium is installed)', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab()
  })
  afterAll(async () => {
    expect(lab.complaints).toEqual([])
    await lab[Symbol.asyncDispose]()
  })

  test('trains: the loss falls, and LMCL gathers people tighter and further apart than NSL from the same seed', async () => {
    const page = await lab.open('?speed=fast')
    await page.evaluate(
      `globalThis.longest = 0; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration) }).observe({ entryTypes: ['longtask'] })`,
    )
    await ready(page)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(await page.locator('#threads').count()).toBe(0)
    await playUntil(page, 25)
    const early = [await reading(page, 'loss', 0), await reading(page, 'loss', 1)]
    // a stall that is the page's own comes in every stretch, one of a busy machine in a few
    const stalls: number[] = []
    for (let count = 75; count <= 400; count += 65) {
      await page.evaluate('longest = 0')
      await playUntil(page, count)
      stalls.push(Number(await page.evaluate('longest')))
    }
    for (const lane of [0, 1])
      expect(await reading(page, 'loss', lane)).toBeLessThan(0.4 * (early[lane] ?? 0))
    expect(await reading(page, 'between', 1)).toBeGreaterThan(await reading(page, 'between', 0))
    expect(await reading(page, 'spread', 1)).toBeLessThan(await reading(page, 'spread', 0))
    expect(await reading(page, 'error', 1)).toBeLessThan(0.4)
    // the work is in the workers; a quarter of a second allows for a machine that is busy with other tests
    expect(stalls.toSorted((a, b) => a - b)[3], stalls.join(', ')).toBeLessThan(250)

    // live: m takes effect without a new beginning; C cannot
    await page.getByLabel('Margin m', { exact: true }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await updates(page)).toBeGreaterThanOrEqual(400)
    await page.getByLabel('People C', { exact: true }).fill('4')
    await page.locator('.status', { hasText: 'begun again from the seed' }).waitFor()
    await ready(page)
    expect(await updates(page)).toBe(0)
    await page.context().close()
  }, 240_000)

  test('is run by keyboard, on a phone too, and keeps its settings in the address', async () => {
    const page = await lab.open('?c=2&right=none&left=cosface', { viewport: { width: 390, height: 844 } })
    await ready(page)
    await page.locator('#step').focus()
    await page.keyboard.press('Enter')
    await reads(page, '.status', /^1 updates/)
    await page.locator('#play').focus()
    await page.keyboard.press('Space')
    await reads(page, '#play', /^Pause$/)
    await page.keyboard.press('Space')

    await page.locator('#point').focus()
    const title = await page.textContent('#point-title')
    await page.keyboard.press('ArrowRight')
    expect(await page.textContent('#point-title')).not.toBe(title)
    await reads(page, '[data-loss]', /^\d/)

    await page.getByLabel('Scale s', { exact: true }).focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/[?&]s=16\.5(&|$|#)/)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    const again = await lab.open(new URL(page.url()).search, { viewport: { width: 390, height: 844 } })
    expect(await again.getByLabel('Scale s', { exact: true }).inputValue()).toBe('16.5')
    expect(await again.locator('#loss-left').inputValue()).toBe('cosface')
    expect(await again.locator('[role=alert]').count()).toBe(0)
    await again.context().close()
    await page.context().close()
  })

  test('fits the narrowest phone with two losses of long names', async () => {
    const page = await lab.open('?c=2&left=combined&right=curricularface', {
      viewport: { width: 320, height: 640 },
    })
    await ready(page)
    await page.click('#step')
    await reads(page, '[data-loss]', /^\d/)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.context().close()
  })

  /** Chromium asks its user before it saves more than ten files of one page that nobody's hand has touched. */
  const savedAtOnce = 8

  /** Saves every figure of a page both ways, and gives the files' names. @param opened opens that page, as often as it is needed */
  const savedFrom = async (opened: () => Promise<Page>): Promise<string[]> => {
    const names: string[] = []
    let page = await opened()
    const buttons = await page.locator('[aria-label^="Save as"]').count()
    for (let index = 0; index < buttons; index++) {
      if (index > 0 && index % savedAtOnce === 0) {
        await page.context().close()
        page = await opened()
      }
      const button = page.locator('[aria-label^="Save as"]').nth(index)
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
      const [name, bytes] = [download.suggestedFilename(), await readFile(await download.path())]
      const beginning = bytes.subarray(0, 4).toString('latin1')
      expect(beginning, name).toBe(name.endsWith('.png') ? '\u0089PNG' : '<svg')
      expect(bytes.length, name).toBeGreaterThan(2000)
      if (name.endsWith('.svg')) expect(bytes.toString(), name).not.toMatch(/var\(|NaN|undefined/)
      names.push(name)
    }
    await page.context().close()
    return names.sort()
  }
  const both = (...names: readonly string[]): string[] =>
    names.flatMap((name) => [`${name}.png`, `${name}.svg`])

  test('every figure is saved as SVG and PNG', async () => {
    const trained = async (): Promise<Page> => {
      const page = await lab.open('?c=2&right=none')
      await ready(page)
      await page.click('#step')
      await reads(page, '.status', /^1 updates/)
      await page.waitForSelector('#noise .handle')
      return page
    }
    expect(await savedFrom(trained)).toEqual(
      both(
        'boundaries',
        'curves',
        'features',
        'geometry',
        'margin-bound',
        'noise',
        'scale-bound',
        'weight-length',
      ),
    )
  }, 120_000)

  test('three-dimensional features are shown on the sphere, accessibly in the dark (axe-core), and saved', async () => {
    const trained = async (): Promise<Page> => {
      const page = await lab.open('?c=3&d=3&right=none', { colorScheme: 'dark', reducedMotion: 'reduce' })
      await ready(page)
      await page.click('#step')
      await page.waitForSelector('#sphere [role=slider]')
      return page
    }
    const page = await trained()
    expect(await violations(page)).toEqual([])

    // the point that is looked at is marked; another one is chosen by pointing at it
    const title = (): Promise<string | null> => page.textContent('#point-title')
    await page.locator('#point').focus()
    do await page.keyboard.press('ArrowRight')
    while ((await page.locator('.mark[stroke-dasharray]').count()) > 0)
    const chosen = await title()
    const [globe, mark] = [
      await page.locator('#sphere [role=slider]').boundingBox(),
      await page.locator('.mark').boundingBox(),
    ]
    const across = (mark?.x ?? 0) + (mark?.width ?? 0) / 2 - (globe?.x ?? 0)
    const down = (mark?.y ?? 0) + (mark?.height ?? 0) / 2 - (globe?.y ?? 0)
    await page.keyboard.press('End')
    expect(await title()).not.toBe(chosen)
    await page.locator('#sphere [role=slider]').hover({ position: { x: across, y: down } })
    await expect.poll(title).toBe(chosen)
    await page.context().close()
    expect(await savedFrom(trained)).toEqual(expect.arrayContaining(both('curves', 'sphere')))
  }, 120_000)

  test('nonsense in the address is answered with a word; without threads it says so and works', async () => {
    const page = await lab.open('?m=9&lefft=nsl&c=2&right=none', { isIsolated: false })
    const alert = await page.textContent('.complaints')
    expect(alert).toContain('“m=9” in the address is not a number from 0 to 1; 0.2 is used.')
    expect(alert).toContain('“lefft”, which is no setting of this page; perhaps “left” was meant')
    await ready(page)
    expect(await page.textContent('#threads')).toContain('threads are not available')
    await page.click('#step')
    await reads(page, '.status', /^1 updates/)
    await page.context().close()
  })

  test.each(['light', 'dark'] as const)('is accessible in %s (axe-core)', async (colorScheme) => {
    // dark as it opens, with all eight people and both losses
    const page = await lab.open(colorScheme === 'dark' ? '' : '?c=2', {
      colorScheme,
      reducedMotion: 'reduce',
    })
    await ready(page)
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })
})
