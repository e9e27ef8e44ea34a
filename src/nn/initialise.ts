import { random } from '../base/random.ts'
import { sizeOf, tensor, type Tensor } from '../tensor/tensor.ts'
import type { Initialiser } from './parameter.ts'

/** Draws of one array; keyed by the parameter's name, so that adding a layer changes no other layer's start. */
const drawers: {
  readonly [K in Initialiser['kind']]: (
    init: Extract<Initialiser, { kind: K }>,
    stream: ReturnType<typeof random>,
  ) => () => number
} = {
  xavier: ({ fanIn }, stream) => {
    const bound = Math.sqrt(3 / fanIn)
    return () => (2 * stream.uniform() - 1) * bound
  },
  gaussian:
    ({ std }, stream) =>
    () =>
      std * stream.normal(),
  constant:
    ({ value }) =>
    () =>
      value,
}

const drawer = <K extends Initialiser['kind']>(
  init: Extract<Initialiser, { kind: K }> & { kind: K },
  stream: ReturnType<typeof random>,
): (() => number) => drawers[init.kind](init, stream)

/** The first value of a parameter under `seed`. */
export function initialise(
  { name, shape, init }: { name: string; shape: readonly number[]; init: Initialiser },
  seed: number,
): Tensor {
  const draw = drawer(init, random(seed, 'parameter', name))
  return tensor(shape, Float32Array.from({ length: sizeOf(shape) }, draw))
}
