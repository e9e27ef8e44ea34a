/** @file `cosface export`: a run becomes one ONNX file that carries its contract. */
import { UsageError } from '../../base/errors.ts'
import { textOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'

interface ExportOptions {
  readonly out: string
  readonly checkpoint: string
  readonly json: boolean
}

const options: OptionSpecs<ExportOptions> = {
  out: textOption({
    group: 'Output',
    value: 'file.onnx',
    meaning: 'the model file',
    default: 'model.onnx in the run',
  }),
  checkpoint: textOption({
    group: 'Output',
    value: 'best|last',
    range: 'best or last',
    meaning: 'which checkpoint to export',
    default: 'best',
  }),
  json: jsonOption,
}

export const exportCommand: Command = command<ExportOptions>({
  name: 'export',
  group: 'Train',
  summary: 'write a run’s model as one ONNX file with its contract',
  detail:
    'The file holds standard operations only; its metadata say input size, channel order, normalisation, alignment points, flip rule and training. Before it is kept, the exported model must give the same embeddings as the trained weights.',
  arguments: [{ name: 'run', meaning: 'run folder', required: true }],
  options,
  examples: ['cosface export runs/first --out model.onnx'],
  run: async () => {
    throw new UsageError('export is not wired yet')
  },
})
