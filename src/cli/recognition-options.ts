/** @file Options of the commands that take ordinary photographs. */
import type { OptionSpecs } from '../base/option.ts'
import { choiceOption, flagOption, textOption } from '../base/option.ts'
import { usualDetector, usualRecogniser } from '../face/starter-models.ts'
import type { Device } from '../runtime/session.ts'
import { deviceOption, modelOptions, type ModelOptions, threadsOption } from './options.ts'
import { rejectOption } from './reject-option.ts'

/** What the commands on photographs share. */
export interface RecognitionOptions extends ModelOptions {
  readonly detector: string
  readonly landmarks: string
  readonly reject: string
  readonly turns: 'auto' | 'never' | 'always'
  readonly yes: boolean
  readonly threads: number
  readonly device: Device
}

export const recognitionOptions: OptionSpecs<RecognitionOptions> = {
  model: textOption({
    group: 'Models',
    value: 'name|run|file',
    meaning: 'the recogniser: a name of the catalogue, a run folder, or a model’s file',
    default: usualRecogniser,
  }),
  detector: textOption({
    group: 'Models',
    value: 'name|file',
    meaning: 'the detector: a name of the catalogue, or a file',
    default: usualDetector,
  }),
  landmarks: textOption({
    group: 'Models',
    value: 'file',
    meaning: 'a landmark model, for a detector’s file that finds only boxes',
    default: 'the detector’s own points',
  }),
  size: modelOptions.size,
  channels: modelOptions.channels,
  mean: modelOptions.mean,
  std: modelOptions.std,
  flip: modelOptions.flip,
  reject: rejectOption,
  turns: choiceOption({
    group: 'Faces',
    meaning:
      'try the other three quarter turns: auto does so where the file does not say which way is up and no face is found, or only weak ones',
    choices: ['auto', 'never', 'always'] as const,
    default: 'auto',
  }),
  yes: flagOption({
    group: 'Models',
    meaning: 'fetch models that are not on this machine without asking',
    default: 'you are asked, where somebody can be',
  }),
  threads: threadsOption,
  device: deviceOption,
}
