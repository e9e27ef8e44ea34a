/** @file From a configuration to a head that a step can use. */
import { add, multiply, type Operand } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import { checkMargin, marginAdvice } from './check-margin.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import type { BuiltHead, HeadResult, HeadSize, LossSettings, Values } from './head.ts'
import { type MarginHead, normalisesFeatures } from './margin-head.ts'
import { marginLoss } from './margin-loss.ts'
import { readOptions, type LossOptions } from './options.ts'
import { marginShareName, ramps, scaleName } from './ramps.ts'
import { embeddingLosses, lossByName, optionsOf } from './registry.ts'

/** The class weights [C·K, D]. */
export const weightName = 'head.weight'

/**
 * Checks a loss before the number of classes is known.
 * @throws UsageError on an unknown name or option (with the nearest one) or a value out of range
 */
export function checkLoss(settings: LossSettings): void {
  const loss = lossByName(settings.name)
  const options = readOptions(loss.name, optionsOf(loss), settings)
  if (loss.kind === 'margin') loss.check?.(options, undefined)
}

/**
 * The head of a configuration for C classes and embeddings of size D.
 * @throws UsageError as `checkLoss`, and where the margin is above the bound of Eq 7
 */
export function buildHead(settings: LossSettings, size: HeadSize): BuiltHead {
  const loss = lossByName(settings.name)
  const options = readOptions(loss.name, optionsOf(loss), settings)
  return loss.kind === 'margin'
    ? marginHead(loss, options, settings, size)
    : embeddingHead(loss, options, size)
}

const lookUp =
  (loss: string, values: Values) =>
  (name: string): AnyValue => {
    const found = values[name]
    if (found === undefined) throw new RangeError(`The loss ${loss} was built without \`${name}\``)
    return found
  }

const marginHead = (
  head: MarginHead,
  options: LossOptions,
  settings: LossSettings,
  size: HeadSize,
): BuiltHead => {
  head.check?.(options, size)
  if (head.options.some((option) => option.name === 'margin')) checkMargin(options.number('margin'), size)
  const added = embeddingLosses.filter((loss) => options.number(loss.weight.name) > 0)
  const rows = size.classes * (head.normaliseWeights ? options.number('subcenters') : 1)
  const scaled = normalisesFeatures(head, options)
  const scheduled = [
    // embeddings that keep their length have no scale to follow
    ...ramps(options).filter(({ name }) => scaled || name !== scaleName),
    ...(head.scheduled?.(options) ?? []),
  ]
  const follows = (name: string): boolean => scheduled.some((scalar) => scalar.name === name)
  return {
    name: head.name,
    parameters: [
      {
        name: weightName,
        shape: [rows, size.embeddingSize],
        init: { kind: 'xavier', fanIn: size.embeddingSize },
        decay: true,
      },
    ],
    buffers: [...(head.buffers?.(size) ?? []), ...added.flatMap((loss) => loss.buffers?.(size) ?? [])],
    scheduled,
    needsImagesPerIdentity: added.some((loss) => loss.needsImagesPerIdentity),
    acrossBatch: [head.acrossBatch?.(options), ...added.map((loss) => loss.acrossBatch)].filter(
      (clause) => clause !== undefined,
    ),
    ...marginAdvice(head, options, settings, size),
    build: (features, labels, values) => {
      const value = lookUp(head.name, values)
      const option = (name: string): Operand =>
        head.ramped.includes(name) && follows(marginShareName)
          ? multiply(value(marginShareName), options.number(name))
          : options.number(name)
      const scale = follows(scaleName) ? value(scaleName) : options.has('scale') ? options.number('scale') : 1
      const result = marginLoss(head, {
        features,
        labels,
        weights: value(weightName),
        size,
        options,
        scale,
        option,
        value,
      })
      return added.reduce<HeadResult>((sum, loss) => {
        const extra = loss.evaluate({ features, labels, size, options, value })
        const weighted = multiply(extra.loss, options.number(loss.weight.name))
        return { ...sum, loss: add(sum.loss, weighted), buffers: { ...sum.buffers, ...extra.buffers } }
      }, result)
    },
  }
}

const embeddingHead = (loss: EmbeddingLoss, options: LossOptions, size: HeadSize): BuiltHead => ({
  name: loss.name,
  parameters: [],
  buffers: loss.buffers?.(size) ?? [],
  scheduled: [],
  needsImagesPerIdentity: loss.needsImagesPerIdentity,
  acrossBatch: loss.acrossBatch === undefined ? [] : [loss.acrossBatch],
  warnings: [],
  build: (features, labels, values) =>
    loss.evaluate({ features, labels, size, options, value: lookUp(loss.name, values) }),
})
