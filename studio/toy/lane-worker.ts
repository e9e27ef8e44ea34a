/** @file One experiment in a web worker: graph, runtime and measurements, so that the page only draws. */
import * as ort from 'onnxruntime-web/wasm'
import loader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import binary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import { ToyTrainer } from '../../src/experiment/toy-trainer.ts'
import { compileSpec } from '../../src/runtime/compile.ts'
import { openPortableDriver } from '../../src/runtime/portable-driver.ts'
import type { Session, SessionSpec } from '../../src/runtime/session.ts'
import { openStateSession } from '../../src/runtime/state-session.ts'
import type { StepMetrics } from '../../src/train/events.ts'
import { shownEvery } from './lane-protocol.ts'
import type { LaneAdvance, LaneFrame, LaneReply, LaneRequest, LaneStart } from './lane-protocol.ts'

async function openSession(spec: SessionSpec): Promise<Session> {
  ort.env.wasm.numThreads = spec.threads
  ort.env.wasm.wasmPaths = {
    mjs: new URL(loader, import.meta.url).href,
    wasm: new URL(binary, import.meta.url).href,
  }
  const driver = openPortableDriver(ort, {
    runtime: `onnxruntime-web ${ort.env.versions.web ?? 'of unknown version'}`,
    cpuProvider: 'wasm',
  })
  // the blocked layout is an internal of the native library
  const compiled = await compileSpec(spec, { blockSize: 1 })
  return openStateSession(compiled, driver, { cpu: navigator.userAgent, ownsDriver: true })
}

let current: ToyTrainer | undefined

const trainer = (): ToyTrainer => {
  if (current === undefined) throw new Error('The experiment has not begun')
  return current
}

async function frame(metrics: readonly StepMetrics[], seconds: number): Promise<LaneFrame> {
  const running = trainer()
  return {
    iteration: running.iteration,
    metrics,
    train: await running.measure('train', shownEvery),
    heldOut: await running.measure('heldOut'),
    weights: await running.weights(),
    warnings: running.advice.warnings,
    seconds,
  }
}

async function start({ data, threads, ...setting }: LaneStart): Promise<LaneFrame> {
  await current?.[Symbol.asyncDispose]()
  current = await ToyTrainer.open({ ...setting, network: 'light' }, data, { openSession, threads })
  return frame([], 0)
}

async function advance({ steps, knobs }: LaneAdvance): Promise<LaneFrame> {
  const begun = performance.now()
  const metrics: StepMetrics[] = []
  for (let step = 0; step < steps; step++) metrics.push(await trainer().step(knobs))
  return frame(metrics, (performance.now() - begun) / 1000)
}

async function reply(request: LaneRequest): Promise<LaneReply> {
  const { id } = request
  try {
    if (request.kind === 'start') return { id, kind: 'frame', frame: await start(request.start) }
    if (request.kind === 'advance') return { id, kind: 'frame', frame: await advance(request.advance) }
    const { feature, label } = request.judge
    return { id, kind: 'judgement', judgement: await trainer().judge(feature, label) }
  } catch (error) {
    return { id, kind: 'failure', message: error instanceof Error ? error.message : String(error) }
  }
}

let turn: Promise<void> = Promise.resolve()

globalThis.addEventListener('message', ({ data }: MessageEvent<LaneRequest>) => {
  // strictly one after another: a step and a look share the state
  turn = turn.then(async () => globalThis.postMessage(await reply(data)))
})
