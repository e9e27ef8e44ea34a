/** @file From options, a preset and a config file to one checked configuration. Pure: nothing is read or written. */
import { unexpected, UsageError } from '../base/errors.ts'
import { checkOneOf, readOptions } from '../base/option.ts'
import { lossSum } from '../loss/added.ts'
import { checkLoss } from '../loss/build.ts'
import type { AugmentationConfig, LossConfig, ScheduleConfig, TrainConfig } from './config.ts'
import { flattened } from './flatten.ts'
import {
  augmentations,
  defaultSettings,
  milestoneShares,
  type PresetName,
  presetNames,
  presets,
} from './presets.ts'
import { trainOptions } from './options.ts'
import type { MergedSettings, TrainSettings } from './settings.ts'

/** What `configure` is told beside the settings. */
export interface ConfigureInput {
  /** Folders of identities. */
  readonly folders: readonly string[]
  /** Threads where the settings name none: the machine's cores. */
  readonly threads: number
  /** @defaultValue small-set */
  readonly preset?: PresetName
  /** A config file's content, as parsed from JSON. */
  readonly file?: unknown
}

/** What wins: the options given, then the config file, then the preset, then the defaults. */
export function mergeSettings(
  given: Partial<TrainSettings>,
  preset: PresetName,
  file: Partial<TrainSettings> = {},
): MergedSettings {
  checkOneOf(given, 'epochs', 'iterations')
  checkOneOf(file, 'epochs', 'iterations')
  const layers = [presets[preset].settings, file, given]
  // whoever names the length in one unit overrides a lower layer that names it in the other,
  // and milestones belong to the length they were chosen for
  const length = layers.findLastIndex((layer) => layer.epochs !== undefined || layer.iterations !== undefined)
  const clean = layers.map((layer, at) => {
    if (at >= length) return layer
    const { epochs: _epochs, iterations: _iterations, milestones: _milestones, ...rest } = layer
    return rest
  })
  return clean.reduce<MergedSettings>((all, layer) => ({ ...all, ...layer }), defaultSettings)
}

/**
 * A config file's settings; a run's own `config.json` is one too.
 * @throws UsageError on an unknown key (the nearest is named) or a value out of range
 */
export function settingsFromFile(file: unknown): Partial<TrainSettings> {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw unexpected('config', 'a JSON object of options', file)
  }
  const values: Readonly<Record<string, unknown>> = { ...file }
  try {
    return readOptions('the config file', trainOptions, 'schema' in values ? flattened(values) : values)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(error.message, { cause: error, inFields: true })
  }
}

/**
 * The configuration of a run. Where its length is asked for in epochs, `iterations` is 0 until `forImages` is told how
 * many images there are.
 * @throws UsageError naming the option, what it may be and what it was
 */
export function configure(given: Partial<TrainSettings>, input: ConfigureInput): TrainConfig {
  const preset = input.preset ?? 'small-set'
  const file = input.file === undefined ? {} : settingsFromFile(input.file)
  const settings = mergeSettings(readOptions('training', trainOptions, { ...given }), preset, file)
  if (settings.batch % settings.accumulate !== 0) {
    throw unexpected('accumulate', `a divisor of \`batch\` (${settings.batch})`, settings.accumulate)
  }
  const { base, weights } = lossSum(settings.loss)
  const options = { ...weights, ...settings.lossOption }
  const loss: LossConfig = {
    name: base,
    scale: settings.scale,
    margin: settings.margin,
    ...(Object.keys(options).length === 0 ? {} : { options }),
  }
  checkLoss(loss)
  const config: TrainConfig = {
    schema: 'cosface-config/1',
    preset,
    backbone: settings.backbone,
    embeddingSize: settings.embeddingSize,
    size: settings.size,
    loss,
    batch: settings.batch,
    accumulate: settings.accumulate,
    iterations: settings.iterations ?? 0,
    ...(settings.epochs === undefined ? {} : { epochs: settings.epochs }),
    learningRate: settings.lr,
    schedule: scheduleOf(settings),
    warmup: settings.warmup,
    momentum: settings.momentum,
    weightDecay: settings.weightDecay,
    clip: settings.clip,
    augmentation: augmentationOf(settings),
    seed: settings.seed,
    threads: settings.threads ?? input.threads,
    device: settings.device,
    checkpointEvery: settings.checkpointEvery,
    validateEvery: settings.validateEvery,
    data: {
      folders: input.folders,
      mergeNames: settings.mergeNames,
      ...(settings.depth === undefined ? {} : { depth: settings.depth }),
      ...(settings.identities === undefined ? {} : { identities: settings.identities }),
      minImages: settings.minImages,
      validation: settings.validation,
      test: settings.test,
      ...(settings.splitSeed === undefined ? {} : { splitSeed: settings.splitSeed }),
      watch: settings.watch,
      maxUnreadable: settings.maxUnreadable,
    },
  }
  if (config.iterations === 0) return config
  const named = given.warmup ?? file.warmup
  if (named !== undefined && named >= config.iterations) {
    throw unexpected('warmup', `less than the ${config.iterations} iterations of the run`, named)
  }
  return withLength(config, config.iterations)
}

/**
 * The configuration a run was begun with, from its `config.json`.
 * @throws UsageError on an unknown schema, a value out of range or folders that are no list of paths
 */
export function storedConfig(file: unknown): TrainConfig {
  const fields: Readonly<Record<string, unknown>> = typeof file === 'object' ? { ...file } : {}
  const { data } = fields
  const folders: unknown = typeof data === 'object' && data !== null && 'folders' in data ? data.folders : []
  if (!Array.isArray(folders) || !folders.every((folder) => typeof folder === 'string')) {
    throw unexpected('data.folders', 'a list of paths', folders)
  }
  const preset = presetNames.find((name) => name === fields['preset'])
  const settings = settingsFromFile(file)
  return configure(settings, {
    folders,
    threads: settings.threads ?? 1,
    ...(preset === undefined ? {} : { preset }),
  })
}

/** The configuration once the number of training images is known: epochs become iterations. */
export function forImages(config: TrainConfig, images: number): TrainConfig {
  if (config.iterations > 0 || config.epochs === undefined) return config
  const iterations = Math.max(1, Math.round((config.epochs * images) / config.batch))
  return withLength(config, iterations)
}

function withLength(config: TrainConfig, iterations: number): TrainConfig {
  const { schedule } = config
  // a preset's warm-up is made for its own length: in a shorter run it would be all there is
  const warmup = config.warmup < iterations ? config.warmup : Math.floor(iterations / 10)
  if (schedule.kind !== 'multi-step') return { ...config, iterations, warmup }
  const milestones =
    schedule.milestones.length > 0
      ? schedule.milestones
      : milestoneShares.map((share) => Math.round(share * iterations))
  return { ...config, iterations, warmup, schedule: { ...schedule, milestones } }
}

function scheduleOf(settings: MergedSettings): ScheduleConfig {
  const milestones = settings.milestones ?? []
  if (milestones.some((milestone, at) => at > 0 && milestone <= (milestones[at - 1] ?? 0))) {
    throw unexpected('milestones', 'ascending', milestones)
  }
  const kind: ScheduleConfig['kind'] = settings.schedule
  if (kind !== 'multi-step' && milestones.length > 0) {
    throw new UsageError('`milestones` belong to the schedule multi-step; leave them out or the schedule')
  }
  const schedules: Readonly<Record<ScheduleConfig['kind'], ScheduleConfig>> = {
    'multi-step': { kind: 'multi-step', milestones, factor: settings.lrFactor },
    polynomial: { kind: 'polynomial', power: settings.lrPower },
    cosine: { kind: 'cosine' },
  }
  return schedules[kind]
}

function augmentationOf(settings: MergedSettings): AugmentationConfig {
  const base = augmentations[settings.augment]
  return {
    flip: settings.augmentFlip ?? base.flip,
    shift: settings.augmentShift ?? base.shift,
    zoom: settings.augmentZoom ?? base.zoom,
    rotate: settings.augmentRotate ?? base.rotate,
    light: settings.augmentLight ?? base.light,
    grey: settings.augmentGrey ?? base.grey,
    erase: settings.augmentErase ?? base.erase,
    blur: settings.augmentBlur ?? base.blur,
  }
}
