/** @file What is particular to Node: a free event loop, equal bits from both drivers, falling back, ending cleanly. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { random } from '../src/base/random.ts'
import * as ops from '../src/graph/ops.ts'
import type { AnyValue, Graph } from '../src/graph/value.ts'
import { openNativeDriver } from '../src/node/session/native-driver.ts'
import { openPortableWorker } from '../src/node/session/portable-session.ts'
import type * as nativeLibrary from '../src/node/session/native-library.ts'
import type { openDriver } from '../src/node/session/open-driver.ts'
import { openSession } from '../src/node/session/open-session.ts'
import { additionProgram } from '../src/runtime/addition-program.ts'
import type { SessionSpec } from '../src/runtime/session.ts'
import type { Tensor } from '../src/tensor/tensor.ts'

const side = 512

/** A program of some hundred milliseconds whose state is some megabytes. */
function heavySpec(threads: number): SessionSpec {
  const w = ops.input('w', [side, side])
  let x: AnyValue = w
  for (let i = 0; i < 40; i++) x = ops.divide(ops.matmul(x, w), side)
  const heavy: Graph = { name: 'heavy', outputs: { w: ops.subtract(w, x), total: ops.sum(x) } }
  return { state: { w: [side, side] }, programs: { heavy }, device: 'cpu', threads }
}

const matrix = (): Tensor => {
  const stream = random(7, 'heavy')
  return { shape: [side, side], data: Float32Array.from({ length: side * side }, () => stream.normal()) }
}

/** The longest the event loop stood still while `work` was under way, in milliseconds. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  // a first reading must not include what came before
  await new Promise((resolve) => setTimeout(resolve, 30))
  delay.enable()
  await work()
  await new Promise((resolve) => setTimeout(resolve, 10))
  delay.disable()
  return delay.max / 1e6
}

describe('the event loop', () => {
  for (const driver of ['native', 'portable'] as const) {
    test(`is never blocked for 100 ms by the ${driver} driver`, async () => {
      await using session = await openSession(heavySpec(2), { driver })
      await session.writeState(new Map([['w', matrix()]]))
      let shortest = Infinity
      const pause = await longestPause(async () => {
        for (let i = 0; i < 4; i++) {
          const started = performance.now()
          await session.run('heavy', {})
          shortest = Math.min(shortest, performance.now() - started)
        }
      })
      // a run that blocked the loop would stop it for its whole length; on a starved machine the rest stretches alike
      expect(shortest).toBeGreaterThan(10)
      expect(pause).toBeLessThan(Math.min(shortest, Math.max(100, shortest / 2)))
    })
  }
})

test('both drivers give equal bits', async () => {
  const spec = convolutionSpec()
  const states = []
  for (const driver of ['native', 'portable'] as const) {
    await using session = await openSession(spec, { driver })
    const stream = random(3, 'equal')
    const draw = (shape: readonly number[]): Tensor => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
    })
    await session.writeState(new Map([['w', draw([32, 32, 3, 3])]]))
    const results = []
    for (let i = 0; i < 3; i++) results.push(await session.run('step', { x: draw([4, 32, 14, 12]) }))
    states.push({ plan: session.plan, state: await session.readState(), results })
  }
  expect(states[0]).toEqual(states[1])
  expect(states[0]?.state.get('w')?.data.every(Number.isFinite)).toBe(true)
})

/** Weights pushed along the gradient of Σ relu(conv)². */
function convolutionSpec(): SessionSpec {
  const how = { stride: 1, padding: 1 }
  const [x, w] = [ops.input('x', [4, 32, 14, 12]), ops.input('w', [32, 32, 3, 3])]
  const y = ops.maximum(ops.conv2d(x, w, how), 0)
  const gradient = ops.conv2dWeightGradient(x, y, { ...how, kernel: 3 })
  const step: Graph = {
    name: 'step',
    outputs: { w: ops.subtract(w, ops.multiply(gradient, 1e-4)), loss: ops.sum(ops.multiply(y, y)) },
  }
  return { state: { w: [32, 32, 3, 3] }, programs: { step }, device: 'cpu', threads: 2 }
}

describe('what is missing', () => {
  afterEach(() => {
    vi.doUnmock('koffi')
    vi.doUnmock('../src/node/session/native-library.ts')
    vi.resetModules()
  })

  const tiny: SessionSpec = {
    state: { w: [2] },
    programs: { double: { name: 'double', outputs: { w: ops.multiply(ops.input('w', [2]), 2) } } },
    device: 'cpu',
    threads: 1,
  }

  test('without koffi everything still works, and the reason is told', async () => {
    vi.resetModules()
    vi.doMock('koffi', () => {
      throw new Error('koffi has no build for this platform')
    })
    const fresh = await import('../src/node/session/open-session.ts')
    const notices: string[] = []
    await using session = await fresh.openSession(tiny, { notice: (text) => notices.push(text) })
    expect(session.driver).toBe('portable')
    expect(session.fingerprint.runtime).toMatch(/^onnxruntime-node /)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/^Running on onnxruntime-node .*koffi/s)
    await session.writeState(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]))
    await session.run('double', {})
    expect([...((await session.readState()).get('w')?.data ?? [])]).toEqual([2, 4])
    await expect(fresh.openSession(tiny, { driver: 'native' })).rejects.toThrow()
  })

  const withInstalled = async (...names: string[]): Promise<typeof openDriver> => {
    vi.resetModules()
    vi.doMock('../src/node/session/native-library.ts', async (original) => ({
      ...(await original<typeof nativeLibrary>()),
      isInstalled: (name: string) => names.includes(name),
      findLibrary: () => {
        throw new Error('onnxruntime-node is not installed')
      },
    }))
    return (await import('../src/node/session/open-driver.ts')).openDriver
  }

  test('without onnxruntime-node, onnxruntime-web stands in', async () => {
    const open = await withInstalled('koffi', 'onnxruntime-web')
    const opened = await open({})
    await using driver = opened.driver
    expect(driver.runtime).toMatch(/^onnxruntime-web /)
    expect(opened).toMatchObject({ kind: 'portable', reason: 'onnxruntime-node is not installed' })
  })

  test('without any runtime the command that supplies one is named', async () => {
    const open = await withInstalled('koffi')
    await expect(open({})).rejects.toThrow('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node')
  })

  test('a device that is not there is refused with what to install', async () => {
    await expect(openSession({ ...tiny, device: 'cuda' })).rejects.toThrow(/cuda does not work here.*CUDA 12/)
  })
})

describe('endings', () => {
  test('a worker that dies is reported to whoever waits, and to whoever asks later', async () => {
    const driver = await openPortableWorker('onnxruntime-node', 1)
    const runner = await driver.load(additionProgram(), { device: 'cpu', threads: 1 })
    const waiting = expect(runner.run([new Float32Array(6)])).rejects.toThrow(/ended/)
    await driver[Symbol.asyncDispose]()
    await waiting
    await expect(runner.run([new Float32Array(6)])).rejects.toThrow(/ended/)
  })

  test('models that cannot be loaded say why, and leave the driver usable', async () => {
    await using driver = await openNativeDriver()
    const options = { device: 'cpu', threads: 1 } as const
    const broken = { ...additionProgram(), model: new Uint8Array(10) }
    await expect(driver.load(broken, options)).rejects.toThrow(/^ONNX Runtime: /)
    await using runner = await driver.load(additionProgram(), options)
    await expect(runner.run([new Float32Array(5)])).rejects.toThrow(/`x` of shape \[2, 3\], got 5/)
    expect([...((await runner.run([Float32Array.of(1, 2, 3, 4, 5, 6)]))[0] ?? [])]).toEqual([
      2, 4, 6, 8, 10, 12,
    ])
  })

  test('a process that forgets to dispose still ends by itself', async () => {
    const module = fileURLToPath(new URL('../dist/node/session/open-driver.js', import.meta.url))
    const script = `
      const { openDriver } = await import(${JSON.stringify(module)})
      const opened = [await openDriver(), await openDriver({ driver: 'portable' })]
      console.log(opened.map(({ driver }) => driver.name).join())
    `
    const child = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 20_000,
    })
    expect(child).toEqual({ stdout: 'native,portable\n', stderr: '' })
  })
})
