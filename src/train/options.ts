/** @file The options of a training, one table for the command line, the config file, help and documentation. */
import { unexpected } from '../base/errors.ts'
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  numbersOption,
  type OptionSpecs,
  pairsOption,
  shareOrPathOption,
  sizeOption,
  switchOption,
  textOption,
  textsOption,
} from '../base/option.ts'
import { depthOption } from '../data/depth-option.ts'
import { lossSum } from '../loss/added.ts'
import { marginBecause } from '../loss/options.ts'
import { lossNames } from '../loss/registry.ts'
import { backboneNames } from '../nn/backbones.ts'
import { defaultSettings, milestoneShares, presets } from './presets.ts'
import type { MergedSettings, TrainSettings } from './settings.ts'

// what holds without --preset
const defaults: MergedSettings = { ...defaultSettings, ...presets['small-set'].settings }

const network = 'Network'
const head = 'Loss'
const optimiser = 'Optimiser'
const data = 'Data'
const augmentation = 'Augmentation'
const run = 'Run'

/** The table; the defaults it shows are those of the preset that holds where none is named. */
export const trainOptions: OptionSpecs<TrainSettings> = {
  backbone: choiceOption({
    group: network,
    meaning: 'the network between image and embedding',
    choices: backboneNames,
    default: defaults.backbone,
  }),
  embeddingSize: integerOption({
    group: network,
    meaning: 'numbers in an embedding',
    min: 2,
    max: 4096,
    default: String(defaults.embeddingSize),
  }),
  size: sizeOption({
    group: network,
    meaning: 'what the network sees; a 112x112 crop enters 112x96 without its outer columns, never resized',
    unit: 'pixels',
    min: 16,
    max: 512,
    default: `${defaults.size.height}x${defaults.size.width}`,
  }),
  loss: {
    group: head,
    value: 'name',
    meaning:
      'the loss: cosface (also lmcl) is the paper’s large margin cosine loss; cosface+center adds center, contrastive or triplet to one',
    range: `one of ${lossNames.join(', ')}`,
    choices: lossNames,
    default: defaults.loss,
    parse: (text) => text,
    check: (name, value) => {
      if (typeof value !== 'string') throw unexpected(name, `one of ${lossNames.join(', ')}`, value)
      return lossSum(value).text
    },
  },
  scale: numberOption({
    group: head,
    meaning: 's of Eq 4: what cosines are multiplied by',
    above: 0,
    max: 1000,
    default: String(defaults.scale),
  }),
  margin: numberOption({
    group: head,
    meaning: 'm of Eq 4: what is taken off the cosine to the own class; at most C/(C−1) for C classes',
    unit: 'cosine, not an angle',
    min: 0,
    max: 2,
    because: marginBecause,
    default: String(defaults.margin),
  }),
  lossOption: pairsOption({
    group: head,
    meaning:
      'an option of the chosen loss beside scale and margin (marginRadians=0.5 for arcface); may be repeated',
    default: 'each loss’s own',
  }),
  batch: integerOption({
    group: optimiser,
    meaning: 'images to an update',
    unit: 'images',
    min: 1,
    max: 65_536,
    default: String(defaults.batch),
  }),
  accumulate: integerOption({
    group: optimiser,
    meaning:
      'parts the batch is split into to save memory; the update stays that of the whole batch, except with losses that take something from all of it, which is said',
    min: 1,
    max: 4096,
    default: String(defaults.accumulate),
  }),
  epochs: numberOption({
    group: optimiser,
    meaning: 'length of the training as passes over the images; or give --iterations',
    unit: 'passes',
    above: 0,
    max: 100_000,
    default: defaults.epochs === undefined ? 'unset' : String(defaults.epochs),
  }),
  iterations: integerOption({
    group: optimiser,
    meaning: 'length of the training as updates; or give --epochs',
    unit: 'updates',
    min: 1,
    max: 100_000_000,
    default: defaults.iterations === undefined ? 'by --epochs' : String(defaults.iterations),
  }),
  lr: numberOption({
    group: optimiser,
    meaning: 'learning rate at the start',
    above: 0,
    max: 100,
    default: String(defaults.lr),
  }),
  schedule: choiceOption({
    group: optimiser,
    meaning: 'how the learning rate falls',
    choices: ['multi-step', 'polynomial', 'cosine'] as const,
    default: defaults.schedule,
  }),
  milestones: numbersOption({
    group: optimiser,
    meaning: 'where multi-step drops the rate',
    unit: 'iterations, ascending',
    integer: true,
    min: 1,
    max: 100_000_000,
    value: '16000,24000',
    default: `${milestoneShares.map((share) => `${Math.round(share * 100)} %`).join(', ')} of the length`,
  }),
  lrFactor: numberOption({
    group: optimiser,
    meaning: 'what the rate is multiplied by at a milestone',
    above: 0,
    max: 1,
    default: String(defaults.lrFactor),
  }),
  lrPower: numberOption({
    group: optimiser,
    meaning: 'power of the polynomial schedule',
    above: 0,
    max: 10,
    default: String(defaults.lrPower),
  }),
  warmup: integerOption({
    group: optimiser,
    meaning: 'the rate rises linearly over so many updates',
    unit: 'iterations',
    min: 0,
    max: 1_000_000,
    default: String(defaults.warmup),
  }),
  momentum: numberOption({
    group: optimiser,
    meaning: 'momentum of SGD',
    min: 0,
    below: 1,
    default: String(defaults.momentum),
  }),
  weightDecay: numberOption({
    group: optimiser,
    meaning: 'weight decay; biases and PReLU slopes are spared',
    min: 0,
    max: 1,
    default: String(defaults.weightDecay),
  }),
  clip: numberOption({
    group: optimiser,
    meaning: 'largest global norm of the gradient; 0 leaves it as it is',
    min: 0,
    max: 1e9,
    default: String(defaults.clip),
  }),
  identities: textOption({
    group: data,
    value: 'file',
    meaning: 'names to take: a list (one a line, or LFW’s people.txt), or a range of numbers such as 0-9999',
    default: 'all',
  }),
  minImages: integerOption({
    group: data,
    meaning: 'people with fewer images are left out',
    unit: 'images',
    min: 1,
    max: 1_000_000,
    default: String(defaults.minImages),
  }),
  mergeNames: flagOption({
    group: data,
    meaning: 'the same name in two folders is the same person',
    default: 'two people',
  }),
  depth: depthOption(data),
  validation: shareOrPathOption({
    group: data,
    meaning: 'people who choose the best checkpoint and the threshold: a share, a folder or a list of names',
    default: String(defaults.validation),
  }),
  test: shareOrPathOption({
    group: data,
    meaning: 'people for the one number at the end: a share, a folder or a list of names',
    default: String(defaults.test),
  }),
  splitSeed: integerOption({
    group: data,
    meaning: 'the seed of who is in which set; with it runs of several seeds share their people',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: '--seed',
  }),
  watch: textsOption({
    group: data,
    value: 'pairs',
    meaning:
      'pairs that are logged while training and never chosen by: a list, or a .bin pack; may be repeated',
    default: 'none',
  }),
  maxUnreadable: numberOption({
    group: data,
    meaning: 'share of unreadable images above which the run stops',
    min: 0,
    max: 1,
    default: String(defaults.maxUnreadable),
  }),
  augment: choiceOption({
    group: augmentation,
    meaning: 'changes drawn anew for each image and pass; the options below change one of them',
    choices: ['none', 'flip', 'standard'] as const,
    default: defaults.augment,
  }),
  augmentFlip: switchOption({
    group: augmentation,
    meaning: 'mirror half of the images',
    default: 'by --augment',
  }),
  augmentShift: numberOption({
    group: augmentation,
    meaning: 'largest shift, each direction',
    unit: 'pixels',
    min: 0,
    max: 64,
    default: 'by --augment',
  }),
  augmentZoom: numberOption({
    group: augmentation,
    meaning: 'largest change of size, as a share',
    min: 0,
    max: 0.5,
    default: 'by --augment',
  }),
  augmentRotate: numberOption({
    group: augmentation,
    meaning: 'largest rotation',
    unit: 'degrees',
    min: 0,
    max: 45,
    default: 'by --augment',
  }),
  augmentLight: numberOption({
    group: augmentation,
    meaning: 'largest change of brightness and contrast, as a share',
    min: 0,
    max: 1,
    default: 'by --augment',
  }),
  augmentGrey: numberOption({
    group: augmentation,
    meaning: 'chance of losing colour',
    min: 0,
    max: 1,
    default: 'by --augment',
  }),
  augmentErase: numberOption({
    group: augmentation,
    meaning: 'chance that a rectangle is covered',
    min: 0,
    max: 1,
    default: 'by --augment',
  }),
  augmentBlur: numberOption({
    group: augmentation,
    meaning: 'chance of being blurred',
    min: 0,
    max: 1,
    default: 'by --augment',
  }),
  seed: integerOption({
    group: run,
    meaning: 'the seed of every random draw',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: String(defaults.seed),
  }),
  threads: integerOption({
    group: run,
    meaning: 'threads of the computation',
    min: 1,
    max: 1024,
    default: 'the machine’s cores',
  }),
  device: choiceOption({
    group: run,
    meaning: 'where the graphs run',
    choices: ['cpu', 'webgpu', 'cuda'] as const,
    default: defaults.device,
  }),
  checkpointEvery: integerOption({
    group: run,
    meaning: 'updates between checkpoints',
    unit: 'iterations',
    min: 1,
    max: 100_000_000,
    default: String(defaults.checkpointEvery),
  }),
  validateEvery: integerOption({
    group: run,
    meaning: 'updates between validations',
    unit: 'iterations',
    min: 1,
    max: 100_000_000,
    default: String(defaults.validateEvery),
  }),
}
