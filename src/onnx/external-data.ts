/** @file Data of a model that lie in other files: looked for wherever a tensor can stand, and refused. */
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from 'onnx-buf'
import { FormatError } from '../base/errors.ts'

function* tensorsOfNodes(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const { attribute } of nodes) {
    for (const { t, tensors, sparseTensor, sparseTensors, g, graphs } of attribute) {
      if (t !== undefined) yield t
      yield* tensors
      for (const sparse of sparseTensor === undefined ? sparseTensors : [sparseTensor, ...sparseTensors]) {
        if (sparse.values !== undefined) yield sparse.values
        if (sparse.indices !== undefined) yield sparse.indices
      }
      for (const inner of g === undefined ? graphs : [g, ...graphs]) yield* tensorsOfGraph(inner)
    }
  }
}

function* tensorsOfGraph(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const { values, indices } of graph.sparseInitializer) {
    if (values !== undefined) yield values
    if (indices !== undefined) yield indices
  }
  yield* tensorsOfNodes(graph.node)
}

/**
 * Checks that all data of a model lie in its own file, in constants, branches, loops and functions too. The runtime would look for
 * other files in the working directory, so that the same model could give other embeddings.
 * @throws FormatError naming the file that is pointed to
 */
export function refuseExternalData(model: ModelProto, file: string): void {
  const check = (tensor: TensorProto): void => {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL && tensor.externalData.length === 0) return
    const where = tensor.externalData.find(({ key }) => key === 'location')?.value ?? 'another file'
    throw new FormatError(
      file,
      `${tensor.name === '' ? 'a constant' : tensor.name} lies in ${JSON.stringify(where)}; only models in one file are read`,
    )
  }
  if (model.graph !== undefined) for (const tensor of tensorsOfGraph(model.graph)) check(tensor)
  for (const { node } of model.functions) for (const tensor of tensorsOfNodes(node)) check(tensor)
}
