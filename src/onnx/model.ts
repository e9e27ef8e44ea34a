/** @file An ONNX model in our own words; `encode.ts` and `decode.ts` alone know its bytes. */

/** Element types by their usual names; the position is ONNX's number. */
export const onnxDTypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
] as const

/** An ONNX element type. */
export type OnnxDType = (typeof onnxDTypes)[number]

/** A length, or the name of one that is left open (`N`). */
export type Dimension = number | string

/** A graph input or output as the model declares it; `shape` is absent where the model leaves the rank open. */
export interface OnnxPort {
  readonly name: string
  readonly dtype: OnnxDType
  readonly shape: readonly Dimension[] | undefined
}

/** An attribute of a node; the kind is written out since ONNX tells 1 from 1.0. */
export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }

export interface OnnxNode {
  readonly op: string
  /** Absent means ONNX's standard operators. */
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
  /** Shown in profiles and runtime errors. */
  readonly name?: string
}

/** A constant tensor: little-endian bytes, row-major. */
export interface OnnxInitializer {
  readonly dtype: OnnxDType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** What a model is built from. */
export interface OnnxModel {
  readonly name: string
  readonly producer: string
  /** Operator-set versions by domain; `''` is the standard one. */
  readonly opsets: Readonly<Record<string, number>>
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, OnnxInitializer>
  readonly metadata: Readonly<Record<string, string>>
}
