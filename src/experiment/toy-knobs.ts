/** @file Numbers of a loss that can be turned while it trains: they are fed to each step instead of being built in. */
import type { BuiltHead, LossSettings } from '../loss/head.ts'
import { marginShareName, scaleName } from '../loss/ramps.ts'
import { lossByName } from '../loss/registry.ts'

/** What may change between two steps. A knob its loss does not have is ignored. */
export interface ToyKnobs {
  readonly learningRate: number
  /** s. */
  readonly scale?: number
  /** The loss's margin, in its own unit. */
  readonly margin?: number
}

/** The knobs of a loss that take effect without a restart, besides the learning rate. */
export interface LiveKnobs {
  readonly scale: boolean
  readonly margin: boolean
}

/** The margins that enter a head's graph as a single factor, so that it can be fed. */
const factors: ReadonlySet<string> = new Set(['cosface', 'arcface', 'curricularface'])

/** Which knobs of the loss can be turned while it trains. @throws UsageError on an unknown loss */
export function liveKnobs({ name, options }: LossSettings): LiveKnobs {
  const loss = lossByName(name)
  if (loss.kind !== 'margin') return { scale: false, margin: false }
  const isScaled = options?.['normaliseFeatures'] ?? loss.normaliseFeatures
  return {
    scale: isScaled === true && loss.options.some((one) => one.name === 'scaleWarmup'),
    margin: factors.has(loss.name),
  }
}

/** The loss with margin 1 and a scale of its own, both to be fed. */
export function withKnobs(loss: LossSettings): LossSettings {
  const live = liveKnobs(loss)
  const isAngle = lossByName(loss.name).name !== 'cosface'
  return {
    ...loss,
    ...(live.margin && !isAngle ? { margin: 1 } : {}),
    options: {
      ...loss.options,
      ...(live.scale ? { scaleWarmup: 1 } : {}),
      ...(live.margin ? { marginWarmup: 1 } : {}),
      ...(live.margin && isAngle ? { marginRadians: 1 } : {}),
    },
  }
}

/** What the knobs of a loss stand at when it is built. */
export function knobsOf({ name, scale, margin, options }: LossSettings): Omit<ToyKnobs, 'learningRate'> {
  const own = lossByName(name)
  const at = (option: string): number => {
    const given = options?.[option] ?? own.options.find((one) => one.name === option)?.default
    return typeof given === 'number' ? given : 0
  }
  return {
    scale: scale ?? at('scale'),
    margin: own.name === 'cosface' ? (margin ?? at('margin')) : at('marginRadians'),
  }
}

/** The loss as it would be written with its live knobs where they stand. */
export function lossAt(loss: LossSettings, { scale, margin }: Omit<ToyKnobs, 'learningRate'>): LossSettings {
  const live = liveKnobs(loss)
  const isAngle = lossByName(loss.name).name !== 'cosface'
  const turnedMargin = live.margin ? margin : undefined
  return {
    ...loss,
    ...(live.scale && scale !== undefined ? { scale } : {}),
    ...(turnedMargin === undefined || isAngle ? {} : { margin: turnedMargin }),
    ...(turnedMargin === undefined || !isAngle
      ? {}
      : { options: { ...loss.options, marginRadians: turnedMargin } }),
  }
}

/** The head with its ramps replaced by the knobs' present position. */
export function turned(head: BuiltHead, position: () => Omit<ToyKnobs, 'learningRate'>): BuiltHead {
  const values: ReadonlyMap<string, () => number | undefined> = new Map([
    [scaleName, () => position().scale],
    [marginShareName, () => position().margin],
  ])
  return {
    ...head,
    scheduled: head.scheduled.map((scalar) => {
      const value = values.get(scalar.name)
      return value === undefined
        ? scalar
        : { ...scalar, valueAt: (iteration) => value() ?? scalar.valueAt(iteration) }
    }),
  }
}
