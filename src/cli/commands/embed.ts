/** @file `cosface embed`: images in, embeddings out. */
import { flagOption, textOption, type OptionSpecs } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import { sizesInWords } from '../../model/contract.ts'
import type { Device } from '../../runtime/session.ts'
import { type Command, command } from '../command.ts'
import {
  deviceOption,
  jsonOption,
  modelOptions,
  type ModelOptions,
  required,
  threadsOption,
} from '../options.ts'
import { progressOf } from '../progress.ts'

interface EmbedOptions extends ModelOptions {
  readonly out: string
  readonly skipUnreadable: boolean
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const options: OptionSpecs<EmbedOptions> = {
  ...modelOptions,
  out: textOption({
    group: 'Output',
    value: 'file.npy|.safetensors|.jsonl',
    meaning:
      'where the embeddings go: .npy with the names in a .json beside it, .safetensors with the names in its metadata, or .jsonl with one image a line',
    default: 'must be given',
  }),
  skipUnreadable: flagOption({
    group: 'Output',
    meaning: 'leave out images that cannot be read, and name them',
    default: 'such an image is an error',
  }),
  threads: threadsOption,
  device: deviceOption,
  json: jsonOption,
}

export const embedCommand: Command = command<EmbedOptions>({
  name: 'embed',
  group: 'Use a model',
  summary: 'embeddings of images, as .npy, .safetensors or .jsonl',
  detail: 'Embeds images (files or folders) by the model’s contract; each embedding has length 1.',
  arguments: [{ name: 'image', meaning: 'image file, or folder of images', required: true, many: true }],
  options,
  examples: ['cosface embed photos/ --model runs/first --out embeddings.npy'],
  run: async ({ output, signal }, images, options) => {
    const model = required('--model', options.model, 'a run folder or an ONNX file')
    const out = required('--out', options.out, 'a file ending in .npy, .safetensors or .jsonl')
    const { openModelFor } = await import('../models.ts')
    const { embedToFile } = await import('../../node/faces/embed.ts')
    await using opened = await openModelFor(output, model, options)
    let summary
    {
      using progress = progressOf(output, 'embedding', 'images')
      summary = await embedToFile(opened, images, out, {
        signal,
        skipUnreadable: options.skipUnreadable ?? false,
        onProgress: progress.update,
        onNote: output.warn,
      })
    }
    for (const note of summary.notes) output.warn(`Note: ${note}`)
    for (const { image, reason } of summary.skipped) output.warn(`Left out ${image}: ${reason}`)
    output.say(
      `${counted(summary.images, 'template')} of ${summary.templateSize} numbers (${sizesInWords(opened.contract)}) in ${summary.out}${summary.names === undefined ? '' : `, their images in ${summary.names}`}`,
    )
    output.result({ schema: 'cosface-embed/1', ...summary })
    return 0
  },
})
