import { atOnce, withRests, type Pieces } from '../base/breather.ts'
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

/** Numbers drawn between two rests: a few milliseconds' worth. */
const piece = 1 << 17

interface Drawn {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: Initialiser
}

/** Draws a parameter piece by piece. */
function* pieces({ name, shape, init }: Drawn, seed: number): Pieces<Tensor> {
  const draw = drawer(init, random(seed, 'parameter', name))
  const data = new Float32Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) {
    data[i] = draw()
    if ((i + 1) % piece === 0) yield
  }
  return tensor(shape, data)
}

/** The first value of a parameter under `seed`. */
export function initialise(parameter: Drawn, seed: number): Tensor {
  return atOnce(pieces(parameter, seed))
}

/** The same; `rest` is awaited now and then, as large parameters take seconds. */
export function initialiseResting(
  parameter: Drawn,
  seed: number,
  rest: () => Promise<void>,
): Promise<Tensor> {
  return withRests(pieces(parameter, seed), rest)
}
