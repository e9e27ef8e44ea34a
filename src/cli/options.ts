/** @file Options that several commands share. */
import { UsageError } from '../base/errors.ts'
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  type OptionSpec,
  type OptionSpecs,
  sizeOption,
  textOption,
} from '../base/option.ts'
import type { Size } from '../image/image.ts'
import type { FlipRule } from '../evaluate/features.ts'
import type { ContractOptions } from '../model/foreign.ts'
import type { Device } from '../runtime/session.ts'

export const jsonOption: OptionSpec<boolean> = flagOption({
  group: 'Output',
  meaning: 'one machine-readable result on stdout, everything else on stderr',
})

export const seedOption: OptionSpec<number> = integerOption({
  group: 'Run',
  meaning: 'the seed of every random draw',
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  default: '1',
})

export const threadsOption: OptionSpec<number> = integerOption({
  group: 'Run',
  meaning: 'threads of the computation',
  min: 1,
  max: 1024,
  default: 'the machine’s cores',
})

export const deviceOption: OptionSpec<Device> = choiceOption({
  group: 'Run',
  meaning: 'where the graphs run',
  choices: ['cpu', 'webgpu', 'cuda'] as const,
  default: 'cpu',
})

/** What a model's file does not say about itself. */
export interface ModelOptions {
  readonly model: string
  readonly size: Size
  readonly channels: 'rgb' | 'bgr'
  readonly mean: number
  readonly std: number
  readonly flip: FlipRule
}

/** A model, and the contract of one that carries none. */
export const modelOptions: OptionSpecs<ModelOptions> = {
  model: textOption({
    group: 'Model',
    value: 'run|file',
    meaning:
      'a run folder (its best checkpoint), a model of ours, any ONNX embedding model, or weights of a sphere network (.pth, .pt, .ckpt, .safetensors)',
    default: 'must be given',
  }),
  size: sizeOption({
    group: 'Model',
    meaning: 'input of a foreign model',
    unit: 'pixels',
    min: 16,
    max: 1024,
    default: 'the model’s contract',
  }),
  channels: choiceOption({
    group: 'Model',
    meaning: 'channel order of a foreign model',
    choices: ['rgb', 'bgr'] as const,
    default: 'the model’s contract',
  }),
  mean: numberOption({
    group: 'Model',
    meaning: 'what a foreign model wants taken off each pixel',
    unit: 'pixel values 0 to 255',
    min: 0,
    max: 255,
    default: 'the model’s contract',
  }),
  std: numberOption({
    group: 'Model',
    meaning: 'what a foreign model wants each pixel divided by',
    unit: 'pixel values',
    above: 0,
    max: 255,
    default: 'the model’s contract',
  }),
  flip: choiceOption({
    group: 'Model',
    meaning: 'features of the mirrored image: appended, added or not used',
    choices: ['concat', 'sum', 'none'] as const,
    default: 'the model’s contract',
  }),
}

/** The contract of a foreign model, as far as it was given. */
export function contractOf(given: Partial<ModelOptions>): ContractOptions {
  const { size, channels, mean, std, flip } = given
  return {
    ...(size === undefined ? {} : { size }),
    ...(channels === undefined ? {} : { channels }),
    ...(mean === undefined ? {} : { mean }),
    ...(std === undefined ? {} : { std }),
    ...(flip === undefined ? {} : { flip }),
  }
}

/** A required option's value. @throws UsageError */
export function required<T>(flag: string, value: T | undefined, wanted: string): T {
  if (value === undefined) throw new UsageError(`Expected ${flag} with ${wanted}, got nothing`)
  return value
}
