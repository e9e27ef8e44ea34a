/** @file `cosface sweep`: one setting of a loss at several values (Fig 5), or Table 1's feature normalisation. */
import { UsageError } from '../../base/errors.ts'
import { choiceOption, numberOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { trainOptions } from '../../train/options.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { type Command, command } from '../command.ts'
import {
  experimentOptions,
  type ExperimentOptions,
  experimentStart,
  runExperimentCommand,
} from '../experiment-options.ts'

interface SweepOptions extends ExperimentOptions {
  readonly margin: string
  readonly scale: string
  readonly ablation: 'normalisation'
  readonly posterior: number
}

const grammar = 'a number, numbers with commas, or from:to[:step], the step added (0.05) or multiplied (x2)'

const sweepOptions: OptionSpecs<Pick<SweepOptions, 'margin' | 'scale' | 'ablation' | 'posterior'>> = {
  margin: textOption({
    group: 'Loss',
    value: 'from:to[:step]',
    range: grammar,
    meaning:
      'the margins to try, as 0:0.45:0.05; a single number holds for a sweep of the scale. Losses whose margin is an angle or a multiplier take theirs in radians or as integers',
    default: 'the preset’s; steps of 0.05',
  }),
  scale: textOption({
    group: 'Loss',
    value: 'from:to[:step]',
    range: grammar,
    meaning: 'the scales to try, as 2:64; a single number holds for a sweep of the margin',
    default: 'the preset’s; each twice the one before',
  }),
  ablation: choiceOption({
    group: 'Loss',
    meaning:
      'instead of a range: the paper’s Table 1, LMCL with normalised features and without, the latter from scratch and, as in the paper, from a network trained by softmax',
    choices: ['normalisation'] as const,
  }),
  posterior: numberOption({
    group: 'Evaluation',
    meaning: 'P of Eq 6’s line in the figure of the scale',
    above: 0,
    below: 1,
    default: '0.99',
  }),
}

const { margin: _margin, scale: _scale, ...shared } = trainOptions

export const sweepCommand: Command = command<SweepOptions & Omit<TrainSettings, 'margin' | 'scale'>>({
  name: 'sweep',
  group: 'Understand',
  summary: 'one loss at several margins or scales (Fig 5), or with and without normalisation (Table 1)',
  detail:
    'Same data, same division of the people, same seeds and length for every value. The figure shows the accuracy by the setting, with Eq 6’s line for the scale or Eq 7’s for the margin, and marks values at which the training does not converge; they are never dropped. Folder, tests and going on are those of cosface compare.',
  arguments: [{ name: 'folder', meaning: 'folder with one subfolder a person', many: true }],
  options: { ...experimentStart, ...sweepOptions, ...experimentOptions, ...shared },
  examples: [
    'cosface sweep faces/ --margin 0:0.45:0.05 --out experiments/margin',
    'cosface sweep faces/ --scale 2:64 --margin 0.35 --seeds 3',
    'cosface sweep faces/ --loss arcface --margin 0.1:0.6:0.1',
    'cosface sweep faces/ --ablation normalisation',
    'cosface sweep --resume experiments/margin',
  ],
  stopping: 'Finishing the step in hand',
  run: async (context, folders, given) => {
    const { normalisationPlan, sweepPlan } = await import('../../experiment/make-plan.ts')
    const kinds = ['sweep', 'normalisation'] as const
    return runExperimentCommand(context, 'sweep', folders, given, kinds, ({ settings, input, request }) => {
      const { ablation, margin, scale, posterior, ...training } = settings
      if (ablation !== undefined && training.loss !== undefined)
        throw new UsageError('--ablation normalisation is about LMCL; leave out --loss')
      const asked = {
        ...request,
        ...(margin === undefined ? {} : { margin }),
        ...(scale === undefined ? {} : { scale }),
        ...(posterior === undefined ? {} : { posterior }),
      }
      return ablation === undefined
        ? sweepPlan(training, input, asked)
        : normalisationPlan(training, input, asked)
    })
  },
})
