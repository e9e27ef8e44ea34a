/** @file `cosface export`: a run, or a model from elsewhere, becomes one ONNX file that carries its contract. */
import { UsageError } from '../../base/errors.ts'
import { choiceOption, flagOption, textOption, type OptionSpecs } from '../../base/option.ts'
import { withCommas } from '../../base/words.ts'
import { sizesInWords } from '../../model/contract.ts'
import { type Command, command } from '../command.ts'
import { contractOf, jsonOption, modelOptions, type ModelOptions } from '../options.ts'
import type { Output } from '../output.ts'

interface ExportOptions extends Omit<ModelOptions, 'model'> {
  readonly out: string
  readonly checkpoint: 'best' | 'last'
  readonly withoutPeople: boolean
  readonly json: boolean
}

const { size, channels, mean, std, flip } = modelOptions

const options: OptionSpecs<ExportOptions> = {
  ...{ size, channels, mean, std, flip },
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
  withoutPeople: flagOption({
    group: 'Output',
    meaning:
      'leave out the hashes of the people and images it was trained on, by which an evaluation sees whom the model knows',
  }),
  json: jsonOption,
}

export const exportCommand: Command = command<ExportOptions>({
  name: 'export',
  group: 'Train',
  summary: 'write a run’s model, or one from elsewhere, as one ONNX file with its contract',
  detail:
    'The file holds standard operations only; its metadata say input size, channel order, normalisation, alignment points, flip rule and training. Before it is kept, the exported model must give the same embeddings as the trained weights.\nAn ONNX model from elsewhere gets the contract that is said with --size, --channels, --mean, --std and --flip, or in model.onnx.json beside it.',
  arguments: [{ name: 'run', meaning: 'run folder, or an ONNX model without a contract', required: true }],
  options,
  examples: [
    'cosface export runs/first --out model.onnx',
    'cosface export other.onnx --channels rgb --mean 127.5 --std 128 --flip sum --out known.onnx',
  ],
  run: async ({ output }, [run = ''], { out, checkpoint, withoutPeople = false, ...given }) => {
    const contractGiven = contractOf(given)
    if (/\.onnx$/i.test(run) && withoutPeople)
      throw new UsageError('--without-people is for runs; give the run folder the model was made of')
    if (/\.onnx$/i.test(run)) return exportOther(output, run, out, contractGiven)
    const [named] = Object.keys(contractGiven)
    if (named !== undefined)
      throw new UsageError(`--${named} is for models from elsewhere; a run knows its own: leave it out`)
    const { exportRun } = await import('../../node/run/export-run.ts')
    const { openSession } = await import('../../node/session/open-session.ts')
    const { runPaths } = await import('../../node/run/run-folder.ts')
    const exported = await exportRun(run, {
      file: out ?? runPaths(run).model,
      which: checkpoint ?? 'best',
      withoutPeople,
      openSession: (spec) => openSession(spec, { notice: output.warn }),
    })
    const { contract, parity, file, iteration } = exported
    output.say(
      `${file}: the model after ${withCommas(iteration)} iterations, input ${contract.input.height}x${contract.input.width} ${contract.channels}, ${sizesInWords(contract)}`,
    )
    output.say(
      `max |Δcos| between it and the trained weights: ${parity.maxCosineDifference.toExponential(1)} over ${parity.images} images`,
    )
    output.result({ schema: 'cosface-export/1', model: file, iteration, parity, contract })
    return 0
  },
})

const exportOther = async (
  output: Output,
  model: string,
  out: string | undefined,
  given: ReturnType<typeof contractOf>,
): Promise<0> => {
  if (out === undefined) throw new UsageError('Expected --out with the model file to write, got nothing')
  const { exportForeign } = await import('../../node/run/export-foreign.ts')
  const contract = await exportForeign(model, out, given)
  const { input, channels: order } = contract
  output.say(
    `${out}: ${model} with its contract, input ${input.height}x${input.width} ${order}, ${sizesInWords(contract)}`,
  )
  output.result({ schema: 'cosface-export/1', model: out, contract })
  return 0
}
