/** @file `cosface advise`: which s and m can work, before anything is trained. */
import { availableParallelism } from 'node:os'
import { flagOption, integerOption, numberOption, type OptionSpecs } from '../../base/option.ts'
import { counted, threeDigits, withCommas } from '../../base/words.ts'
import type { Advice } from '../../loss/advise.ts'
import type { MarginBound } from '../../loss/bounds.ts'
import type { IterationSetting, MeasuredIteration } from '../../node/session/measure-iteration.ts'
import { trainOptions } from '../../train/options.ts'
import { defaultSettings, presetNames, presets } from '../../train/presets.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, required } from '../options.ts'
import { bytesInWords, duration } from '../words.ts'

interface AdviseOptions extends Pick<TrainSettings, 'backbone' | 'size' | 'threads' | 'device'> {
  readonly classes: number
  readonly embeddingSize: number
  readonly posterior: number
  readonly images: number
  readonly batch: number
  readonly secondsPerIteration: number
  readonly skipMeasurement: boolean
  readonly json: boolean
}

const options: OptionSpecs<AdviseOptions> = {
  classes: integerOption({
    group: 'Setting',
    meaning: 'C, people in the training set',
    unit: 'people',
    min: 2,
    max: 1_000_000_000,
    default: 'must be given',
  }),
  embeddingSize: integerOption({
    group: 'Setting',
    meaning: 'D, numbers in an embedding',
    min: 2,
    max: 65_536,
    default: '512',
  }),
  posterior: numberOption({
    group: 'Setting',
    meaning: 'P, how sure the loss should be able to become of a class centre',
    above: 0,
    below: 1,
    default: '0.999',
  }),
  images: integerOption({
    group: 'Setting',
    meaning: 'images in the training set, for the length of an epoch',
    unit: 'images',
    min: 1,
    max: 1e12,
    default: 'not used',
  }),
  batch: integerOption({
    group: 'Setting',
    meaning: 'images to an update',
    unit: 'images',
    min: 1,
    max: 65_536,
    default: '64',
  }),
  secondsPerIteration: numberOption({
    group: 'Setting',
    meaning: 'time of an update where it is known, for the time of an epoch',
    unit: 'seconds',
    above: 0,
    max: 86_400,
    default: 'measured by a few steps on this machine, where --images is given',
  }),
  skipMeasurement: flagOption({
    group: 'Setting',
    meaning: 'measure nothing; the time of an epoch is then left out',
  }),
  backbone: trainOptions.backbone,
  size: trainOptions.size,
  threads: trainOptions.threads,
  device: trainOptions.device,
  json: jsonOption,
}

const regimes: { readonly [K in MarginBound['regime']]: (advice: Advice) => string } = {
  plane: () => 'two dimensions: 1 − cos(2π/C)',
  simplex: () => 'C ≤ D + 1: C/(C−1)',
  crowded: ({ marginBound }) =>
    `C > D + 1, where Eq 7 says m ≪ C/(C−1) = ${marginBound.bound.toFixed(4)}; the figure is only what no arrangement of so many directions exceeds`,
}

const measured = (
  setting: IterationSetting,
  { measuredBatch, measuredClasses }: MeasuredIteration,
): string => {
  const { backbone, size, batch, classes, threads, device } = setting
  return [
    `measured by the fastest of a few steps of ${backbone} at ${size.height}x${size.width} on ${device}, ${counted(threads, 'thread')}`,
    measuredBatch < batch
      ? `${measuredBatch} images at a time, in proportion to ${batch}`
      : counted(batch, 'image'),
    measuredClasses < classes
      ? `a class head of ${withCommas(measuredClasses)}, so that the rest of ${withCommas(classes)} comes on top`
      : `${withCommas(classes)} classes`,
  ].join(', ')
}

export const adviseCommand: Command = command<AdviseOptions>({
  name: 'advise',
  group: 'Understand',
  summary: 'which scale and margin can work for so many people, and what the loss will look like',
  detail:
    'The lower bound on the scale (Eq 6), the upper bound on the margin (Eq 7), a suggested pair with its reasons, the expected first loss, the floor the loss cannot go under, the memory of the class head, and with --images the time of an epoch, from a few steps of the real training graph.',
  arguments: [],
  options,
  examples: [
    'cosface advise --classes 10575',
    'cosface advise --classes 10575 --images 490000 --batch 512 --backbone sphere20',
    'cosface advise --classes 8 --embedding-size 2 --posterior 0.99 --json',
  ],
  run: async ({ output }, _args, given) => {
    const { advise } = await import('../../loss/advise.ts')
    const { json: _json, skipMeasurement = false, backbone, size, threads, device, ...rest } = given
    const request = { ...rest, classes: required('--classes', given.classes, 'the number of people') }
    const before = advise(request)
    const usual = { ...defaultSettings, ...presets['small-set'].settings }
    const setting: IterationSetting = {
      backbone: backbone ?? usual.backbone,
      size: size ?? usual.size,
      embeddingSize: before.embeddingSize,
      loss: { name: 'cosface', scale: before.suggestion.scale, margin: before.suggestion.margin },
      classes: before.classes,
      batch: given.batch ?? 64,
      threads: threads ?? availableParallelism(),
      device: device ?? 'cpu',
    }
    const isMeasured =
      given.images !== undefined && given.secondsPerIteration === undefined && !skipMeasurement
    const measurement = isMeasured ? await measure(setting, output.warn) : undefined
    const advice =
      measurement === undefined ? before : advise({ ...request, secondsPerIteration: measurement.seconds })
    const { suggestion, marginBound, memory } = advice
    const lines = [
      `For ${withCommas(advice.classes)} people and embeddings of ${counted(advice.embeddingSize, 'number')}:`,
      '',
      `  --scale ${suggestion.scale} --margin ${suggestion.margin}`,
      ...suggestion.reasons.map((reason) => `    ${reason}`),
      '',
      'Least scale for a posterior of the class centre (Eq 6):',
      ...advice.scaleBounds.map(
        ({ posterior, scale }) =>
          `  ${String(posterior).padEnd(8)} ${scale > 0 ? scale.toFixed(2) : 'any scale'}`,
      ),
      `Largest margin (Eq 7): ${threeDigits(marginBound.largest)}`,
      `  ${regimes[marginBound.regime](advice)}`,
      ...(advice.optimistic
        ? [
            marginBound.regime === 'plane'
              ? '  There are more people than dimensions + 1: the bound on the scale is optimistic, take more.'
              : '  There are more people than dimensions + 1: both bounds are optimistic, take more scale and less margin.',
          ]
        : []),
      `Expected first loss: ${suggestion.expectedFirstLoss.toFixed(2)}; it cannot fall under ${threeDigits(suggestion.lossFloor)}`,
      `Memory of the class head: ${bytesInWords(memory.total)} (weights ${bytesInWords(memory.weights)}, gradient and momentum ${bytesInWords(memory.optimizer)}, logits ${bytesInWords(memory.logits)})`,
      ...(advice.iterationsPerEpoch === undefined
        ? []
        : [
            `An epoch is ${counted(advice.iterationsPerEpoch, 'iteration')}${advice.secondsPerEpoch === undefined ? '' : `, ${duration(advice.secondsPerEpoch)}`}`,
            ...(measurement === undefined ? [] : [`  ${measured(setting, measurement)}`]),
          ]),
    ]
    const taken = presetNames.map((name) => {
      const { reason, settings } = presets[name]
      const { scale, margin, embeddingSize } = { ...defaultSettings, ...settings }
      return { preset: name, scale, margin, embeddingSize, reason }
    })
    lines.push(
      '',
      'This is what a training to the end wants. The presets take:',
      ...taken.map(
        (one) =>
          `  ${one.preset}: --scale ${one.scale} --margin ${one.margin} --embedding-size ${one.embeddingSize} (${one.reason})`,
      ),
    )
    for (const line of lines) output.say(line)
    output.result({
      schema: 'cosface-advice/1',
      ...advice,
      presets: taken,
      ...(measurement === undefined ? {} : { measurement: { ...setting, ...measurement } }),
    })
    return 0
  },
})

/** Loads the runtime only where something is measured. */
async function measure(
  setting: IterationSetting,
  notice: (sentence: string) => void,
): Promise<MeasuredIteration> {
  const { measureIteration } = await import('../../node/session/measure-iteration.ts')
  const { openSession } = await import('../../node/session/open-session.ts')
  return measureIteration(setting, (spec) => openSession(spec, { notice }))
}
