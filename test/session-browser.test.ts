/** @file A training session in a real browser, bundled as a user's bundler would: in a web worker, on WebAssembly. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, openPage, type OpenedPage } from './browser-page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** w ← w − 0.1·(w·x − y)·x, written in the page's own words. */
const page = (library: string): string => `
  import { openSession } from ${JSON.stringify(`${library}/web/open-session.js`)}
  import * as ops from ${JSON.stringify(`${library}/graph/ops.js`)}
  const [w, x, y] = [ops.input('w', [4]), ops.input('x', [4]), ops.input('y', [])]
  const error = ops.subtract(ops.sum(ops.multiply(w, x)), y)
  const step = {
    name: 'step',
    outputs: {
      w: ops.subtract(w, ops.multiply(ops.multiply(error, 0.1), x)),
      loss: ops.multiply(error, error),
    },
  }
  globalThis.train = async (device) => {
    const session = await openSession({ state: { w: [4] }, programs: { step }, device, threads: 1 })
    const feeds = {
      x: { shape: [4], data: Float32Array.of(1, 2, 0, 1) },
      y: { shape: [], data: Float32Array.of(3) },
    }
    const losses = []
    for (let i = 0; i < 4; i++) losses.push((await session.run('step', feeds)).loss.data[0])
    const refusal = await session.run('step', {}).then(() => '', (error) => error.message)
    const state = [...(await session.readState()).get('w').data]
    const { driver, fingerprint } = session
    await session[Symbol.asyncDispose]()
    return { losses, state, driver, runtime: fingerprint.runtime, blockSize: fingerprint.blockSize, refusal }
  }
`

describe.skipIf(executable === undefined)('in a browser (skipped where no Chromium is installed)', () => {
  let opened: OpenedPage
  let tab: Page
  beforeAll(async () => {
    opened = await openPage(page(path.join(root, 'dist')))
    tab = opened.tab
  })
  afterAll(() => opened.close())

  test('a session trains in a web worker', async () => {
    const outcome: unknown = await tab.evaluate(`train('cpu')`)
    // the error shrinks to 1 − 0.1·|x|² = 0.4 of itself with each step
    const [a, b, c, d] = [9, 9 * 0.4 ** 2, 9 * 0.4 ** 4, 9 * 0.4 ** 6]
    const near = (value: number): unknown => expect.closeTo(value, 4)
    const [w0, w1] = [(3 * (1 - 0.4 ** 4)) / 6, (6 * (1 - 0.4 ** 4)) / 6]
    expect(outcome).toEqual({
      losses: [a, b, c, d].map(near),
      state: [w0, w1, 0, w0].map(near),
      driver: 'portable',
      runtime: expect.stringMatching(/^onnxruntime-web \d/),
      blockSize: 1,
      refusal: 'The program `step` needs the feed `x`',
    })
  })

  test('a device the browser lacks is refused in a sentence', async () => {
    const refusal: unknown = await tab.evaluate(`train('cuda').then(() => '', (error) => error.message)`)
    expect(refusal).toBe('A browser has no CUDA; use webgpu')
  })
})
