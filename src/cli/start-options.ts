/** @file Where a training's settings start from. */
import { choiceOption, type OptionSpecs, textOption } from '../base/option.ts'
import { type PresetName, presetNames, presets } from '../train/presets.ts'

/** The options that say what a training begins with. */
export interface StartOptions {
  readonly preset: PresetName
  readonly config: string
  readonly resume: string
}

export const startOptions: OptionSpecs<StartOptions> = {
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
