/** @file The options of `cosface evaluate`, grouped by the protocol they belong to, and which protocols each is for. */
import { unexpected, UsageError } from '../base/errors.ts'
import {
  checkOneOf,
  choiceOption,
  flagOf,
  flagOption,
  integerOption,
  numberOption,
  numbersOption,
  type OptionSpec,
  type OptionSpecs,
  textOption,
  textsOption,
} from '../base/option.ts'
import { depthOption } from '../data/depth-option.ts'
import type { Convention } from '../evaluate/protocol/convention.ts'
import { pairProtocols, type ProtocolName } from '../evaluate/protocol/record.ts'
import type { PoolingFlags } from '../evaluate/protocol/templates.ts'
import type { VideoPooling } from '../evaluate/protocol/video.ts'
import type { Device } from '../runtime/session.ts'
import {
  deviceOption,
  jsonOption,
  modelOptions,
  type ModelOptions,
  seedOption,
  threadsOption,
} from './options.ts'

export const protocolNames: readonly ProtocolName[] = [
  'lfw',
  'cfp-ff',
  'cfp-fp',
  'agedb',
  'calfw',
  'cplfw',
  'ytf',
  'bin',
  'pairs',
  'ijbb',
  'ijbc',
  'megaface',
  'identify',
  'retrieval',
]

export interface EvaluateOptions extends ModelOptions {
  readonly embeddings: string
  readonly names: string
  readonly against: readonly string[]
  readonly protocol: ProtocolName
  readonly images: string
  readonly depth: number
  readonly pairs: string
  readonly randomPairs: number
  readonly convention: Convention
  readonly thresholdFrom: string
  readonly threshold: number
  readonly skipMissing: boolean
  readonly checkContract: boolean
  readonly nist: boolean
  readonly groups: string
  readonly groupBy: readonly string[]
  readonly templates: string
  readonly rows: 'image' | 'image+mirror' | 'template'
  readonly frames: number
  readonly pooling: VideoPooling
  readonly distractors: string
  readonly probeList: string
  readonly distractorList: string
  readonly noisyProbes: string
  readonly noisyDistractors: string
  readonly suffix: string
  readonly sizes: readonly number[]
  readonly gallery: string
  readonly enrolled: number
  readonly replicates: number
  readonly report: string
  readonly seed: number
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const flagLetters = /^N([01])D([01])F([01])$/i

const flagsOption: OptionSpec<string> = {
  group: 'Templates (ijbb, ijbc)',
  value: 'N1D1F1',
  meaning:
    'how images become templates: N1 keeps the lengths of features, D1 weighs by the detector’s score, F1 adds the mirror image',
  range: 'N, D and F, each with 0 or 1',
  default: 'N1D1F1',
  parse: (text) => text,
  check: (name, value) => {
    if (typeof value === 'string' && flagLetters.test(value)) return value
    throw unexpected(name, 'N, D and F, each with 0 or 1, like N1D1F1', value)
  },
}

/** What `N1D1F1` and the like mean. */
export function poolingFlags(letters: string): PoolingFlags {
  const [, keepNorms, detectorScores, flip] = flagLetters.exec(letters) ?? []
  return { keepNorms: keepNorms === '1', detectorScores: detectorScores === '1', flip: flip === '1' }
}

const videos = 'Videos (ytf)'
const distractors = 'Distractors (megaface)'
const search = 'Searching (identify)'

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
    choices: protocolNames,
    default: 'told by the files where they are unmistakable, and said',
  }),
  pairs: textOption({
    group: 'Protocol',
    value: 'file|folder',
    meaning:
      'the pairs: LFW’s pairs.txt or a list of paths, a .bin pack (needs no --images), CALFW’s, CPLFW’s or YTF’s list, AgeDB’s .mat, the folder of CFP or IJB',
  }),
  randomPairs: integerOption({
    group: 'Protocol',
    meaning: 'instead of a list: so many pairs, half of them the same person, in ten folds that share nobody',
    unit: 'pairs',
    min: 20,
    max: 10_000_000,
    default: 'without --pairs as many as --images allows, at most 6000',
  }),
  images: textOption({
    group: 'Protocol',
    value: 'folder',
    meaning: 'where the images lie; for drawn pairs, identify and retrieval one subfolder a person',
    default: 'in the pack or the benchmark’s folder, where they are there',
  }),
  depth: depthOption('Protocol'),
  convention: choiceOption({
    group: 'Pairs',
    meaning:
      'cosface: cosine, same iff ≥ threshold; centred: less the other folds’ mean; insightface: features of the mirror image added, squared distance on a grid, same iff < threshold',
    choices: ['cosface', 'centred', 'insightface'] as const,
    default: 'cosface',
  }),
  thresholdFrom: textOption({
    group: 'Pairs',
    value: 'file',
    meaning: 'choose the threshold on this list of pairs instead of on the other folds',
    default: 'the other folds',
  }),
  threshold: numberOption({
    group: 'Pairs',
    meaning: 'judge all pairs with this threshold, chosen elsewhere: a run’s evaluation.json has its own',
    unit: 'cosine',
    min: -1,
    max: 1,
    default: 'chosen on the other folds',
  }),
  skipMissing: flagOption({
    group: 'Pairs',
    meaning: 'leave out pairs whose images are missing, of IJB the images, and report how many',
    default: 'a missing image is an error',
  }),
  checkContract: flagOption({
    group: 'Model',
    meaning:
      'feed 200 of the pairs in other channel orders, scales and crops too, and say so where one is clearly better; the result stays',
    default: 'the contract is taken as given',
  }),
  nist: flagOption({
    group: 'Pairs',
    meaning:
      'also FNMR at FMRs from 1e-1 to 1e-4 (templates: to 1e-6), and the points of the DET curve, in NIST’s terms',
  }),
  groups: textOption({
    group: 'Groups',
    value: 'file.csv',
    meaning: 'a table of images (or people) and the groups they are in, for results by group',
    default: 'none',
  }),
  groupBy: textsOption({
    group: 'Groups',
    value: 'column|column:18,30,50',
    range: 'a column of --groups, with the numbers at which ranges begin where it is to be divided',
    meaning: 'which column to group by, by its values or by ranges of its numbers; may be repeated',
    default: 'must be given with --groups',
  }),
  templates: flagsOption,
  rows: choiceOption({
    group: 'Templates (ijbb, ijbc)',
    meaning:
      'what a row of --embeddings is: an image, an image’s feature beside its mirror image’s, a template',
    choices: ['image', 'image+mirror', 'template'] as const,
    default: 'image',
  }),
  pooling: choiceOption({
    group: videos,
    meaning: 'mean: cosine of mean frames; closest, average: over all pairs of frames',
    choices: ['mean', 'closest', 'average'] as const,
    default: 'mean',
  }),
  frames: integerOption({
    group: videos,
    meaning: 'at most so many frames of a video, evenly spread',
    unit: 'frames',
    min: 1,
    max: 1_000_000,
    default: 'all',
  }),
  distractors: textOption({
    group: distractors,
    value: 'folder|file.npy',
    meaning: 'images of other people, or their embeddings; --images holds the probes',
  }),
  probeList: textOption({
    group: distractors,
    value: 'file.json',
    meaning: 'MegaFace’s list of probes, with who each is',
    default: 'all of --images, or the rows of --embeddings by their names; people by their folders',
  }),
  distractorList: textOption({
    group: distractors,
    value: 'file.json',
    meaning: 'MegaFace’s list of distractors',
    default: 'all of them',
  }),
  noisyProbes: textOption({
    group: distractors,
    value: 'file',
    meaning:
      'probes known to be mislabelled, put at their person’s centre: the result is then called refined',
    default: 'none: raw',
  }),
  noisyDistractors: textOption({
    group: distractors,
    value: 'file',
    meaning: 'distractors that show probes’ people, left out',
    default: 'none: raw',
  }),
  suffix: textOption({
    group: distractors,
    value: 'text',
    range: 'a text',
    meaning: 'what follows an image’s path in the name of its OpenCV matrix',
    default: 'found beside the first image',
  }),
  sizes: numbersOption({
    group: distractors,
    meaning: 'numbers of distractors at which ranks are reported',
    value: '10,1000,100000',
    integer: true,
    min: 1,
    max: 100_000_000,
    default: '10, 100 … 1,000,000',
  }),
  gallery: textOption({
    group: search,
    value: 'folder',
    meaning: 'the people enrolled, one subfolder each; every image of --images searches among them',
    default: 'half of the people of --images, then the other half',
  }),
  enrolled: integerOption({
    group: search,
    meaning: 'images enrolled of a person',
    unit: 'images',
    min: 1,
    max: 1000,
    default: '1',
  }),
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

/** For which protocols an option is; one that is not listed is for all. */
const meantFor: Readonly<Partial<Record<keyof EvaluateOptions, readonly ProtocolName[]>>> = {
  pairs: [...pairProtocols, 'ytf', 'ijbb', 'ijbc'],
  randomPairs: ['pairs'],
  depth: ['pairs', 'megaface', 'identify', 'retrieval'],
  convention: pairProtocols,
  thresholdFrom: pairProtocols,
  threshold: pairProtocols,
  skipMissing: [...pairProtocols, 'ytf', 'ijbb', 'ijbc'],
  checkContract: pairProtocols,
  nist: [...pairProtocols, 'ytf', 'ijbb', 'ijbc'],
  groups: pairProtocols,
  groupBy: pairProtocols,
  templates: ['ijbb', 'ijbc'],
  rows: ['ijbb', 'ijbc'],
  pooling: ['ytf'],
  frames: ['ytf'],
  distractors: ['megaface'],
  probeList: ['megaface'],
  distractorList: ['megaface'],
  noisyProbes: ['megaface'],
  noisyDistractors: ['megaface'],
  suffix: ['megaface'],
  sizes: ['megaface'],
  gallery: ['identify'],
  enrolled: ['identify'],
}

const isOption = (key: string): key is keyof EvaluateOptions => Object.hasOwn(evaluateOptions, key)

/** Refuses options that would go unheard. @throws UsageError */
export function checkOptionsFit(given: Partial<EvaluateOptions>, protocol: ProtocolName): void {
  for (const key of Object.keys(given).filter(isOption)) {
    const protocols = meantFor[key]
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
