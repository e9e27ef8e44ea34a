/** @file `cosface align`: a folder of photographs becomes a training set of aligned crops. */
import { given } from '../../base/given.ts'
import { choiceOption, type OptionSpecs, sizeOption, textOption } from '../../base/option.ts'
import type { Size } from '../../image/image.ts'
import type { Device } from '../../runtime/session.ts'
import { type Command, command } from '../command.ts'
import { faceOptions, type FaceOptions } from '../detectors.ts'
import { deviceOption, jsonOption, required, threadsOption } from '../options.ts'

interface AlignOptions extends FaceOptions {
  readonly out: string
  readonly size: Size
  readonly format: 'png' | 'jpg'
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const options: OptionSpecs<AlignOptions> = {
  ...faceOptions,
  faces: { ...faceOptions.faces, default: 'largest' },
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'a new folder for the crops; the table of all photographs goes beside it, as folder.csv',
    default: 'must be given',
  }),
  size: sizeOption({
    group: 'Output',
    meaning: 'size of a crop; 112x96 networks take 112x112 crops as well',
    unit: 'pixels',
    min: 16,
    max: 1024,
    default: '112x112',
  }),
  format: choiceOption({
    group: 'Output',
    meaning: 'format of a crop; png keeps every pixel',
    choices: ['png', 'jpg'] as const,
    default: 'png',
  }),
  threads: threadsOption,
  device: deviceOption,
  json: jsonOption,
}

export const alignCommand: Command = command<AlignOptions>({
  name: 'align',
  group: 'Data',
  summary: 'make a training set of aligned crops from a folder of photographs',
  detail:
    'Finds the face of each photograph and brings its five points to the same places in a crop. The folders and names stay, so a folder with one subfolder a person becomes a training set. A table beside the crops tells what became of each photograph, with the reason where there is no crop. Stopped work goes on where it was when the same command is given again.',
  arguments: [{ name: 'folder', meaning: 'folder of photographs, one subfolder a person', required: true }],
  options,
  examples: [
    'cosface align photos/ --out faces/',
    'cosface align photos/ --out faces/ --reject eyeDistance=32..,yaw=..30',
  ],
  run: async (context, [folder = ''], options) => {
    const out = required('--out', options.out, 'a new folder')
    const { alignPhotographs } = await import('../align.ts')
    const aligned = await alignPhotographs(context, folder, out, {
      ...options,
      ...given({ size: options.size, kind: options.format }),
    })
    if (aligned === undefined) return 1
    for (const note of aligned.notes) context.output.warn(`Note: ${note}`)
    context.output.result(aligned)
    return 0
  },
})
