/** @file Finds the first tensor of a step that is not finite, by running the step again with every value watched. */
import * as ops from '../graph/ops.ts'
import { valuesOf } from '../graph/order.ts'
import type { AnyValue, Graph } from '../graph/value.ts'
import type { Feeds, OpenSession, SessionSpec } from '../runtime/session.ts'
import type { Tensor } from '../tensor/tensor.ts'

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

/** Names the first non-finite value of `graph` under a state and feeds; undefined where all are finite. */
export async function firstNonFinite(
  graph: Graph,
  {
    state,
    feeds,
    openSession,
    device,
    threads,
  }: Pick<SessionSpec, 'device' | 'threads'> & {
    readonly state: ReadonlyMap<string, Tensor>
    readonly feeds: Feeds
    readonly openSession: OpenSession
  },
): Promise<string | undefined> {
  const values = valuesOf(graph).filter((value) => value.dtype === 'float32' && value.kind !== 'constant')
  const used = new Set(values.flatMap((value) => (value.kind === 'input' ? [value.attributes.name] : [])))
  const kept = new Map([...state].filter(([name]) => used.has(name)))
  const shapes = Object.fromEntries([...kept].map(([name, { shape }]) => [name, shape]))
  const spec = { state: shapes, programs: { probe: probeGraph(values) }, device, threads }
  await using session = await openSession(spec)
  await session.writeState(kept)
  const needed = Object.fromEntries(
    Object.entries(feeds).filter(([name]) => used.has(name) || name === 'labels'),
  )
  const { [watched]: sums } = await session.run('probe', needed)
  const index = sums === undefined ? -1 : sums.data.findIndex((sum) => !Number.isFinite(sum))
  const value = values[index]
  return value === undefined ? undefined : describe(value)
}
