/** @file ONNX bytes → what a model declares: its ports, metadata and constants. */
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { bytesOf } from '../base/bytes.ts'
import { FormatError } from '../base/errors.ts'
import { encodeMetadata } from './encode.ts'
import { refuseExternalData } from './external-data.ts'
import { onnxDTypes, type OnnxDType, type OnnxInitializer, type OnnxPort } from './model.ts'

/** A model as read from a file: enough to feed it, to look at its constants, and to know where it came from. */
export interface OnnxFile {
  readonly name: string
  readonly producer: string
  readonly opsets: Readonly<Record<string, number>>
  /** What must be fed; constants that older files also list as inputs are left out. */
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  readonly metadata: Readonly<Record<string, string>>
  /** By name; views into the file's bytes where it keeps them raw. */
  readonly initializers: ReadonlyMap<string, OnnxInitializer>
  /** Operator names with their domain (`com.microsoft.nchwc:Conv`), in the order of the nodes. */
  readonly operators: readonly string[]
}

const elementBytes: Partial<Record<OnnxDType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
}

/** Reads a model's declarations. @throws FormatError where the bytes are no complete ONNX model. */
export function readOnnx(bytes: Uint8Array, file: string): OnnxFile {
  const { model, graph } = parse(bytes, file)
  const initializers = new Map<string, OnnxInitializer>()
  for (const tensor of graph.initializer) initializers.set(tensor.name, decodeTensor(tensor, file))
  const constants = new Set(initializers.keys())
  return {
    name: graph.name,
    producer: model.producerName,
    opsets: Object.fromEntries(model.opsetImport.map((set) => [set.domain, Number(set.version)])),
    inputs: graph.input.filter((port) => !constants.has(port.name)).map((port) => decodePort(port, file)),
    outputs: graph.output.map((port) => decodePort(port, file)),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    initializers,
    operators: graph.node.map((node) => (node.domain === '' ? node.opType : `${node.domain}:${node.opType}`)),
  }
}

/** The same model with `metadata` in place of its own. @throws FormatError where the bytes are no ONNX model. */
export function withMetadata(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  file = 'model',
): Uint8Array {
  const { model } = parse(bytes, file)
  model.metadataProps = encodeMetadata(metadata)
  return toBinary(ModelProtoSchema, model)
}

function parse(bytes: Uint8Array, file: string): { model: ModelProto; graph: GraphProto } {
  let model: ModelProto
  try {
    model = fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new FormatError(file, 'not an ONNX model, or cut off', undefined, { cause })
  }
  const { graph } = model
  if (graph === undefined) throw new FormatError(file, 'not an ONNX model: it holds no graph')
  if (model.opsetImport.length === 0) {
    throw new FormatError(file, 'not a complete ONNX model: it names no operator set')
  }
  if (graph.node.length === 0 || graph.output.length === 0) {
    throw new FormatError(file, 'not a complete ONNX model: its graph has no nodes or no outputs')
  }
  refuseExternalData(model, file)
  return { model, graph }
}

function decodeDType(number: number, what: string, file: string): OnnxDType {
  const dtype = onnxDTypes[number]
  if (dtype === undefined || dtype === 'undefined') {
    throw new FormatError(file, `${what} has the unknown element type ${number}`)
  }
  return dtype
}

function decodePort(port: ValueInfoProto, file: string): OnnxPort {
  const type = port.type?.value
  if (type?.case !== 'tensorType') throw new FormatError(file, `${port.name} is not declared as a tensor`)
  const shape = type.value.shape?.dim.map(({ value }) =>
    value.case === 'dimValue' ? Number(value.value) : value.case === 'dimParam' ? value.value : '?',
  )
  return { name: port.name, dtype: decodeDType(type.value.elemType, port.name, file), shape }
}

function decodeTensor(tensor: TensorProto, file: string): OnnxInitializer {
  const dtype = decodeDType(tensor.dataType, tensor.name, file)
  const shape = tensor.dims.map(Number)
  const bytes = tensor.rawData.length > 0 ? tensor.rawData : typedBytes(tensor)
  const expected = shape.reduce((product, length) => product * length, elementBytes[dtype] ?? Number.NaN)
  // a NaN, from element types without a fixed size, is let through: nobody reads those
  if (expected !== bytes.length && !Number.isNaN(expected)) {
    throw new FormatError(file, `${tensor.name} should hold ${expected} bytes, it holds ${bytes.length}`)
  }
  return { dtype, shape, bytes }
}

/** Files may keep numbers in typed lists instead of raw bytes. */
function typedBytes(tensor: TensorProto): Uint8Array {
  const dtype = onnxDTypes[tensor.dataType]
  const integers = tensor.int32Data
  switch (dtype) {
    case 'float32':
      return bytesOf(Float32Array.from(tensor.floatData))
    case 'float64':
      return bytesOf(Float64Array.from(tensor.doubleData))
    case 'int64':
      return bytesOf(BigInt64Array.from(tensor.int64Data))
    case 'uint64':
      return bytesOf(BigUint64Array.from(tensor.uint64Data))
    case 'uint32':
      return bytesOf(Uint32Array.from(tensor.uint64Data, Number))
    case 'int32':
      return bytesOf(Int32Array.from(integers))
    case 'int16':
    case 'uint16':
    case 'float16':
      return bytesOf(Uint16Array.from(integers))
    default:
      return Uint8Array.from(integers)
  }
}
