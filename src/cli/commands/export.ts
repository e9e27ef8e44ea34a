/** @file `cosface export`: a run becomes one ONNX file that carries its contract. */
import { choiceOption, textOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'
import { count } from '../words.ts'

interface ExportOptions {
  readonly out: string
  readonly checkpoint: 'best' | 'last'
  readonly json: boolean
}

const options: OptionSpecs<ExportOptions> = {
  out: textOption({
    group: 'Output',
    value: 'file.onnx',
    meaning: 'the model file',
    default: 'model.onnx in the run',
  }),
  checkpoint: choiceOption({
    group: 'Output',
    meaning: 'which checkpoint to export; best by the validation people',
    choices: ['best', 'last'] as const,
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
  run: async ({ output }, [run = ''], { out, checkpoint }) => {
    const { exportRun } = await import('../../node/export-run.ts')
    const { openSession } = await import('../../node/open-session.ts')
    const { runPaths } = await import('../../node/run-folder.ts')
    const exported = await exportRun(run, {
      file: out ?? runPaths(run).model,
      which: checkpoint ?? 'best',
      openSession: (spec) => openSession(spec, { notice: output.warn }),
    })
    const { contract, parity, file, iteration } = exported
    output.say(
      `${file}: the model after ${count(iteration)} iterations, input ${contract.input.height}x${contract.input.width} ${contract.channels}, ${contract.embeddingSize} numbers`,
    )
    output.say(
      `max |Δcos| between it and the trained weights: ${parity.maxCosineDifference.toExponential(1)} over ${parity.images} images`,
    )
    output.result({ schema: 'cosface-export/1', model: file, iteration, parity, contract })
    return 0
  },
})
