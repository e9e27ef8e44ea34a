/** @file What a lowering is: one named way to say an operation in ONNX, and what it may ask of the emitter. */
import type { Device } from './device.ts'
import type { OnnxAttribute } from './model.ts'
import type { Layout } from './plan.ts'
import type { OpKind, Value } from '../graph/value.ts'

/** Where a program will run. */
export interface Target {
  readonly device: Device
  /** Channels to a block; 1 without the blocked layout. */
  readonly blockSize: number
  /** Whether the parameters are constants of the model: an exported one. @defaultValue false */
  readonly frozen?: boolean
}

export type Attributes = Readonly<Record<string, OnnxAttribute>>

/** The emitter as a lowering sees it. Equal nodes are made once, so helpers need no names to be shared. */
export interface EmitContext {
  readonly target: Target
  /** The model's name of a value in a layout; reordered (once) where it exists only in another. */
  get(value: Value, layout?: Layout): string
  /** Whether the value already lies in `layout`. */
  has(value: Value, layout: Layout): boolean
  /** Says where a value lies. */
  set(value: Value, name: string, layout?: Layout): void
  /** Adds a node with one output and returns its name. */
  op(op: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string
  /** A constant tensor: whole numbers become int64, as ONNX wants shapes and axes. */
  constant(shape: readonly number[], data: Float32Array | Int32Array | readonly number[]): string
  /** What `make` returns, made once for each key: for helpers that would be costly to compare. */
  once(key: string, make: () => string): string
  /** A tensor seen with another shape; `batch` marks a leading axis that may be left open. */
  reshape(name: string, shape: readonly number[], batch: boolean): string
  /** Whether the value's leading axis is the open batch axis. */
  isBatch(value: Value): boolean
  /** Whether the value is not emitted yet: left to its only user, which may take it over. */
  isPending(value: Value): boolean
  /** Emits a pending value on its own. */
  settle(value: Value): void
  /** Lets a pending value's lowering do the addition as well; undefined if it cannot. */
  absorb(value: Value, addition: Addition): Placed | undefined
  /** The name of the lowering the plan chose for a node, if any fits. */
  choice(value: Value): string
}

/** A tensor of the model and how it lies. */
export interface Placed {
  readonly name: string
  readonly layout: Layout
}

/** What a convolution can add to its result by itself. */
export type Addition = { readonly bias: Value } | { readonly residual: Value }

/** One way to emit an operation. */
export interface Lowering<K extends OpKind> {
  readonly name: string
  fits(node: Value<K>, target: Target): boolean
  emit(context: EmitContext, node: Value<K>): void
  /** Emits the node with something added to it; undefined where that cannot be. */
  emitSum?(context: EmitContext, node: Value<K>, addition: Addition): Placed | undefined
}

/** The lowering that always fits. */
export function plain<K extends OpKind>(emit: Lowering<K>['emit']): Lowering<K> {
  return { name: 'plain', fits: () => true, emit }
}

export const int = (value: number): OnnxAttribute => ({ kind: 'int', value })
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value })
export const floats = (value: readonly number[]): OnnxAttribute => ({ kind: 'floats', value })
export const text = (value: string): OnnxAttribute => ({ kind: 'string', value })

/** The domain of ORT's internal operators on the blocked layout. */
export const blockedDomain = 'com.microsoft.nchwc'

/** An operation's kind, shapes and numbers as one word: the key of plans. */
export function signatureOf(node: Value): string {
  const shapes = node.inputs.map((value) => value.shape.join('x')).join(' ')
  const entries = Object.entries(node.attributes).filter(([, value]) => typeof value === 'number')
  return [node.kind, shapes, ...entries.map(([key, value]) => `${key}=${String(value)}`)].join(' ')
}
