/** @file The model bundle: one ONNX file of standard operations, weights as constants, its contract as metadata. */
import { inputsOf } from '../graph/order.ts'
import type { Graph } from '../graph/value.ts'
import { readOnnx } from '../onnx/decode.ts'
import { emitProgram } from '../onnx/emit.ts'
import type { Plan } from '../onnx/plan.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ModelContract } from './contract.ts'
import { contractOf, weightsHash } from './contract-id.ts'
import type { ContractParts } from './contract-id.ts'
import { contractMetadata } from './metadata.ts'

/** The names of a bundle's two ends. */
export const bundlePorts = { input: 'pixels', output: 'embedding' } as const

export interface BundleParts {
  /** The inference graph: `pixels` [N, 3, H, W] and the weights in, `embedding` [N, D] out. */
  readonly graph: Graph
  /** By the names of the graph's inputs; others (class weights, momentum) are left out. */
  readonly weights: ReadonlyMap<string, Tensor>
  readonly contract: Omit<ContractParts, 'weights' | 'embeddingSize' | 'input'>
  /** What the file says besides its contract: the id does not follow from it. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface Bundle {
  readonly bytes: Uint8Array
  readonly contract: ModelContract
}

// the standard formulation of every operation: what all runtimes read
const plainPlan: Plan = { blockSize: 1, lowerings: {}, layouts: {} }

/** Makes the bundle. Equal parts give equal bytes. @throws RangeError where graph and weights do not fit */
export function makeBundle({ graph, weights, contract: given, metadata }: BundleParts): Bundle {
  const inputs = inputsOf(graph)
  const [, channels, height, width] = inputs.get(bundlePorts.input)?.shape ?? []
  const embedding = graph.outputs[bundlePorts.output]
  const embeddingSize = embedding?.shape[1]
  if (
    channels !== 3 ||
    height === undefined ||
    width === undefined ||
    embedding === undefined ||
    embeddingSize === undefined
  ) {
    throw new RangeError('Expected a graph from `pixels` [N, 3, H, W] to `embedding` [N, D]')
  }
  const constants = new Map<string, Tensor>()
  for (const name of inputs.keys()) {
    if (name === bundlePorts.input) continue
    const weight = weights.get(name)
    if (weight === undefined) throw new RangeError(`There are no weights for ${name}`)
    constants.set(name, weight)
  }
  const contract = contractOf({
    ...given,
    input: { height, width },
    embeddingSize,
    weights: weightsHash(constants),
  })
  const { model } = emitProgram(
    { name: graph.name, outputs: { [bundlePorts.output]: embedding } },
    plainPlan,
    {
      device: 'cpu',
      dynamicBatch: true,
      constants,
      metadata: { ...metadata, ...contractMetadata(contract) },
    },
  )
  const foreign = readOnnx(model, 'bundle').operators.find((operator) => operator.includes(':'))
  if (foreign !== undefined) throw new RangeError(`A bundle holds standard operations only, not ${foreign}`)
  return { bytes: model, contract }
}
