/** @file Layers: each a description of its parameters and a plain function of graph values. */
import { labelled } from '../graph/node.ts'
import * as ops from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import { valueNamed, type Initialiser, type Parameter, type Values } from './parameter.ts'

/** A piece of a network that keeps no statistics. */
export interface Layer {
  readonly parameters: readonly Parameter[]
  build(x: AnyValue, values: Values): AnyValue
}

/** A square convolution, padded by half its kernel. */
export interface ConvolutionOptions {
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly bias: boolean
  readonly init: Initialiser
}

/** x [N, I, H, W] → [N, O, ⌈H/stride⌉, ⌈W/stride⌉]. */
export function convolutionLayer(
  name: string,
  { inputs, outputs, kernel, stride, bias, init }: ConvolutionOptions,
): Layer {
  const weight: Parameter = {
    name: `${name}.weight`,
    shape: [outputs, inputs, kernel, kernel],
    init,
    decay: true,
  }
  const offset: Parameter = {
    name: `${name}.bias`,
    shape: [outputs],
    init: { kind: 'constant', value: 0 },
    decay: false,
  }
  return {
    parameters: bias ? [weight, offset] : [weight],
    build: (x, values) => {
      const y = labelled(
        name,
        ops.conv2d(x, valueNamed(values, weight.name), { stride, padding: (kernel - 1) / 2 }),
      )
      if (!bias) return y
      return labelled(
        `${name}+bias`,
        ops.add(y, ops.reshape(valueNamed(values, offset.name), [1, outputs, 1, 1])),
      )
    },
  }
}

/** PReLU with one slope a channel, starting at 0.25. */
export function preluLayer(name: string, channels: number): Layer {
  const slope: Parameter = {
    name: `${name}.slope`,
    shape: [channels],
    init: { kind: 'constant', value: 0.25 },
    decay: false,
  }
  return {
    parameters: [slope],
    build: (x, values) => labelled(name, ops.prelu(x, valueNamed(values, slope.name))),
  }
}

/** x [N, …] flattened, times weight [D, F] transposed, plus bias [D]. */
export function linearLayer(name: string, inputs: number, outputs: number): Layer {
  const weight: Parameter = {
    name: `${name}.weight`,
    shape: [outputs, inputs],
    init: { kind: 'xavier', fanIn: inputs },
    decay: true,
  }
  const bias: Parameter = {
    name: `${name}.bias`,
    shape: [outputs],
    init: { kind: 'constant', value: 0 },
    decay: false,
  }
  return {
    parameters: [weight, bias],
    build: (x, values) => {
      const flat = ops.reshape(x, [x.shape[0] ?? 1, inputs])
      const product = ops.matmul(flat, valueNamed(values, weight.name), { transposeB: true })
      return labelled(name, ops.add(product, valueNamed(values, bias.name)))
    },
  }
}

/** Layers one after another. */
export function chain(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    build: (x, values) => layers.reduce((value, layer) => layer.build(value, values), x),
  }
}

/** x + inner(x). */
export function residual(name: string, inner: Layer): Layer {
  return {
    parameters: inner.parameters,
    build: (x, values) => labelled(name, ops.add(x, inner.build(x, values))),
  }
}
