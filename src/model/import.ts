/** @file Weights from elsewhere in one of our networks: which network they are of, and the model bundle they make. */
import { DataError, UsageError } from '../base/errors.ts'
import type { CheckpointNaming } from '../data/torch/torch-checkpoint-map.ts'
import { loadMappedParameters, mapCheckpoint } from '../data/torch/torch-checkpoint-map.ts'
import type { CheckpointTensor } from '../data/torch/torch-checkpoint.ts'
import { input } from '../graph/ops.ts'
import { alignmentPoints } from '../image/alignment.ts'
import type { Size } from '../image/image.ts'
import { paperNormalisation } from '../image/normalise.ts'
import type { BackboneName } from '../nn/backbones.ts'
import { backbone, backboneNames } from '../nn/backbones.ts'
import type { Network } from '../nn/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Bundle } from './bundle.ts'
import { bundlePorts, makeBundle } from './bundle.ts'
import type { ContractOptions } from './foreign.ts'

/** Named tensors, read when they are asked for. */
export type NamedTensors = ReadonlyMap<string, CheckpointTensor>

export interface ImportOptions extends ContractOptions {
  /** @defaultValue the one whose parameters the names are */
  readonly backbone?: BackboneName
  readonly license?: string
  /** Which of several whole sets of weights is meant, by what stands before its tensors: `state_dict`. */
  readonly under?: string
  /** Where the weights come from, for the contract: a file's name. */
  readonly source: string
}

/** The weights as parameters of a network of ours. */
export interface MappedWeights {
  readonly naming: CheckpointNaming
  readonly backbone: BackboneName
  readonly size: Size
  readonly embeddingSize: number
  readonly network: Network
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Names of tensors that are no part of the network. */
  readonly unused: readonly string[]
}

const usualSizes: readonly Size[] = [
  { height: 112, width: 96 },
  { height: 112, width: 112 },
  { height: 96, width: 96 },
  { height: 128, width: 128 },
]

const parameterNames = (name: BackboneName): readonly string[] =>
  // the names do not depend on the sizes
  backbone(name, { size: { height: 32, width: 32 }, embeddingSize: 2 }).parameters.map((own) => own.name)

/** The backbone that has most of the names and lacks fewest. */
const backboneOf = (names: ReadonlySet<string>): BackboneName => {
  let best: BackboneName = 'sphere20'
  let least = Infinity
  for (const candidate of backboneNames) {
    const own = parameterNames(candidate)
    const missing = own.filter((name) => !names.has(name)).length
    const foreign = [...names].filter((name) => name !== 'head.weight' && !own.includes(name)).length
    if (missing + foreign < least) [best, least] = [candidate, missing + foreign]
  }
  return best
}

/** What the last layer sees of an image of `size`, in numbers. */
const featuresOf = (name: BackboneName, size: Size): number =>
  backbone(name, { size, embeddingSize: 2 }).parameters.find((own) => own.name === 'embedding.weight')
    ?.shape[1] ?? 0

const sizeFor = (name: BackboneName, features: number, given: Size | undefined): Size => {
  const text = ({ height, width }: Size): string => `${height}x${width}`
  if (given !== undefined) {
    const needed = featuresOf(name, given)
    if (needed === features) return given
    throw new UsageError(
      `The weights take ${features} numbers into the embedding where images of ${text(given)} give ${needed}; --size ${text(given)} does not fit`,
    )
  }
  const found = usualSizes.find((size) => featuresOf(name, size) === features)
  if (found !== undefined) return found
  throw new UsageError(
    `The weights take ${features} numbers into the embedding, which fits none of ${usualSizes.map(text).join(', ')}; give --size`,
  )
}

/**
 * Maps weights by name onto a network of ours; what belongs to a head is left out.
 * @throws DataError where the names are no sphere network's, or naming the first five that are missing, of another shape
 *   or not zero where the network has no bias; UsageError where `size` does not fit
 */
export async function mapWeights(
  tensors: NamedTensors,
  options: Pick<ImportOptions, 'backbone' | 'size' | 'under'> = {},
): Promise<MappedWeights> {
  const mapping = mapCheckpoint(tensors.keys(), options.under)
  const name = options.backbone ?? backboneOf(new Set(mapping.parameters.keys()))
  const last = mapping.parameters.get('embedding.weight')
  const [embeddingSize, features] = tensors.get(last?.source ?? '')?.shape ?? []
  if (embeddingSize === undefined || features === undefined)
    throw new DataError(
      `The weights (named as in ${mapping.naming.name}) have no layer that gives the embedding: ${name} needs one`,
    )
  const size = sizeFor(name, features, options.size)
  const network = backbone(name, { size, embeddingSize })
  const expected = new Map(network.parameters.map((own) => [own.name, own.shape]))
  const { parameters } = await loadMappedParameters({ tensors }, expected, mapping)
  const { naming, unused } = mapping
  return { naming, backbone: name, size, embeddingSize, network, parameters, unused }
}

/**
 * A model bundle of weights from elsewhere. How images enter it is what the options say, else what the naming's authors do,
 * else the paper's (p − 127.5) / 128 in RGB.
 * @throws as `mapWeights`
 */
export async function importWeights(
  tensors: NamedTensors,
  options: ImportOptions,
): Promise<Bundle & { readonly weights: MappedWeights }> {
  const weights = await mapWeights(tensors, options)
  const { naming, network, size, parameters } = weights
  const usual = naming.input ?? paperNormalisation
  const pixels = input(bundlePorts.input, [1, 3, size.height, size.width])
  const values = Object.fromEntries(network.parameters.map((own) => [own.name, input(own.name, own.shape)]))
  const embedding = network.build(pixels, values, 'infer').output
  const bundle = makeBundle({
    graph: { name: 'embed', outputs: { [bundlePorts.output]: embedding } },
    weights: parameters,
    contract: {
      channels: options.channels ?? usual.channels,
      mean: options.mean ?? usual.mean,
      std: options.std ?? usual.std,
      flip: options.flip ?? 'concat',
      alignmentPoints: alignmentPoints(size),
      ...(options.license === undefined ? {} : { license: options.license }),
      training: { backbone: weights.backbone, weights: options.source, naming: naming.name },
    },
  })
  return { ...bundle, weights }
}

/**
 * First weights of a training, which feeds its network (p − 127.5) / 128 in RGB: other channel orders and scales are folded into the
 * first convolution, so that the embeddings stay what they were.
 * @throws DataError where the mean is another: at the padded edge that cannot be folded
 */
export function foldNormalisation(
  parameters: ReadonlyMap<string, Tensor>,
  from: { readonly channels: 'rgb' | 'bgr'; readonly mean: number; readonly std: number },
  first = 'stage1.conv.weight',
): ReadonlyMap<string, Tensor> {
  const ours = paperNormalisation
  if (from.channels === ours.channels && from.mean === ours.mean && from.std === ours.std) return parameters
  if (from.mean !== ours.mean)
    throw new DataError(
      `The weights want ${from.mean} taken off each pixel, training takes off ${ours.mean}: that cannot be made up for exactly`,
    )
  const weight = parameters.get(first)
  if (weight === undefined) throw new DataError(`There is no ${first} among the weights`)
  const [outputs = 0, channels = 3, height = 1, width = 1] = weight.shape
  const plane = height * width
  const scale = ours.std / from.std
  const data = new Float32Array(weight.data.length)
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++) {
      const source = from.channels === ours.channels ? c : channels - 1 - c
      const start = (o * channels + source) * plane
      const scaled = weight.data.subarray(start, start + plane).map((value) => value * scale)
      data.set(scaled, (o * channels + c) * plane)
    }
  return new Map([...parameters, [first, { shape: weight.shape, data }]])
}
