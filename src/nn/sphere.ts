/**
 * @file The paper's backbone family: SphereFace's residual networks without batch norm (Liu et al. 2017, Table 2; CosFace §4.1).
 * Each stage opens with a 3×3 convolution of stride 2 with bias; residual units follow, their convolutions without bias.
 */
import { unexpected } from '../base/errors.ts'
import type { Size } from '../image/image.ts'
import { chain, convolutionLayer, linearLayer, preluLayer, residual, type Layer } from './layers.ts'
import type { Network } from './parameter.ts'

/** What tells one sphere network from another. */
export interface SphereOptions {
  /** Residual units of each stage. */
  readonly units: readonly number[]
  /** Channels of each stage. @defaultValue 64, 128, 256, 512 */
  readonly channels?: readonly number[]
  readonly size: Size
  /** D, the length of an embedding. */
  readonly embeddingSize: number
}

const unit = (name: string, channels: number): Layer => {
  const half = (index: number): Layer[] => [
    convolutionLayer(`${name}.conv${index}`, {
      inputs: channels,
      outputs: channels,
      kernel: 3,
      stride: 1,
      bias: false,
      init: { kind: 'gaussian', std: 0.01 },
    }),
    preluLayer(`${name}.prelu${index}`, channels),
  ]
  return residual(name, chain([...half(1), ...half(2)]))
}

const stage = (name: string, inputs: number, outputs: number, units: number): Layer =>
  chain([
    convolutionLayer(`${name}.conv`, {
      inputs,
      outputs,
      kernel: 3,
      stride: 2,
      bias: true,
      init: { kind: 'xavier', fanIn: inputs * 9 },
    }),
    preluLayer(`${name}.prelu`, outputs),
    ...Array.from({ length: units }, (_, index) => unit(`${name}.unit${index + 1}`, outputs)),
  ])

/** Pixels [N, 3, H, W] → embeddings [N, D]. @throws UsageError where the input is too small for the stages. */
export function sphere({
  units,
  channels = [64, 128, 256, 512],
  size,
  embeddingSize,
}: SphereOptions): Network {
  const halved = (length: number): number => units.reduce((left) => Math.floor((left + 1) / 2), length)
  if (Math.min(size.height, size.width) < 2 ** units.length) {
    throw unexpected(
      'size',
      `at least ${2 ** units.length} pixels each way for ${units.length} stages`,
      `${size.height}x${size.width}`,
    )
  }
  const widthOf = (index: number): number => channels[index] ?? 3
  const features = widthOf(units.length - 1) * halved(size.height) * halved(size.width)
  const layers = chain([
    ...units.map((count, index) =>
      stage(`stage${index + 1}`, index === 0 ? 3 : widthOf(index - 1), widthOf(index), count),
    ),
    linearLayer('embedding', features, embeddingSize),
  ])
  return {
    parameters: layers.parameters,
    buffers: [],
    build: (x, values) => ({ output: layers.build(x, values), buffers: {} }),
  }
}
