/** @file `cosface embed`: images in, embeddings out. */
import { UsageError } from '../../base/errors.ts'
import { textOption, type OptionSpecs } from '../../base/option.ts'
import type { Device } from '../../runtime/session.ts'
import { type Command, command } from '../command.ts'
import { deviceOption, jsonOption, modelOptions, type ModelOptions, threadsOption } from '../options.ts'

interface EmbedOptions extends ModelOptions {
  readonly out: string
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const options: OptionSpecs<EmbedOptions> = {
  ...modelOptions,
  out: textOption({
    group: 'Output',
    value: 'file.npy|file.jsonl',
    meaning: 'where the embeddings go: .npy with the names beside it, or .jsonl with one image a line',
    default: 'must be given',
  }),
  threads: threadsOption,
  device: deviceOption,
  json: jsonOption,
}

export const embedCommand: Command = command<EmbedOptions>({
  name: 'embed',
  group: 'Use a model',
  summary: 'embeddings of images, as .npy or .jsonl',
  detail: 'Embeds images (files or folders) by the model’s contract; each embedding has length 1.',
  arguments: [{ name: 'image', meaning: 'image file, or folder of images', required: true, many: true }],
  options,
  examples: ['cosface embed photos/ --model runs/first --out embeddings.npy'],
  run: async () => {
    throw new UsageError('embed is not wired yet')
  },
})
