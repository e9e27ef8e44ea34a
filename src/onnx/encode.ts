/** @file Models → ONNX bytes. */
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type AttributeProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type StringStringEntryProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type ValueInfoProto,
} from 'onnx-buf'
import { byCodePoint } from '../base/names.ts'
import { onnxDTypes, type OnnxAttribute, type OnnxModel, type OnnxPort } from './model.ts'

// the oldest format version that may hold what we write; newer runtimes read it
const irVersion = 8n

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

const encodeAttribute = (name: string, attribute: OnnxAttribute): AttributeProto => {
  const type = AttributeProto_AttributeType
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(attribute.value) })
    case 'ints':
      return create(AttributeProtoSchema, { name, type: type.INTS, ints: attribute.value.map(BigInt) })
    case 'float':
      return create(AttributeProtoSchema, { name, type: type.FLOAT, f: attribute.value })
    case 'floats':
      return create(AttributeProtoSchema, { name, type: type.FLOATS, floats: [...attribute.value] })
    case 'string':
      return create(AttributeProtoSchema, { name, type: type.STRING, s: utf8(attribute.value) })
  }
}

const encodePort = (port: OnnxPort): ValueInfoProto => {
  const elemType = onnxDTypes.indexOf(port.dtype)
  const dim = port.shape?.map((length) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof length === 'number'
          ? { case: 'dimValue', value: BigInt(length) }
          : { case: 'dimParam', value: length },
    }),
  )
  const tensor =
    dim === undefined
      ? create(TypeProto_TensorSchema, { elemType })
      : create(TypeProto_TensorSchema, { elemType, shape: create(TensorShapeProtoSchema, { dim }) })
  return create(ValueInfoProtoSchema, {
    name: port.name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  })
}

/** Metadata entries in the order of their keys, so that equal metadata gives equal bytes. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): StringStringEntryProto[] {
  return Object.entries(metadata)
    .toSorted(([a], [b]) => byCodePoint(a, b))
    .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }))
}

/** The bytes of a model. Equal models give equal bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const graph = create(GraphProtoSchema, {
    name: model.name,
    node: model.nodes.map((node) =>
      create(NodeProtoSchema, {
        opType: node.op,
        domain: node.domain ?? '',
        name: node.name ?? '',
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
      }),
    ),
    initializer: Array.from(model.initializers, ([name, value]) =>
      create(TensorProtoSchema, {
        name,
        dataType: onnxDTypes.indexOf(value.dtype),
        dims: value.shape.map(BigInt),
        rawData: overArrayBuffer(value.bytes),
      }),
    ),
    input: model.inputs.map(encodePort),
    output: model.outputs.map(encodePort),
  })
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      producerName: model.producer,
      opsetImport: Object.entries(model.opsets).map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
      ),
      graph,
      metadataProps: encodeMetadata(model.metadata),
    }),
  )
}

/** The same bytes over a plain `ArrayBuffer`, which the protobuf types ask for; copies only shared memory. */
function overArrayBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, bytes.byteOffset, bytes.byteLength)
    : Uint8Array.from(bytes)
}
