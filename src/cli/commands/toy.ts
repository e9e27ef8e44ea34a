/** @file `cosface toy`: the paper's two-dimensional features as figures. */
import { availableParallelism } from 'node:os'
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  type OptionSpec,
  type OptionSpecs,
  textOption,
} from '../../base/option.ts'
import { unexpected, UsageError } from '../../base/errors.ts'
import { checkChoice } from '../../base/check.ts'
import { checkOnce, lossVariant } from '../../experiment/variants.ts'
import type { LossSettings } from '../../loss/head.ts'
import { lossByName } from '../../loss/registry.ts'
import type { LossConfig } from '../../train/config.ts'
import { type ToyFigureName, toyFigureNames } from '../../node/experiment/toy-figure-names.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, seedOption, threadsOption } from '../options.ts'
import { progressOf } from '../progress.ts'

interface ToyOptions {
  readonly figures: readonly ToyFigureName[]
  readonly losses: readonly string[]
  readonly margin: number
  readonly scale: number
  readonly data: 'faces' | 'points'
  readonly identities: number
  readonly iterations: number
  readonly lr: number
  readonly seed: number
  readonly threads: number
  readonly out: string
  readonly png: boolean
  readonly json: boolean
}

/** s and m where none are given. */
const usual = { scale: 16, margin: 0.2 }

const lossesOption: OptionSpec<readonly string[]> = {
  group: 'Losses',
  value: 'a,b,…',
  meaning:
    'losses to put side by side in every figure that can show them; without, boundaries and geometry draw those of the paper',
  range: 'names of losses, separated by commas, each with its own options: arcface:marginRadians=0.3',
  default: 'softmax,nsl,cosface',
  parse: (text) => text.split(','),
  check: (name, value) => {
    if (!Array.isArray(value) || value.length === 0) throw unexpected(name, 'names of losses', value)
    const texts = value.map((one: unknown) => {
      if (typeof one !== 'string') throw unexpected(name, 'names of losses', value)
      return one.trim()
    })
    const variants = texts.map((text) => lossVariant(text, usual))
    for (const { loss } of variants)
      if (lossByName(loss.name).kind !== 'margin')
        throw new UsageError(`${loss.name} has no classes, so there is nothing to draw`)
    checkOnce(variants)
    return texts
  },
}

const figuresOption: OptionSpec<readonly ToyFigureName[]> = {
  group: 'Figures',
  value: 'a,b,…',
  meaning: 'which figures; features, noise and sphere need a training',
  range: toyFigureNames.join(', '),
  default: toyFigureNames.join(','),
  parse: (text) => text.split(','),
  check: (name, value) => {
    if (!Array.isArray(value) || value.length === 0) throw unexpected(name, 'names of figures', value)
    const names = value.map((one: unknown) =>
      checkChoice(name, typeof one === 'string' ? one.trim() : one, toyFigureNames),
    )
    const twice = names.find((one, index) => names.indexOf(one) !== index)
    if (twice !== undefined) throw new UsageError(`The figure ${twice} is named twice`)
    return names
  },
}

const options: OptionSpecs<ToyOptions> = {
  figures: figuresOption,
  losses: lossesOption,
  margin: numberOption({
    group: 'Losses',
    meaning: 'm of LMCL; for 8 people in two dimensions Eq 7 allows 0.29',
    unit: 'cosine',
    min: 0,
    max: 2,
    default: '0.2',
  }),
  scale: numberOption({
    group: 'Losses',
    meaning: 's of NSL and LMCL',
    above: 0,
    max: 1000,
    default: '16',
  }),
  data: choiceOption({
    group: 'Experiment',
    meaning: 'what is learned from: drawn faces, or clouds of points, which take a second',
    choices: ['faces', 'points'] as const,
    default: 'faces',
  }),
  identities: integerOption({
    group: 'Experiment',
    meaning: 'how many people',
    unit: 'people',
    min: 2,
    max: 64,
    default: '8',
  }),
  iterations: integerOption({
    group: 'Experiment',
    meaning: 'how many updates',
    unit: 'updates',
    min: 1,
    max: 100_000,
    default: '600',
  }),
  lr: numberOption({
    group: 'Experiment',
    meaning:
      'learning rate at the start; a tenth of it after three fifths of the updates, a hundredth after four',
    above: 0,
    max: 100,
    default: '0.02',
  }),
  seed: seedOption,
  threads: threadsOption,
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where the figures go',
    default: 'cosface-toy',
  }),
  png: flagOption({ group: 'Output', meaning: 'also as PNG' }),
  json: jsonOption,
}

/** A loss with what it knows of scale and margin, so that its title names no other. */
const settingsOf = ({ name, scale, margin, options }: LossConfig): LossSettings => ({
  name,
  ...(name === 'softmax' ? {} : { scale }),
  ...(name === 'cosface' ? { margin } : {}),
  ...(options === undefined ? {} : { options }),
})

export const toyCommand: Command = command<ToyOptions>({
  name: 'toy',
  group: 'Understand',
  summary: 'the paper’s argument as figures: boundaries, margins, bounds, features in 2-D and 3-D',
  detail:
    'Draws the figures of the lab without a browser, as SVG: what the length of a class weight does (weight-length), decision boundaries and margins (boundaries, Fig 2), the regions on the circle (geometry, Fig 3), where people land with each loss after training from the same seed in two dimensions (features, Fig 4) and in three (sphere), what noise flips (noise), and which scale and margin can work (scale-bound, Eq 6; margin-bound, Eq 7).',
  arguments: [],
  options,
  examples: [
    'cosface toy',
    'cosface toy --figures boundaries,geometry --margin 0.35 --png',
    'cosface toy --losses nsl,cosface,arcface:marginRadians=0.3 --margin 0.25 --data points --png',
  ],
  run: async ({ output, signal }, _args, given) => {
    const [{ runToy }, { openSession }] = await Promise.all([
      import('../../node/experiment/toy-run.ts'),
      import('../../node/session/open-session.ts'),
    ])
    const { losses, margin = usual.margin, scale = usual.scale, lr } = given
    using drawing = progressOf(output, 'drawing', 'pictures')
    using training = progressOf(output, 'training', 'updates')
    const run = await runToy({
      out: given.out ?? 'cosface-toy',
      figures: given.figures ?? toyFigureNames,
      scale,
      margin,
      ...(losses === undefined
        ? {}
        : { losses: losses.map((text) => settingsOf(lossVariant(text, { scale, margin }).loss)) }),
      ...(lr === undefined ? {} : { learningRate: lr }),
      data: given.data ?? 'faces',
      classes: given.identities ?? 8,
      iterations: given.iterations ?? 600,
      seed: given.seed ?? 1,
      threads: given.threads ?? availableParallelism(),
      png: given.png ?? false,
      openSession: (spec) => openSession(spec, { notice: output.warn }),
      signal,
      onNote: output.warn,
      onProgress: (what, done, total) => {
        const stage = what === 'drawing' ? drawing : training
        stage.update(done, total)
      },
    })
    for (const { loss, frame } of run.outcomes) {
      const { error, withinSpread, smallestBetween } = frame.heldOut
      output.say(
        `${loss.padEnd(16)} held-out error ${(error * 100).toFixed(1).padStart(5)} %, spread within a person ${withinSpread.toFixed(1).padStart(5)}°, nearest people apart ${smallestBetween.toFixed(1).padStart(5)}°`,
      )
      for (const warning of frame.warnings) output.warn(`Warning (${loss}): ${warning}`)
    }
    for (const note of run.notes) output.warn(note)
    for (const file of run.files) output.say(file)
    output.result({
      schema: 'cosface-toy/1',
      files: run.files,
      losses: run.outcomes.map(({ loss, frame }) => ({
        loss,
        error: frame.heldOut.error,
        withinSpread: frame.heldOut.withinSpread,
        smallestBetween: frame.heldOut.smallestBetween,
      })),
    })
    return 0
  },
})
