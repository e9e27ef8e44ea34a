/** @file The emitter's memory: which value lies where under which name, and the nodes made so far. */
import { bytesOf } from '../base/bytes.ts'
import type { Value } from '../graph/value.ts'
import { inverse, layoutFits, reorderingTo, type Reordering } from './layout.ts'
import {
  blockedDomain,
  int,
  ints,
  type Addition,
  type EmitContext,
  type Placed,
  type Target,
} from './lowering.ts'
import type { OnnxInitializer, OnnxNode } from './model.ts'
import type { Layout } from './plan.ts'

const layouts: readonly Layout[] = ['plain', 'blocked', 'blocked-weight']

/** What the emitter needs to know of the graph as a whole. */
export interface ContextOptions {
  readonly target: Target
  /** The lowering a node takes. */
  readonly choose: (value: Value) => string
  /** Emits a value that was left to its only user, who did not take it over. */
  readonly emit: (value: Value) => void
  /** Emits a pending value with something added to it. */
  readonly absorb: (value: Value, addition: Addition) => Placed | undefined
  readonly pending: Set<Value>
  readonly batch: ReadonlySet<Value>
}

/** The context with what came of it. */
export interface Emission {
  readonly context: EmitContext
  readonly nodes: OnnxNode[]
  readonly initializers: Map<string, OnnxInitializer>
  /** The node kind or label that new nodes are named after, for profiles and error messages. */
  at(label: string): void
}

/** Starts an empty emission. */
export function createEmission(options: ContextOptions): Emission {
  const nodes: OnnxNode[] = []
  const initializers = new Map<string, OnnxInitializer>()
  const places = new Map<Value, Map<Layout, string>>()
  const made = new Map<string, string>()
  let label = ''

  const once = (key: string, make: (name: string) => void): string => {
    const known = made.get(key)
    if (known !== undefined) return known
    const name = `:${made.size}`
    made.set(key, name)
    make(name)
    return name
  }

  const op: EmitContext['op'] = (kind, inputs, attributes = {}, domain = '') =>
    once(JSON.stringify([domain, kind, inputs, attributes]), (name) => {
      const own = `${label}/${kind}.${name}`
      const node = { op: kind, inputs, outputs: [name], attributes, name: own }
      nodes.push(domain === '' ? node : { ...node, domain })
    })

  const constant: EmitContext['constant'] = (shape, data) => {
    const array =
      data instanceof Float32Array || data instanceof Int32Array ? data : BigInt64Array.from(data, BigInt)
    const dtype = array instanceof Float32Array ? 'float32' : array instanceof Int32Array ? 'int32' : 'int64'
    const add = (name: string): void => void initializers.set(name, { dtype, shape, bytes: bytesOf(array) })
    // large constants are not compared: their text would be longer than what it saves
    if (array.length > 64) return once(`constant ${made.size}`, add)
    return once(JSON.stringify([dtype, shape, bytesOf(array).join()]), add)
  }

  const reshape: EmitContext['reshape'] = (name, shape, batch) => {
    const lengths = batch ? [-1, ...shape.slice(1)] : shape
    return op('Reshape', [name, constant([lengths.length], lengths)])
  }

  const reorder = (name: string, { shape, permutation }: Reordering, result: readonly number[]): string => {
    const turned = op('Transpose', [reshape(name, shape, false)], { perm: ints(permutation) })
    return reshape(turned, result, false)
  }

  const convert = (value: Value, name: string, from: Layout, to: Layout): string => {
    const { shape, dtype } = value
    const { blockSize } = options.target
    if (from !== 'plain' && to !== 'plain') throw new Error(`no way from ${from} to ${to} for ${value.kind}`)
    const layout = to === 'plain' ? from : to
    if (!layoutFits(shape, layout, blockSize)) {
      throw new Error(`${value.kind} [${shape.join(', ')}] has no ${layout} layout`)
    }
    if (layout === 'blocked' && dtype === 'float32') {
      const channels = { channels: int(shape[1] ?? 1) }
      return to === 'plain'
        ? op('ReorderOutput', [name], channels, blockedDomain)
        : op('ReorderInput', [name], {}, blockedDomain)
    }
    const there = reorderingTo(shape, layout, blockSize)
    return reorder(name, to === 'plain' ? inverse(there) : there, shape)
  }

  const placesOf = (value: Value): Map<Layout, string> => {
    let known = places.get(value)
    if (known === undefined) places.set(value, (known = new Map<Layout, string>()))
    return known
  }

  const settle = (value: Value): void => {
    if (options.pending.delete(value)) options.emit(value)
  }

  const get: EmitContext['get'] = (value, layout = 'plain') => {
    settle(value)
    const known = placesOf(value)
    const found = known.get(layout)
    if (found !== undefined) return found
    const from = layouts.find((candidate) => known.has(candidate))
    const name = from === undefined ? undefined : known.get(from)
    if (from === undefined || name === undefined)
      throw new Error(`${value.kind} was not emitted before its use`)
    const viaPlain = from !== 'plain' && layout !== 'plain'
    const result = viaPlain
      ? convert(value, get(value, 'plain'), 'plain', layout)
      : convert(value, name, from, layout)
    known.set(layout, result)
    return result
  }

  const helpers = new Map<string, string>()
  const context: EmitContext = {
    target: options.target,
    get,
    has: (value, layout) => places.get(value)?.has(layout) === true,
    set: (value, name, layout = 'plain') => void placesOf(value).set(layout, name),
    op,
    constant,
    once: (key, make) => {
      const known = helpers.get(key) ?? make()
      helpers.set(key, known)
      return known
    },
    reshape,
    isBatch: (value) => options.batch.has(value),
    isPending: (value) => options.pending.has(value),
    settle,
    absorb: (value, addition) => {
      const sum = options.pending.has(value) ? options.absorb(value, addition) : undefined
      if (sum !== undefined) options.pending.delete(value)
      return sum
    },
    choice: options.choose,
  }
  return { context, nodes, initializers, at: (next) => void (label = next) }
}
