/** @file `cosface calibrate`: labelled photographs in, thresholds with their error rates out, stored beside the model. */
import { basename } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import {
  choiceOption,
  integerOption,
  numbersOption,
  type OptionSpecs,
  textOption,
} from '../../base/option.ts'
import { counted, withCommas } from '../../base/words.ts'
import type { Calibration, MeasuredRates, ScoringRule } from '../../face/calibration.ts'
import { oneIn, scoringInWords } from '../../face/calibration.ts'
import { columnsOf } from '../columns.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, seedOption } from '../options.ts'
import { progressOf } from '../progress.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

interface CalibrateOptions extends RecognitionOptions {
  readonly fmr: readonly number[]
  readonly pairs: string
  readonly rule: ScoringRule['rule']
  readonly references: number
  readonly groups: string
  readonly groupBy: string
  readonly title: string
  readonly seed: number
  readonly json: boolean
}

const options: OptionSpecs<CalibrateOptions> = {
  fmr: numbersOption({
    group: 'Calibration',
    meaning: 'false-match rates to find thresholds for; one that the photographs cannot carry is refused',
    above: 0,
    max: 0.5,
    default: '0.01, 0.001 and so on, as far as the photographs carry them',
  }),
  pairs: textOption({
    group: 'Calibration',
    value: 'list',
    meaning:
      'compare the pairs of this list, whose images lie in the folder, instead of everybody with everybody',
    default: 'everybody with everybody',
  }),
  rule: choiceOption({
    group: 'Calibration',
    meaning:
      'what is compared: one face with one face, or a face with a person’s references, by their mean or their best score',
    choices: ['pair', 'mean', 'maximum'] as const,
    default: 'pair',
  }),
  references: integerOption({
    group: 'Calibration',
    meaning: 'references of a person under `mean` and `maximum`',
    min: 1,
    max: 1000,
    default: '3',
  }),
  groups: textOption({
    group: 'Calibration',
    value: 'file.csv',
    meaning: 'a table that puts people into groups, whose rates are given too',
    default: 'none',
  }),
  groupBy: textOption({
    group: 'Calibration',
    value: 'column',
    meaning: 'the column of --groups',
    default: 'must be given with --groups',
  }),
  title: textOption({
    group: 'Calibration',
    meaning: 'whose photographs these are, as answers will say it',
    default: 'the folder’s name',
  }),
  seed: seedOption,
  ...recognitionOptions,
  json: jsonOption,
}

const scoringOf = ({ rule = 'pair', references, pairs }: Partial<CalibrateOptions>): ScoringRule => {
  if (rule === 'pair' && references !== undefined)
    throw new UsageError('--references goes with --rule mean or --rule maximum')
  if (rule !== 'pair' && pairs !== undefined)
    throw new UsageError(`--pairs lists one face with one face; leave out --rule ${rule}`)
  return { rule, references: rule === 'pair' ? 1 : (references ?? 3) }
}

const share = (value: number | undefined): string =>
  value === undefined ? '' : `${Number((value * 100).toPrecision(2))} %`

const between = (rates: MeasuredRates, of: 'fmr' | 'fnmr'): string => {
  const interval = rates[`${of}Interval`]
  return interval === undefined ? '' : `${share(interval.low)} to ${share(interval.high)}`
}

const tableOf = ({ points, groups = [] }: Calibration): readonly string[] => [
  ...columnsOf([
    ['false match', 'threshold', 'measured', '95 %', 'missed', '95 %'],
    ...points.map((point) => [
      oneIn(point.target),
      point.threshold.toFixed(4),
      share(point.fmr),
      between(point, 'fmr'),
      share(point.fnmr),
      between(point, 'fnmr'),
    ]),
  ]),
  ...groups.flatMap(({ group, people, mated, nonMated, rates }) => [
    `${group}: ${counted(people, 'person', 'people')}, ${withCommas(nonMated)} comparisons of two, ${withCommas(mated)} of one`,
    ...columnsOf(
      points.map((point, at) => {
        const one = rates[at] ?? {}
        return [
          '',
          point.threshold.toFixed(4),
          share(one.fmr),
          between(one, 'fmr'),
          share(one.fnmr),
          between(one, 'fnmr'),
        ]
      }),
    ),
  ]),
]

export const calibrateCommand: Command = command<CalibrateOptions>({
  name: 'calibrate',
  group: 'Recognise',
  summary: 'what thresholds stand for, from labelled photographs of yours',
  detail:
    'Takes a folder of photographs, one folder a person, finds and embeds a face in each, compares them, and stores thresholds with their false-match and false-non-match rates beside the model. The calibration holds for this model, detector, aligner, flip rule and scoring rule and for nothing else. Intervals are over people. A photograph without a usable face counts as a miss.',
  arguments: [{ name: 'folder', meaning: 'photographs, one folder a person', required: true }],
  options,
  examples: [
    'cosface calibrate people/ --fmr 0.01,0.001',
    'cosface calibrate people/ --rule maximum --references 3',
    'cosface calibrate people/ --groups ages.csv --group-by age:18,40,60',
  ],
  run: async (context, [folder = ''], chosen) => {
    const { output, signal } = context
    const scoring = scoringOf(chosen)
    if ((chosen.groups === undefined) !== (chosen.groupBy === undefined))
      throw new UsageError('--groups FILE and --group-by COLUMN are given together')
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, chosen)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nothing was calibrated.')
      return 1
    }
    await using embedder = opened.embedder
    const { folderComparisons, listedComparisons } = await import('../../node/face/labelled-photographs.ts')
    const { groupsOfPeople } = await import('../../node/face/people-groups.ts')
    const { storeCalibration } = await import('../../node/face/calibration-files.ts')
    const { calibrate } = await import('../../face/calibrate.ts')
    let labelled
    {
      using progress = progressOf(output, 'embedding', 'photographs')
      const work = { signal, onProgress: progress.update, ...given({ seed: chosen.seed }) }
      labelled =
        chosen.pairs === undefined
          ? await folderComparisons(embedder, folder, scoring, work)
          : await listedComparisons(embedder, folder, chosen.pairs, work)
    }
    const { failed, photographs, names } = labelled
    for (const { photograph, reason } of failed.slice(0, 20)) output.warn(`${photograph}: ${reason}`)
    if (failed.length > 20) output.warn(`and ${failed.length - 20} more without a usable face`)
    const groups =
      chosen.groups === undefined || chosen.groupBy === undefined
        ? undefined
        : await groupsOfPeople(chosen.groups, chosen.groupBy, names)
    const result = calibrate(labelled.comparisons, {
      origin: embedder.origin,
      scoring,
      title: chosen.title ?? `${counted(photographs, 'photograph')} of ${basename(folder)}`,
      failed: failed.length,
      ...given({ targets: chosen.fmr, groups, seed: chosen.seed }),
    })
    const file = await storeCalibration(opened.places, opened.model, result)
    const { source } = result
    output.say(
      `${scoringInWords(scoring)}; ${counted(source.people, 'person', 'people')}, ${counted(photographs, 'photograph')}, ${failed.length} without a usable face`,
    )
    for (const line of tableOf(result)) output.say(line)
    for (const warning of result.warnings) output.say(warning)
    output.say(`stored in ${file}`)
    output.result({ file, ...result })
    return 0
  },
})
