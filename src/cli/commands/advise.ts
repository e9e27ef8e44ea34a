/** @file `cosface advise`: which s and m can work, before anything is trained. */
import { integerOption, numberOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, required } from '../options.ts'
import { count, duration } from '../words.ts'

interface AdviseOptions {
  readonly classes: number
  readonly embeddingSize: number
  readonly posterior: number
  readonly images: number
  readonly batch: number
  readonly secondsPerIteration: number
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
    min: 1,
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
    meaning: 'measured time of an update, for the time of an epoch',
    unit: 'seconds',
    above: 0,
    max: 86_400,
    default: 'not used',
  }),
  json: jsonOption,
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(3)} GiB`

export const adviseCommand: Command = command<AdviseOptions>({
  name: 'advise',
  group: 'Understand',
  summary: 'which scale and margin can work for so many people, and what the loss will look like',
  detail:
    'The lower bound on the scale (Eq 6), the upper bound on the margin (Eq 7), a suggested pair with its reasons, the expected first loss, the floor the loss cannot go under, and the memory of the class head.',
  arguments: [],
  options,
  examples: [
    'cosface advise --classes 10575',
    'cosface advise --classes 8 --embedding-size 2 --posterior 0.99 --json',
  ],
  run: async ({ output }, _args, given) => {
    const { advise } = await import('../../loss/advise.ts')
    const { json: _json, ...rest } = given
    const advice = advise({ ...rest, classes: required('--classes', given.classes, 'the number of people') })
    const { suggestion, marginBound, memory } = advice
    const lines = [
      `For ${count(advice.classes)} people and embeddings of ${advice.embeddingSize} numbers:`,
      '',
      `  --scale ${suggestion.scale} --margin ${suggestion.margin}`,
      ...suggestion.reasons.map((reason) => `    ${reason}`),
      '',
      'Least scale for a posterior of the class centre (Eq 6):',
      ...advice.scaleBounds.map(
        ({ posterior, scale }) => `  ${String(posterior).padEnd(8)} ${scale.toFixed(2)}`,
      ),
      `Largest margin (Eq 7): ${marginBound.largest.toFixed(4)}`,
      ...(advice.optimistic
        ? [
            '  There are more people than dimensions + 1: both bounds are optimistic, take more scale and less margin.',
          ]
        : []),
      `Expected first loss: ${suggestion.expectedFirstLoss.toFixed(2)}; it cannot fall under ${suggestion.lossFloor.toPrecision(2)}`,
      `Memory of the class head: ${gibibytes(memory.total)} (weights ${gibibytes(memory.weights)}, gradient and momentum ${gibibytes(memory.optimizer)}, logits ${gibibytes(memory.logits)})`,
      ...(advice.iterationsPerEpoch === undefined
        ? []
        : [
            `An epoch is ${count(advice.iterationsPerEpoch)} iterations${advice.secondsPerEpoch === undefined ? '' : `, ${duration(advice.secondsPerEpoch)}`}`,
          ]),
    ]
    for (const line of lines) output.say(line)
    output.result({ schema: 'cosface-advice/1', ...advice })
    return 0
  },
})
