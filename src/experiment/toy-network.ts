/** @file Networks small enough to watch: inputs to two-dimensional features. */
import type { Size } from '../image/image.ts'
import { chain, convolutionLayer, type Layer, linearLayer, preluLayer } from '../nn/layers.ts'
import type { Network } from '../nn/parameter.ts'

const networkOf = (layer: Layer): Network => ({
  parameters: layer.parameters,
  buffers: [],
  build: (x, values) => ({ output: layer.build(x, values), buffers: {} }),
})

/** Fully connected: inputs → 64 → 64 → features. */
export function toyPerceptron(size: Size, features: number): Network {
  return networkOf(
    chain([
      linearLayer('dense1', 3 * size.height * size.width, 64),
      preluLayer('dense1.prelu', 64),
      linearLayer('dense2', 64, 64),
      preluLayer('dense2.prelu', 64),
      linearLayer('feature', 64, features),
    ]),
  )
}

/** Three convolutions of stride 2 with `widths` channels, then the features. */
export function toyConvolution(
  size: Size,
  features: number,
  widths: readonly [number, number, number] = [16, 32, 48],
): Network {
  const half = (length: number): number => Math.ceil(length / 2)
  const side = (length: number): number => half(half(half(length)))
  const channels = [3, ...widths]
  const stages = [1, 2, 3].flatMap((stage) => {
    const [inputs = 3, outputs = 3] = channels.slice(stage - 1)
    const name = `conv${stage}`
    return [
      convolutionLayer(name, {
        inputs,
        outputs,
        kernel: 3,
        stride: 2,
        bias: true,
        init: { kind: 'xavier', fanIn: inputs * 9 },
      }),
      preluLayer(`${name}.prelu`, outputs),
    ]
  })
  return networkOf(
    chain([...stages, linearLayer('feature', widths[2] * side(size.height) * side(size.width), features)]),
  )
}
