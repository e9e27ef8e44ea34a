/** @file `cosface compare`: losses side by side on the same people, seeds and budget. */
import { unexpected } from '../../base/errors.ts'
import type { OptionSpec } from '../../base/option.ts'
import { trainOptions } from '../../train/options.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { type Command, command } from '../command.ts'
import {
  experimentOptions,
  type ExperimentOptions,
  experimentStart,
  runExperimentCommand,
} from '../experiment-options.ts'

interface CompareOptions extends ExperimentOptions {
  readonly losses: readonly string[]
}

const words = 'two or more of name[+added…][:option=value…], separated by commas'

const lossesOption: OptionSpec<readonly string[]> = {
  group: 'Loss',
  value: 'a,b,…',
  meaning:
    'the losses: softmax+center adds the center loss to softmax, sphereface:normaliseFeatures=true sets an option of one of them',
  range: words,
  default: 'softmax,nsl,cosface',
  parse: (text) => text.split(','),
  check: (name, value) => {
    if (!Array.isArray(value) || value.length === 0) throw unexpected(name, words, value)
    return value.map((one: unknown) => {
      if (typeof one !== 'string' || one.trim() === '') throw unexpected(name, words, value)
      return one
    })
  },
}

const { loss: _loss, ...shared } = trainOptions

export const compareCommand: Command = command<CompareOptions & Omit<TrainSettings, 'loss'>>({
  name: 'compare',
  group: 'Understand',
  summary: 'train several losses on the same people with the same budget, and say whether they differ',
  detail:
    'The paper’s Table 2 on your own faces: same data, same division of the people, same seeds and length for every loss; a table with mean ± standard deviation over seeds, angles within and between people, and paired tests against a reference. Each training is chosen on the validation people and reported once, on the test people or on a list.\nThe folder holds plan.json, a run folder for each training, table.md, results.csv, report.html and figures. What is done is not done again: Ctrl-C or a kill loses nothing but the iterations since the last checkpoint.',
  arguments: [{ name: 'folder', meaning: 'folder with one subfolder a person', many: true }],
  options: { ...experimentStart, losses: lossesOption, ...experimentOptions, ...shared },
  examples: [
    'cosface compare faces/ --losses softmax,nsl,cosface,arcface --seeds 3 --out experiments/losses',
    'cosface compare faces/ --losses softmax,softmax+center,sphereface,cosface:margin=0.25 --preset quick',
    'cosface compare faces/ lfw/ --identities lfw=peopleDevTrain.txt --images lfw/ --pairs pairsDevTest.txt --seeds 3',
    'cosface compare --resume experiments/losses',
  ],
  stopping: 'Finishing the step in hand',
  run: async (context, folders, given) => {
    const { comparePlan } = await import('../../experiment/make-plan.ts')
    return runExperimentCommand(
      context,
      'compare',
      folders,
      given,
      ['compare'],
      ({ settings, input, request }) => {
        const { losses = ['softmax', 'nsl', 'cosface'], ...training } = settings
        return comparePlan(training, input, { ...request, losses })
      },
    )
  },
})
