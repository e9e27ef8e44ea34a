import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from 'onnx-buf'
import { expect, it } from 'vitest'
import { readOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'

const plain = (): ModelProto => {
  const port = { name: 'x', dtype: 'float32', shape: [1] } as const
  const bytes = encodeOnnx({
    name: 'made',
    producer: 'test',
    metadata: {},
    inputs: [port],
    outputs: [{ ...port, name: 'y' }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: new Map(),
    opsets: { '': 17 },
  })
  return fromBinary(ModelProtoSchema, bytes)
}

const elsewhere = create(TensorProtoSchema, {
  name: 'w',
  dataType: 1,
  dims: [1n],
  dataLocation: TensorProto_DataLocation.EXTERNAL,
  externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'weights.bin' })],
})

const constant = create(NodeProtoSchema, {
  opType: 'Constant',
  output: ['c'],
  attribute: [
    create(AttributeProtoSchema, { name: 'value', type: AttributeProto_AttributeType.TENSOR, t: elsewhere }),
  ],
})

const branch = create(NodeProtoSchema, {
  opType: 'If',
  input: ['x'],
  output: ['z'],
  attribute: [
    create(AttributeProtoSchema, {
      name: 'then_branch',
      type: AttributeProto_AttributeType.GRAPH,
      g: create(GraphProtoSchema, { name: 'then', node: [constant] }),
    }),
  ],
})

it.each<readonly [string, (model: ModelProto) => void]>([
  ['an initializer', (model) => void model.graph?.initializer.push(elsewhere)],
  ['a Constant', (model) => void model.graph?.node.push(constant)],
  ['a branch of an If', (model) => void model.graph?.node.push(branch)],
  ['a function', (model) => void model.functions.push(create(FunctionProtoSchema, { node: [branch] }))],
])('refuses data in another file: %s', (_, change) => {
  const model = plain()
  expect(readOnnx(toBinary(ModelProtoSchema, model), 'm.onnx').name).toBe('made')
  change(model)
  expect(() => readOnnx(toBinary(ModelProtoSchema, model), 'm.onnx')).toThrow(
    'm.onnx: w lies in "weights.bin"; only models in one file are read',
  )
})
