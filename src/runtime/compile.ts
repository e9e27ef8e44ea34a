/** @file From graphs to what a driver loads: the plan chosen, every program emitted, plain data all of it. */
import { choosePlan } from '../onnx/choose.ts'
import { emitProgram } from '../onnx/emit.ts'
import type { Layout, Plan } from '../onnx/plan.ts'
import type { EmittedProgram } from '../onnx/program.ts'
import type { LoadOptions } from './driver.ts'
import type { SessionSpec } from './session.ts'

/** A state as it is kept between runs. */
export interface StateSlot {
  /** The canonical shape. */
  readonly shape: readonly number[]
  readonly layout: Layout
}

/** A session's programs, emitted. Plain data: it may be sent to another thread. */
export interface CompiledSpec {
  readonly state: Readonly<Record<string, StateSlot>>
  readonly programs: Readonly<Record<string, EmittedProgram>>
  readonly plan: Plan
  readonly load: LoadOptions
}

export interface CompileOptions {
  /** Channels to a block as probed on the runtime that will run the programs; 1 without the blocked layout. */
  readonly blockSize: number
  /** Load options beyond the device and threads of the spec. */
  readonly load?: LoadExtras
}

/** How a runtime loads models, apart from the device and threads that the spec names. */
export type LoadExtras = Omit<LoadOptions, 'device' | 'threads'>

/**
 * Emits every program of a spec. A plan made for another block size than the runtime has would give wrong numbers: it
 * is chosen anew then, which the fingerprint shows.
 */
export function compileSpec(spec: SessionSpec, { blockSize, load = {} }: CompileOptions): CompiledSpec {
  const { device, threads } = spec
  const given = spec.plan !== undefined && isUsable(spec.plan, blockSize) ? spec.plan : undefined
  const plan =
    given ?? choosePlan(Object.values(spec.programs), Object.keys(spec.state), { device, blockSize })
  const state = Object.entries(spec.state).map(([name, shape]): [string, StateSlot] => [
    name,
    { shape, layout: plan.layouts[name] ?? 'plain' },
  ])
  const programs = Object.entries(spec.programs).map(([name, graph]): [string, EmittedProgram] => [
    name,
    emitProgram(graph, plan, { device }),
  ])
  return {
    state: Object.fromEntries(state),
    programs: Object.fromEntries(programs),
    plan,
    load: { ...load, device, threads },
  }
}

/** Whether a plan can run where blocks have `blockSize` channels. */
export function isUsable(plan: Plan, blockSize: number): boolean {
  return plan.blockSize === 1 || plan.blockSize === blockSize
}
