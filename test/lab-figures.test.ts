import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Lab, openLab } from './lab-page.ts'

const parameter = (page: Page, name: string): number => Number(new URL(page.url()).searchParams.get(name))

/** Waits until the address holds another value than `before`, and gives it. */
const changed = async (page: Page, name: string, before: number): Promise<number> => {
  await expect.poll(() => parameter(page, name), { timeout: 10_000 }).not.toBe(before)
  return parameter(page, name)
}

const drag = async (page: Page, handle: string, x: number, y: number): Promise<void> => {
  const found = page.locator(handle).first()
  await found.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }))
  const box = await found.boundingBox()
  if (box === null) throw new Error(`${handle} is not to be seen`)
  const [left, top] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(left, top)
  await page.mouse.down()
  await page.mouse.move(left + x, top + y, { steps: 3 })
  await page.mouse.up()
}

describe.skipIf(executable === undefined)('the lab’s figures (skipped without Chromium)', () => {
  let lab: Lab
  let page: Page
  beforeAll(async () => {
    lab = await openLab()
    // every setting away from where a reader finds it, so that each stands in the address
    page = await lab.open('?length=1.5&c1=0.4&c2=0.2&w1=30&w2=120&x=60&s=20&c=9&p=0.95&m=0.22&size=3&noise=5')
    await page.waitForSelector('#noise .handle')
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  test('a longer W₁ moves softmax’s boundary and leaves NSL’s', async () => {
    const said = (): Promise<(string | null)[]> =>
      page
        .locator('#weight-length [role=img]')
        .evaluateAll((panes) => panes.map((pane) => pane.getAttribute('aria-label')))
    const before = await said()
    await drag(page, '#weight-length .handle', 50, 0)
    // a drag is many small moves: the last one counts
    await expect.poll(() => parameter(page, 'length'), { timeout: 10_000 }).toBeGreaterThan(1.7)
    const after = await said()
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })

  test('the point of Fig 2 is dragged under every loss at once, and says whose it is', async () => {
    await drag(page, '#boundaries .handle', 0, -80)
    await expect.poll(() => parameter(page, 'c2'), { timeout: 10_000 }).toBeGreaterThan(0.6)
    await page.locator('#boundaries .handle').nth(3).focus()
    await expect
      .poll(() => page.locator('#boundaries .handle').nth(3).getAttribute('aria-valuetext'))
      .toMatch(/Class 2 wins: cos θ₂ = 0\.\d\d > 0\.40 = cos θ₁\. Clear of the margin/)
  })

  const keys: readonly (readonly [string, string, string, number])[] = [
    ['#boundaries .handle >> nth=1', 'ArrowLeft', 'c1', -1],
    ['#geometry .handle >> nth=0', 'ArrowRight', 'w1', 1],
    ['#geometry .handle >> nth=1', 'ArrowDown', 'w2', -1],
    ['#geometry .handle >> nth=5', 'ArrowUp', 'x', 1],
    ['#scale-bound .handle >> nth=0', 'ArrowLeft', 'c', -1],
    ['#scale-bound .handle >> nth=0', 'ArrowUp', 's', 1],
    ['#scale-bound .handle >> nth=1', 'ArrowRight', 'p', 1],
    ['#margin-bound .handle', 'PageUp', 'm', 1],
    ['#noise .handle', 'Shift+ArrowRight', 'noise', 1],
  ]
  test.each(keys)('%s is moved by %s', async (handle, key, name, direction) => {
    const before = parameter(page, name)
    await page.locator(handle).focus()
    await page.keyboard.press(key)
    const after = await changed(page, name, before)
    expect(Math.sign(after - before)).toBe(direction)
  })

  test('a setting that cannot work is told in words and by another mark', async () => {
    const figure = page.locator('#margin-bound')
    await figure.locator('input').first().fill('0.8')
    await expect.poll(() => figure.locator('.handle').getAttribute('aria-valuetext')).toMatch(/It can work/)
    // the first of the sizes, D = 2
    await figure.locator('input').nth(1).fill('0')
    await expect
      .poll(() => figure.locator('.handle').getAttribute('aria-valuetext'))
      .toMatch(/It cannot work/)
  })

  test('D of Eq 7 is moved by keys, by arrows to the next size and by End and Home to the ends', async () => {
    const slider = page.getByLabel('D of this figure', { exact: true })
    await slider.focus()
    for (const [key, size] of [
      ['End', 512],
      // where a reader finds it, which the address leaves out
      ['Home', null],
      ['ArrowRight', 3],
      ['ArrowRight', 4],
      ['ArrowLeft', 3],
    ] as const) {
      await page.keyboard.press(key)
      const wanted = size === null ? null : String(size)
      await expect.poll(() => new URL(page.url()).searchParams.get('size'), { timeout: 10_000 }).toBe(wanted)
    }
    expect(await slider.getAttribute('aria-valuetext')).toBe('3')
  })

  test('a link sets all that its words rest on, whatever was set before', async () => {
    const query = async (name: string): Promise<string[]> => {
      const address = await page.getByRole('link', { name, exact: true }).getAttribute('href')
      const { searchParams } = new URL(address ?? '', page.url())
      return ['left', 'right', 's', 'm', 'c', 'd', 'p', 'size']
        .filter((one) => searchParams.has(one))
        .map((one) => `${one}=${searchParams.get(one)}`)
    }
    expect(await query('softmax beside NSL')).toEqual(['left=softmax', 'right=nsl'])
    expect(await query('NSL beside LMCL')).toEqual([])
    expect(await query('a margin too large')).toEqual(['m=0.6'])
    expect(await query('Train with s = 2')).toEqual(['s=2'])
    expect(await query('features collapse or will not settle')).toEqual(['m=0.6'])
  })

  test('more noise flips more decisions, fewer of LMCL’s', async () => {
    const figure = page.locator('#noise')
    await page.locator('#margin-bound input').first().fill('0.2')
    await figure.locator('input').fill('8')
    const shares = async (): Promise<number[]> =>
      [
        ...((await figure.locator('.handle').getAttribute('aria-valuetext')) ?? '').matchAll(/([\d.]+) %/g),
      ].map(([, share]) => Number(share))
    await expect.poll(async () => (await shares())[0]).toBeGreaterThan(5)
    const [nsl = 0, lmcl = 100] = await shares()
    expect(lmcl).toBeLessThan(nsl / 2)
  })

  test('a figure is saved as SVG in light colours, and as PNG of twice its size', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    const saved = async (kind: string): Promise<{ name: string; bytes: Buffer }> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator(`#geometry [aria-label^="Save as ${kind}"]`).click(),
      ])
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
    }
    const [svg, png] = [await saved('SVG'), await saved('PNG')]
    expect([svg.name, png.name]).toEqual(['geometry.svg', 'geometry.png'])
    const text = svg.bytes.toString()
    expect(text).not.toMatch(/var\(|data-handle/)
    expect(text).toContain('fill="#ffffff"')
    const width = Number(/ width="(\d+)"/.exec(text)?.[1])
    const { data, info } = await sharp(png.bytes).raw().toBuffer({ resolveWithObject: true })
    expect(info.width).toBe(2 * width)
    // drawn, not empty: many colours
    expect(new Set(data).size).toBeGreaterThan(50)
  })

  test('the browser complained of nothing', () => {
    expect(lab.complaints).toEqual([])
  })
})
