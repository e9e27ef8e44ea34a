/** @file The options of `cosface evaluate`, grouped by the protocol they belong to, and which protocols each is for. */
import { UsageError } from '../base/errors.ts'
import {
  checkOneOf,
  choiceOption,
  flagOf,
  integerOption,
  type OptionSpecs,
  textOption,
  textsOption,
} from '../base/option.ts'
import {
  benchmarkNames,
  benchmarksFor,
  type ProtocolAsked,
  protocolOptions,
} from '../evaluate/protocols/registry.ts'
import type { Device } from '../runtime/session.ts'
import {
  deviceOption,
  jsonOption,
  modelOptions,
  type ModelOptions,
  seedOption,
  threadsOption,
} from './options.ts'

/** What every protocol may be asked. */
interface CommonOptions extends ModelOptions {
  readonly embeddings: string
  readonly names: string
  readonly against: readonly string[]
  readonly protocol: string
  readonly images: string
  readonly replicates: number
  readonly report: string
  readonly seed: number
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

export type EvaluateOptions = CommonOptions & ProtocolAsked

export const evaluateOptions: OptionSpecs<EvaluateOptions> = {
  ...modelOptions,
  model: { ...modelOptions.model, default: 'this or --embeddings must be given' },
  embeddings: textOption({
    group: 'Model',
    value: 'file',
    meaning:
      'embeddings made before instead of a model: .npy with its names beside it, .safetensors, .jsonl; for megaface also a folder of OpenCV matrices',
    default: 'none',
  }),
  names: textOption({
    group: 'Model',
    value: 'file',
    meaning: 'which image each row of --embeddings is of, one a line or as JSON',
    default: 'the .json beside an .npy',
  }),
  against: textsOption({
    group: 'Model',
    value: 'model|file',
    meaning:
      'another model, or embeddings, judged on the same, with a paired test whether they differ; a model from elsewhere has its contract beside it; may be repeated',
    default: 'none',
  }),
  protocol: choiceOption({
    group: 'Protocol',
    meaning:
      'how figures are made; identify and retrieval search in a folder, megaface among distractors, pairs is any list, bin any pack',
    choices: benchmarkNames,
    default: 'told by the files where they are unmistakable, and said',
  }),
  images: textOption({
    group: 'Protocol',
    value: 'folder',
    meaning: 'where the images lie; for drawn pairs, identify and retrieval one subfolder a person',
    default: 'in the pack or the benchmark’s folder, where they are there',
  }),
  ...protocolOptions,
  replicates: integerOption({
    group: 'Run',
    meaning: 'replicates of the bootstrap over people behind intervals; 0 leaves those intervals out',
    min: 0,
    max: 1_000_000,
    default: '1000',
  }),
  seed: seedOption,
  threads: threadsOption,
  device: deviceOption,
  report: textOption({
    group: 'Output',
    value: 'file.html|.md|.json',
    meaning: 'also write a page with curves, a Markdown document, or everything as JSON',
    default: 'none',
  }),
  json: jsonOption,
}

const isOption = (key: string): key is keyof EvaluateOptions => Object.hasOwn(evaluateOptions, key)

/** Refuses options that would go unheard. @throws UsageError */
export function checkOptionsFit(given: Partial<EvaluateOptions>, protocol: string): void {
  for (const key of Object.keys(given).filter(isOption)) {
    const protocols = benchmarksFor(key)
    if (given[key] === undefined || protocols === undefined || protocols.includes(protocol)) continue
    throw new UsageError(
      `${flagOf(key)} is for --protocol ${protocols.join(', ')}; this is ${protocol}: leave it out`,
    )
  }
}

/** Refuses options that contradict each other or need another one. @throws UsageError */
export function checkOptions(given: Partial<EvaluateOptions>): void {
  checkOneOf(given, 'model', 'embeddings', flagOf)
  checkOneOf(given, 'threshold', 'thresholdFrom', flagOf)
  checkOneOf(given, 'pairs', 'randomPairs', flagOf)
  if (given.names !== undefined && given.embeddings === undefined)
    throw new UsageError('--names says what the rows of --embeddings are; give --embeddings too')
  if (given.groups === undefined && given.groupBy !== undefined)
    throw new UsageError('--group-by names a column of --groups; give --groups too')
  if (given.groups !== undefined && given.groupBy === undefined)
    throw new UsageError('Expected --group-by with a column of --groups, got nothing')
}
