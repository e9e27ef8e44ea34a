/** @file `cosface train`: from folders of faces to a run folder. */
import { UsageError } from '../../base/errors.ts'
import { choiceOption, flagOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { trainOptions } from '../../train/options.ts'
import { type PresetName, presetNames, presets } from '../../train/presets.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'

interface RunOptions {
  readonly preset: PresetName
  readonly config: string
  readonly out: string
  readonly resume: string
  readonly tune: boolean
  readonly tensorboard: boolean
  readonly json: boolean
}

const startOptions: OptionSpecs<Pick<RunOptions, 'preset' | 'config' | 'resume'>> = {
  preset: choiceOption({
    group: 'Start from',
    meaning: `settings to start from: ${presetNames.map((name) => `${name} is for ${presets[name].meaning}`).join('; ')}`,
    choices: presetNames,
    default: 'small-set',
  }),
  config: textOption({
    group: 'Start from',
    value: 'file.json',
    meaning:
      'settings from a JSON file, keys in camelCase; options given here win over it, it wins over the preset',
  }),
  resume: textOption({
    group: 'Start from',
    value: 'run',
    meaning: 'go on with an interrupted run from its last checkpoint, bit for bit on the same machine',
  }),
}

const runOptions: OptionSpecs<Omit<RunOptions, 'preset' | 'config' | 'resume'>> = {
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'the run folder',
    default: 'runs/1, runs/2, …',
  }),
  tune: flagOption({
    group: 'Run',
    meaning: 'measure the formulations of each operation first and keep the faster ones',
  }),
  tensorboard: flagOption({
    group: 'Output',
    meaning: 'also write TensorBoard event files into the run folder',
  }),
  json: jsonOption,
}

export const trainCommand: Command = command<TrainSettings & RunOptions>({
  name: 'train',
  group: 'Train',
  summary: 'train a recogniser on folders of aligned faces, one subfolder a person',
  detail:
    'Splits the people (never a person’s images) into training, validation and test, trains, keeps the checkpoint that is best on the validation people, and reports once on the test people.\nThe run folder holds checkpoints, the log, report.html and the configuration. Ctrl-C saves; --resume goes on.',
  arguments: [{ name: 'folder', meaning: 'folder with one subfolder a person', many: true }],
  options: { ...startOptions, ...trainOptions, ...runOptions },
  examples: [
    'cosface train faces/',
    'cosface train faces/ more-faces/ --preset quick --out runs/first',
    'cosface train faces/ --backbone sphere10 --scale 32 --margin 0.35 --epochs 20',
    'cosface train --resume runs/first',
  ],
  run: async (_context, folders, options) => {
    if (options.resume === undefined && folders.length === 0) {
      throw new UsageError(
        'Expected at least one folder of faces, or --resume with a run folder, got neither',
      )
    }
    throw new UsageError('train is not wired yet')
  },
})
