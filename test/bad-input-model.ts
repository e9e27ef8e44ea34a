/** @file A tiny embedding model that says nothing about itself, as one from elsewhere. */
import { random } from '../src/base/random.ts'
import { input, matmul, reshape } from '../src/graph/ops.ts'
import { makeBundle } from '../src/model/bundle.ts'
import { withMetadata } from '../src/onnx/decode.ts'

/** A random projection of 32×32 images to 16 numbers, without a contract. */
export function foreignModel(): Uint8Array {
  const [side, numbers] = [32, 16]
  const size = 3 * side * side
  const stream = random(1, 'foreign')
  const data = Float32Array.from({ length: size * numbers }, () => stream.normal())
  const pixels = input('pixels', [1, 3, side, side])
  const embedding = matmul(reshape(pixels, [1, size]), input('w', [size, numbers]))
  const { bytes } = makeBundle({
    graph: { name: 'foreign', outputs: { embedding } },
    weights: new Map([['w', { shape: [size, numbers], data }]]),
    contract: { channels: 'rgb', mean: 127.5, std: 128, flip: 'concat' },
  })
  return withMetadata(bytes, {}, 'foreign')
}
