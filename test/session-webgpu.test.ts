/** @file The WebGPU provider computes what the processor does. Needs no GPU where Chromium's software Vulkan lies about. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const vulkan = '/usr/lib/chromium/vk_swiftshader_icd.json'
const dist = fileURLToPath(new URL('../dist', import.meta.url))

// read before a process starts, so that a child is needed
const environment = {
  ...process.env,
  VK_DRIVER_FILES: vulkan,
  LD_LIBRARY_PATH: path.dirname(vulkan),
}

const script = `
  import { openSession } from ${JSON.stringify(`${dist}/node/session/open-session.js`)}
  import * as ops from ${JSON.stringify(`${dist}/graph/ops.js`)}
  const how = { stride: 2, padding: 1 }
  const [x, w, a] = [ops.input('x', [2, 3, 9, 8]), ops.input('w', [4, 3, 3, 3]), ops.input('a', [4])]
  const y = ops.prelu(ops.conv2d(x, w, how), a)
  const gradient = ops.conv2dWeightGradient(x, y, { ...how, kernel: 3 })
  const step = {
    name: 'step',
    outputs: { w: ops.subtract(w, ops.multiply(gradient, 0.01)), loss: ops.sum(ops.multiply(y, y)) },
  }
  const numbers = (...shape) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => Math.sin(i * 1.7)),
  })
  const run = async (device, driver) => {
    const spec = { state: { w: [4, 3, 3, 3], a: [4] }, programs: { step }, device, threads: 1 }
    const session = await openSession(spec, { driver })
    await session.writeState(new Map([['w', numbers(4, 3, 3, 3)], ['a', numbers(4)]]))
    const losses = []
    for (let i = 0; i < 3; i++) losses.push((await session.run('step', { x: numbers(2, 3, 9, 8) })).loss.data[0])
    const state = await session.readState(['w'])
    await session[Symbol.asyncDispose]()
    return { losses, w: [...state.get('w').data] }
  }
  console.log(JSON.stringify([await run('cpu', 'auto'), await run('webgpu', 'native')]))
`

describe.skipIf(!existsSync(vulkan))('webgpu (skipped where no software Vulkan is installed)', () => {
  test('trains to the same numbers as the processor', async () => {
    const child = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: environment,
      timeout: 60_000,
    })
    const outcomes: unknown = JSON.parse(child.stdout)
    const near = (value: number): unknown => expect.closeTo(value, 3)
    expect(outcomes).toHaveLength(2)
    const [onCpu, onGpu] = Array.isArray(outcomes) ? outcomes.map(numbersIn) : []
    expect(onCpu?.length).toBe(3 + 4 * 3 * 3 * 3)
    expect(onGpu).toEqual(onCpu?.map(near))
    expect(onCpu?.[2]).not.toBe(onCpu?.[0])
  })
})

/** Every number in a nested value, in order. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}
