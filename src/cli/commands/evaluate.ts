/** @file `cosface evaluate`: pairs of faces in, a verification result with its uncertainty out. */
import {
  checkOneOf,
  flagOf,
  flagOption,
  integerOption,
  numberOption,
  type OptionSpecs,
  textOption,
} from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import {
  deviceOption,
  jsonOption,
  modelOptions,
  type ModelOptions,
  required,
  seedOption,
  threadsOption,
} from '../options.ts'
import type { PairSource } from '../../node/evaluate-pairs.ts'
import type { Device } from '../../runtime/session.ts'

interface EvaluateOptions extends ModelOptions {
  readonly images: string
  readonly pairs: string
  readonly randomPairs: number
  readonly thresholdFrom: string
  readonly threshold: number
  readonly skipMissing: boolean
  readonly report: string
  readonly seed: number
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const options: OptionSpecs<EvaluateOptions> = {
  ...modelOptions,
  images: textOption({
    group: 'Pairs',
    value: 'folder',
    meaning: 'folder with one subfolder a person',
    default: 'must be given',
  }),
  pairs: textOption({
    group: 'Pairs',
    value: 'file',
    meaning: 'a list of pairs in LFW’s pairs.txt format, with or without folds',
  }),
  randomPairs: integerOption({
    group: 'Pairs',
    meaning: 'instead of a list: so many pairs, half of them the same person, in ten folds that share nobody',
    unit: 'pairs',
    min: 20,
    max: 10_000_000,
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
    meaning: 'leave out pairs whose images are missing and report how many',
    default: 'a missing image is an error',
  }),
  seed: seedOption,
  threads: threadsOption,
  device: deviceOption,
  report: textOption({
    group: 'Output',
    value: 'file.html',
    meaning: 'also write a page with curves',
    default: 'none',
  }),
  json: jsonOption,
}

export const evaluateCommand: Command = command<EvaluateOptions>({
  name: 'evaluate',
  group: 'Use a model',
  summary: 'how often a model tells same from different, with the uncertainty',
  detail:
    'Embeds the images of the pairs, chooses the threshold where it must not be chosen on the pairs it judges, and prints accuracy with its standard error, AUC, EER and TAR at FAR with intervals.',
  arguments: [],
  options,
  examples: [
    'cosface evaluate --model runs/first --images faces/ --random-pairs 6000',
    'cosface evaluate --model model.onnx --images lfw/ --pairs pairs.txt --json',
    'cosface evaluate --model other.onnx --size 112x112 --channels rgb --mean 127.5 --std 128 --flip concat --images lfw/ --pairs pairsDevTest.txt --threshold-from pairsDevTrain.txt',
  ],
  run: async (context, _args, given) => {
    const model = required('--model', given.model, 'a run folder or an ONNX file')
    const images = required('--images', given.images, 'a folder of images')
    checkOneOf(given, 'threshold', 'thresholdFrom', flagOf)
    const pairs = pairSource(given)
    const { evaluate } = await import('../evaluation.ts')
    return evaluate(context, { ...given, model, images, pairs })
  },
})

function pairSource(given: Partial<EvaluateOptions>): PairSource {
  checkOneOf(given, 'pairs', 'randomPairs', flagOf)
  if (given.pairs !== undefined) return { kind: 'list', file: given.pairs }
  const count = required('--pairs', given.randomPairs, 'a list of pairs, or --random-pairs with their number')
  return { kind: 'random', count, seed: given.seed ?? 1 }
}
