/** @file Finds the first tensor of a step that is not finite, by running the step again with every value watched. */
import * as ops from '../graph/ops.ts'
import { valuesOf } from '../graph/order.ts'
import type { AnyValue, Graph } from '../graph/value.ts'
import type { Feeds, OpenSession, SessionSpec } from '../runtime/session.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { feedNames, resultNames } from './step.ts'
import type { StepRun } from './step-feeds.ts'
import type { Trainer } from './trainer.ts'

const watched = 'watched'

/** Where a value stands in the network, in words. */
const describe = (value: AnyValue): string => {
  if (value.label !== undefined) return value.label
  // the nearest named value it was made from
  let layer: readonly AnyValue[] = value.inputs
  for (let depth = 0; depth < 8 && layer.length > 0; depth++) {
    const named = layer.find((from) => from.label !== undefined)
    if (named !== undefined) return `${value.kind} from ${named.label}`
    layer = layer.flatMap((from) => from.inputs)
  }
  return value.kind
}

/** x − x summed is 0 for finite x and NaN for any other. */
const probeGraph = (values: readonly AnyValue[]): Graph => ({
  name: 'non-finite probe',
  outputs: {
    [watched]: ops.concat(
      values.map((value) => ops.reshape(ops.sum(ops.subtract(value, value)), [1])),
      0,
    ),
  },
})

/** Where a step's first value that is not finite comes from. */
export interface NonFinite {
  readonly name: string
  /** The part of the batch it came in, counted from 1, where there are several. */
  readonly part?: number
}

type Surroundings = Pick<SessionSpec, 'device' | 'threads'> & { readonly openSession: OpenSession }

interface Probe extends AsyncDisposable {
  /** The first value that is not finite under a state and feeds; undefined where all are finite. */
  find(state: ReadonlyMap<string, Tensor>, feeds: Feeds): Promise<string | undefined>
}

const openProbe = async (
  graph: Graph,
  stateShapes: SessionSpec['state'],
  { openSession, device, threads }: Surroundings,
): Promise<Probe> => {
  const values = valuesOf(graph).filter((value) => value.dtype === 'float32' && value.kind !== 'constant')
  const used = new Set(values.flatMap((value) => (value.kind === 'input' ? [value.attributes.name] : [])))
  const state = Object.fromEntries(Object.entries(stateShapes).filter(([name]) => used.has(name)))
  const session = await openSession({ state, programs: { probe: probeGraph(values) }, device, threads })
  return {
    find: async (now, feeds) => {
      await session.writeState(new Map([...now].filter(([name]) => used.has(name))))
      const needed = Object.fromEntries(
        Object.entries(feeds).filter(([name]) => used.has(name) || name === feedNames.labels),
      )
      const { [watched]: sums } = await session.run('probe', needed)
      const index = sums === undefined ? -1 : sums.data.findIndex((sum) => !Number.isFinite(sum))
      const value = values[index]
      return value === undefined ? undefined : describe(value)
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

/**
 * Names the first value that was not finite in an update that was refused, by going through its runs once more. The trainer's
 * state stays as it is, but for what an update only passes on to its end.
 */
export async function firstNonFinite(
  { session, programs }: Trainer,
  runs: readonly StepRun[],
  surroundings: Surroundings,
): Promise<NonFinite | undefined> {
  for (const program of new Set(runs.map((run) => run.program))) {
    const graph = programs.programs[program]
    if (graph === undefined) continue
    await using probe = await openProbe(graph, programs.state, surroundings)
    for (const [index, { feeds }] of runs.filter((run) => run.program === program).entries()) {
      const name = await probe.find(await session.readState(), feeds)
      if (name !== undefined) return { name, ...(program === 'accumulate' ? { part: index + 1 } : {}) }
      // a part that is finite moves what later parts start from
      if (program === 'accumulate') await session.run(program, feeds, { guard: resultNames.metrics })
    }
  }
  return undefined
}
