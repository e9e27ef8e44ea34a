/** @file The plan: which lowering each operation takes, and in which layout the parameters live. */
import { byCodePoint } from '../base/names.ts'
import { inOrder } from '../graph/order.ts'
import type { AnyValue, Graph } from '../graph/value.ts'
import { stateLayouts } from './choose-layouts.ts'
import type { Device } from './device.ts'
import { signatureOf, type Target } from './lowering.ts'
import { candidates } from './lowerings.ts'
import type { Plan } from './plan.ts'
import { preferred } from './rules.ts'

export interface ChooseOptions {
  readonly device: Device
  /** Channels to a block of the runtime's internal layout; 1 where it has none. */
  readonly blockSize: number
  /** Measured choices, which go before the table's: operation signature → lowering. */
  readonly overrides?: Readonly<Record<string, string>>
  /** `plain`: standard operators and canonical layouts only. */
  readonly force?: 'plain'
}

/** The operations of the graphs that have more than one lowering on the target, one for each signature. */
export function choicesOf(graphs: readonly Graph[], target: Target): Map<string, AnyValue> {
  const found = new Map<string, AnyValue>()
  for (const value of inOrder(graphs.flatMap((graph) => Object.values(graph.outputs)))) {
    if (candidates(value, target).length > 1) found.set(signatureOf(value), value)
  }
  return found
}

/** Chooses a lowering for every operation that has several, and a layout for every state that gains by one. */
export function choosePlan(
  graphs: readonly Graph[],
  stateNames: readonly string[],
  { device, blockSize, overrides = {}, force }: ChooseOptions,
): Plan {
  const target: Target = { device, blockSize: device === 'cpu' && force !== 'plain' ? blockSize : 1 }
  const lowerings: Record<string, string> = {}
  for (const [signature, value] of choicesOf(graphs, target)) {
    const names = candidates(value, target)
    const measured = overrides[signature]
    lowerings[signature] =
      force === 'plain'
        ? 'plain'
        : measured !== undefined && names.includes(measured)
          ? measured
          : preferred(value, names, device)
  }
  const layouts = stateLayouts(graphs, stateNames, lowerings, target.blockSize)
  return { blockSize: target.blockSize, lowerings, layouts }
}

/** The plan as lines of text: operation → lowering, state → layout. */
export function printPlan(plan: Plan): string {
  const lines = (record: Readonly<Record<string, string>>): string[] =>
    Object.entries(record)
      .toSorted(([a], [b]) => byCodePoint(a, b))
      .map(([key, value]) => `  ${key} → ${value}`)
  const block = plan.blockSize === 1 ? 'no blocked layout' : `blocks of ${plan.blockSize} channels`
  return [`plan: ${block}`, 'lowerings', ...lines(plan.lowerings), 'layouts', ...lines(plan.layouts)].join(
    '\n',
  )
}
