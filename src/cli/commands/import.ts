/** @file `cosface import`: weights of others as a model of ours, the counterpart of `export`. */
import { UsageError } from '../../base/errors.ts'
import { choiceOption, type OptionSpecs, textOption } from '../../base/option.ts'
import type { BackboneName } from '../../nn/backbones.ts'
import { backboneNames } from '../../nn/backbones.ts'
import { sizesInWords } from '../../model/contract.ts'
import { type Command, command } from '../command.ts'
import { contractOf, jsonOption, modelOptions, type ModelOptions } from '../options.ts'

interface ImportCommandOptions extends Omit<ModelOptions, 'model'> {
  readonly backbone: BackboneName
  readonly license: string
  readonly weightsUnder: string
  readonly out: string
  readonly json: boolean
}

const byNames = 'what is known of weights so named, else rgb, 127.5, 128 and concat'
const { size, channels, mean, std, flip } = modelOptions

const options: OptionSpecs<ImportCommandOptions> = {
  backbone: choiceOption({
    group: 'Model',
    meaning: 'the network the weights are of',
    choices: backboneNames,
    default: 'told from the names',
  }),
  size: { ...size, meaning: 'input of the network', default: 'told from the last layer' },
  channels: { ...channels, meaning: 'channel order the weights were trained on', default: byNames },
  mean: { ...mean, meaning: 'what was taken off each pixel in their training', default: byNames },
  std: { ...std, meaning: 'what each pixel was divided by in their training', default: byNames },
  flip: { ...flip, default: byNames },
  license: textOption({
    group: 'Model',
    value: 'text',
    meaning: 'the licence of the weights, kept in the model’s contract',
    range: 'any text',
    default: 'not stated',
  }),
  weightsUnder: textOption({
    group: 'Model',
    value: 'name',
    meaning: 'which set of weights is meant, where the file holds several: what stands before its tensors',
    range: 'state_dict, model_ema, … (a dot: tensors without a name before them)',
    default: 'the only whole one',
  }),
  out: textOption({
    group: 'Output',
    value: 'file.onnx',
    meaning: 'the model file',
    default: 'the file’s name with .onnx',
  }),
  json: jsonOption,
}

export const importCommand: Command = command<ImportCommandOptions>({
  name: 'import',
  group: 'Use a model',
  summary: 'PyTorch or safetensors weights of a sphere network as an ONNX model with its contract',
  detail:
    'Reads .pth, .pt and .ckpt (zip and legacy format) and .safetensors without running anything in them, finds each parameter of sphere4 to sphere64 by its name (as in CosFace_pytorch, sphereface_pytorch, or ours), and writes a model that every command takes. `cosface train --init` fine-tunes such weights.\nOther networks: export them to ONNX where they were trained; evaluate, embed and data check take that file as it is.',
  arguments: [{ name: 'weights', meaning: '.pth, .pt, .ckpt or .safetensors', required: true }],
  options,
  examples: [
    'cosface import ACC99.28.pth --out cosface20.onnx',
    'cosface import weights.safetensors --backbone sphere64 --channels bgr --std 128 --license CC-BY-NC-4.0',
  ],
  run: async ({ output }, [weights = ''], given) => {
    if (/\.onnx$/i.test(weights))
      throw new UsageError(
        `${weights} is an ONNX model, which is taken as it is: give it to evaluate, embed or data check with --model; ` +
          'cosface export writes its contract into it',
      )
    const { importModel } = await import('../../node/run/import-weights.ts')
    const out = given.out ?? `${weights.replace(/\.[^./\\]*$/, '')}.onnx`
    const imported = await importModel(weights, out, {
      ...contractOf(given),
      ...(given.backbone === undefined ? {} : { backbone: given.backbone }),
      ...(given.weightsUnder === undefined ? {} : { under: given.weightsUnder }),
      ...(given.license === undefined ? {} : { license: given.license }),
    })
    const { contract, backbone, naming, unused } = imported
    const { height, width } = contract.input
    output.say(
      `${out}: ${backbone}, named as in ${naming}, input ${height}x${width} ${contract.channels} (p − ${contract.mean}) / ${contract.std}, ${sizesInWords(contract)}`,
    )
    if (!imported.knownInput && given.channels === undefined && given.mean === undefined)
      output.warn('How images enter it was not said and is not known; --channels, --mean and --std say it.')
    if (contract.license === undefined)
      output.warn(
        'No licence was named: whether the weights may be used for your purpose is yours to find out.',
      )
    if (unused.length > 0)
      output.say(
        `${unused.length} tensors are no part of it: ${unused.slice(0, 5).join(', ')}${unused.length > 5 ? ', …' : ''}`,
      )
    output.result({ schema: 'cosface-import/1', ...imported })
    return 0
  },
})
