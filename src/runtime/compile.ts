/** @file From graphs to what a driver loads: the plan chosen, every program emitted, plain data all of it. */
import { breather, withRests } from '../base/breather.ts'
import { choosePlan } from '../onnx/choose.ts'
import { emitting } from '../onnx/emit.ts'
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
 * Emits every program of a spec, with rests on the way. A plan made for another block size than the runtime has would give wrong numbers: it
 * is chosen anew then, which the fingerprint shows.
 */
export async function compileSpec(
  spec: SessionSpec,
  { blockSize, load = {} }: CompileOptions,
): Promise<CompiledSpec> {
  const { device, threads } = spec
  const given = spec.plan !== undefined && isUsable(spec.plan, blockSize) ? spec.plan : undefined
  const plan =
    given ?? choosePlan(Object.values(spec.programs), Object.keys(spec.state), { device, blockSize })
  const state = Object.entries(spec.state).map(([name, shape]): [string, StateSlot] => [
    name,
    { shape, layout: plan.layouts[name] ?? 'plain' },
  ])
  const programs: Record<string, EmittedProgram> = {}
  const rest = breather()
  for (const [name, graph] of Object.entries(spec.programs))
    programs[name] = await withRests(emitting(graph, plan, { device }), rest)
  return {
    state: Object.fromEntries(state),
    programs,
    plan,
    load: { ...load, device, threads },
  }
}

/** Whether a plan can run where blocks have `blockSize` channels. */
export function isUsable(plan: Plan, blockSize: number): boolean {
  return plan.blockSize === 1 || plan.blockSize === blockSize
}
