/** @file From options to a plan. Pure: nothing is read or written. */
import { checkChoice, checkInteger, checkNumber } from '../base/check.ts'
import { UsageError } from '../base/errors.ts'
import { configure, type ConfigureInput, settingsFromFile } from '../train/configure.ts'
import type { TrainConfig } from '../train/config.ts'
import type { TrainSettings } from '../train/settings.ts'
import type { ExperimentPlan } from './plan.ts'
import { parseRange } from './range.ts'
import {
  lossVariants,
  normalisationVariants,
  type SharedLoss,
  sweepVariants,
  sweptOption,
  type Variant,
} from './variants.ts'

/** What every experiment is told beside the settings of a training. */
export interface ExperimentRequest {
  /** Trainings of each variant, with the seeds from `seed` on. @defaultValue 1 */
  readonly seeds?: number
  /** A list of pairs and the folder of its images; both or neither. */
  readonly images?: string
  readonly pairs?: string
  /** The variant that the others are tested against, by its name. */
  readonly reference?: string
  /** P of Eq 6's line. @defaultValue 0.99 */
  readonly posterior?: number
}

/** What a sweep is told. */
export interface SweepRequest extends ExperimentRequest {
  /** Numbers or ranges; exactly one of the two holds several. */
  readonly margin?: string
  readonly scale?: string
}

type Settings = Partial<TrainSettings>

interface Shared {
  readonly config: TrainConfig
  readonly loss: SharedLoss
}

/** The settings of all trainings; with a list of pairs no test identities are set aside unless they are asked for. */
const sharedOf = (given: Settings, input: ConfigureInput, request: ExperimentRequest): Shared => {
  const { lossOption, ...settings } = given
  if ((request.images === undefined) !== (request.pairs === undefined))
    throw new UsageError('Expected `images` and `pairs` together, got one of them')
  const file = input.file === undefined ? {} : settingsFromFile(input.file)
  const noTest = request.pairs !== undefined && given.test === undefined && file.test === undefined
  const whole = configure({ ...settings, ...(noTest ? { test: 0 } : {}) }, input)
  // short trainings are looked at often enough for a curve
  const sixth = given.validateEvery ?? file.validateEvery ?? Math.ceil(whole.iterations / 6)
  const config = { ...whole, validateEvery: Math.min(sixth || whole.validateEvery, whole.validateEvery) }
  const options = { ...config.loss.options, ...lossOption }
  return {
    config: { ...config, data: { ...config.data, splitSeed: config.data.splitSeed ?? config.seed } },
    loss: { scale: config.loss.scale, margin: config.loss.margin, options },
  }
}

const planOf = (
  kind: ExperimentPlan['kind'],
  { config }: Shared,
  variants: readonly Variant[],
  byDefault: Variant | undefined,
  request: ExperimentRequest,
  sweep?: ExperimentPlan['sweep'],
): ExperimentPlan => {
  const seeds = checkInteger('seeds', request.seeds ?? 1, { min: 1, max: 100 })
  const names = variants.map(({ name }) => name)
  const wanted =
    request.reference === undefined
      ? byDefault
      : variants.find(
          ({ name, value }) =>
            name === request.reference || (value !== undefined && String(value) === request.reference),
        )
  const reference =
    wanted?.id ?? variants.find(({ name }) => name === checkChoice('reference', request.reference, names))?.id
  return {
    schema: 'cosface-experiment/1',
    kind,
    ...(sweep === undefined ? {} : { sweep }),
    variants,
    reference: reference ?? '',
    seeds: Array.from({ length: seeds }, (_, i) => config.seed + i),
    config,
    ...(request.images === undefined || request.pairs === undefined
      ? {}
      : { list: { images: request.images, pairs: request.pairs } }),
    posterior: checkNumber('posterior', request.posterior ?? 0.99, { above: 0, below: 1 }),
  }
}

/**
 * Losses side by side (Table 2).
 * @throws UsageError on losses, options or numbers that cannot be
 */
export function comparePlan(
  given: Settings,
  input: ConfigureInput,
  request: ExperimentRequest & { readonly losses: readonly string[] },
): ExperimentPlan {
  const shared = sharedOf(given, input, request)
  const variants = lossVariants(request.losses, shared.loss)
  const cosface = variants.find(({ loss }) => loss.name === 'cosface')
  return planOf('compare', shared, variants, cosface ?? variants.at(-1), request)
}

const paces = {
  margin: { kind: 'add', step: 0.05 },
  scale: { kind: 'multiply', factor: 2 },
} as const

/**
 * One loss at several margins (Fig 5) or scales.
 * @throws UsageError where neither or both are several values, or a value is out of range
 */
export function sweepPlan(given: Settings, input: ConfigureInput, request: SweepRequest): ExperimentPlan {
  const margins = request.margin === undefined ? [] : parseRange('margin', request.margin, paces.margin)
  const scales = request.scale === undefined ? [] : parseRange('scale', request.scale, paces.scale)
  if (margins.length > 1 === scales.length > 1)
    throw new UsageError(
      'Expected several values of one of `margin` and `scale` (0:0.45:0.05, say), ' +
        (margins.length > 1 ? 'got several of both' : 'got one value of each'),
    )
  const parameter = margins.length > 1 ? 'margin' : 'scale'
  const fixed: Settings = {
    ...(margins.length === 1 ? { margin: margins[0] ?? 0 } : {}),
    ...(scales.length === 1 ? { scale: scales[0] ?? 0 } : {}),
  }
  const shared = sharedOf({ ...given, ...fixed }, input, request)
  const { name } = shared.config.loss
  const variants = sweepVariants(name, parameter, parameter === 'margin' ? margins : scales, shared.loss)
  return planOf('sweep', shared, variants, parameter === 'margin' ? variants[0] : variants.at(-1), request, {
    parameter,
    option: sweptOption(name, parameter),
  })
}

/** LMCL with and without feature normalisation (Table 1). @throws UsageError as the others do */
export function normalisationPlan(
  given: Settings,
  input: ConfigureInput,
  request: ExperimentRequest,
): ExperimentPlan {
  const shared = sharedOf(given, input, request)
  const variants = normalisationVariants(shared.loss)
  return planOf('normalisation', shared, variants, variants.at(-1), request)
}
