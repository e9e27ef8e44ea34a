/** @file Table op → its lowerings, best first; the last one always fits. Total over the op set. */
import type { OpKind, Value } from '../graph/value.ts'
import { elementwise } from './lower-elementwise.ts'
import { lowerAdd } from './lower-add.ts'
import { convBlocked, inputGradientBlocked, inputGradientPhases } from './lower-blocked.ts'
import { convPlain, inputGradientPlain, weightGradientPlain } from './lower-convolution.ts'
import { lowerMatmul, lowerOneHot } from './lower-matmul.ts'
import {
  preluBlocked,
  preluDepthwise,
  preluInputGradientBlocked,
  preluInputGradientPlain,
  preluPlain,
  preluSlopeGradientBlocked,
  preluSlopeGradientPlain,
} from './lower-prelu.ts'
import { weightGradientBlocked } from './lower-weight-gradient.ts'
import { lowerMax, lowerSum } from './lower-reduce.ts'
import {
  lowerBroadcast,
  lowerConcat,
  lowerPad,
  lowerReshape,
  lowerSlice,
  lowerTranspose,
} from './lower-shape.ts'
import { weightGradientWinograd } from './lower-winograd-weights.ts'
import { convWinograd, inputGradientWinograd } from './lower-winograd.ts'
import {
  int,
  plain,
  type Addition,
  type EmitContext,
  type Lowering,
  type Placed,
  type Target,
} from './lowering.ts'

type LoweringTable = { readonly [K in OpKind]: readonly Lowering<K>[] }

const emittedBefore = (): void => {}

const alias = (context: EmitContext, node: Value): void => {
  const [x] = node.inputs
  if (x === undefined) return
  for (const layout of ['plain', 'blocked', 'blocked-weight'] as const) {
    if (context.has(x, layout)) context.set(node, context.get(x, layout), layout)
  }
}

const castTypes = { float32: 1, int32: 6, bool: 9 } as const

/** All lowerings. */
export const lowerings: LoweringTable = {
  // the emitter itself declares inputs and constants
  input: [plain(emittedBefore)],
  constant: [plain(emittedBefore)],
  add: lowerAdd,
  subtract: elementwise('Sub'),
  multiply: elementwise('Mul'),
  divide: elementwise('Div'),
  maximum: elementwise('Max'),
  minimum: elementwise('Min'),
  negate: elementwise('Neg'),
  exp: elementwise('Exp'),
  log: elementwise('Log'),
  sqrt: elementwise('Sqrt'),
  abs: elementwise('Abs'),
  floor: elementwise('Floor'),
  cos: elementwise('Cos'),
  sin: elementwise('Sin'),
  acos: elementwise('Acos'),
  sigmoid: elementwise('Sigmoid'),
  greater: elementwise('Greater'),
  equal: elementwise('Equal'),
  select: elementwise('Where'),
  cast: [
    plain((context, node) => {
      const [x] = node.inputs
      if (x === undefined) return
      const layout = context.has(x, 'blocked') && !context.has(x, 'plain') ? 'blocked' : 'plain'
      const to = int(castTypes[node.attributes.to])
      context.set(node, context.op('Cast', [context.get(x, layout)], { to }), layout)
    }),
  ],
  stopGradient: [plain(alias)],
  reshape: lowerReshape,
  transpose: lowerTranspose,
  broadcast: lowerBroadcast,
  slice: lowerSlice,
  pad: lowerPad,
  concat: lowerConcat,
  sum: lowerSum,
  max: lowerMax,
  matmul: lowerMatmul,
  oneHot: lowerOneHot,
  conv2d: [convBlocked, convWinograd, convPlain],
  conv2dInputGradient: [inputGradientBlocked, inputGradientWinograd, inputGradientPhases, inputGradientPlain],
  conv2dWeightGradient: [weightGradientBlocked, weightGradientWinograd, weightGradientPlain],
  prelu: [preluBlocked, preluDepthwise, preluPlain],
  preluInputGradient: [preluInputGradientBlocked, preluInputGradientPlain],
  preluSlopeGradient: [preluSlopeGradientBlocked, preluSlopeGradientPlain],
}

/** The names of the lowerings that fit a node on a target, best first. */
export function candidates<K extends OpKind>(node: Value<K>, target: Target): string[] {
  return lowerings[node.kind].filter((lowering) => lowering.fits(node, target)).map(({ name }) => name)
}

/** Emits a node by the lowering of this name. @throws RangeError where none of its lowerings is so named or fits. */
export function emitNode<K extends OpKind>(context: EmitContext, node: Value<K>, name: string): void {
  named(node, name, context.target).emit(context, node)
}

/** Emits a node with something added to it, if its lowering can do that. */
export function emitSum<K extends OpKind>(
  context: EmitContext,
  node: Value<K>,
  name: string,
  addition: Addition,
): Placed | undefined {
  return named(node, name, context.target).emitSum?.(context, node, addition)
}

function named<K extends OpKind>(node: Value<K>, name: string, target: Target): Lowering<K> {
  const lowering = lowerings[node.kind].find((candidate) => candidate.name === name)
  if (lowering !== undefined && lowering.fits(node, target)) return lowering
  throw new RangeError(
    `${node.kind} has no lowering \`${name}\` here; it has ${candidates(node, target).join(', ')}`,
  )
}
