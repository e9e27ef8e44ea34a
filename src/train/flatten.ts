/** @file A stored configuration back as settings, so that a run can be repeated from its `config.json`. */
import { UsageError } from '../base/errors.ts'
import { milestoneShares } from './presets.ts'

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** The settings a `TrainConfig` (as JSON) was made of; values are checked by the caller. @throws UsageError on another schema */
export function flattened(config: Fields): Record<string, unknown> {
  const { schema } = config
  if (schema !== 'cosface-config/1') {
    throw new UsageError(`Expected \`schema\` to be "cosface-config/1", got ${JSON.stringify(schema)}`)
  }
  const loss = fieldsOf(config['loss'])
  const schedule = fieldsOf(config['schedule'])
  const augmentation = fieldsOf(config['augmentation'])
  const data = fieldsOf(config['data'])
  const { iterations, epochs } = config
  const { milestones } = schedule
  // those that follow from the length follow from another length as well
  const derived = milestoneShares.map((share) => Math.round(share * Number(iterations)))
  const length = {
    ...(epochs === undefined ? { iterations } : { epochs }),
    ...(JSON.stringify(milestones) === JSON.stringify(derived) && epochs !== undefined ? {} : { milestones }),
  }
  const take = (from: Fields, ...names: readonly string[]): Fields =>
    Object.fromEntries(names.map((name) => [name, from[name]]))
  const all: Fields = {
    ...take(
      config,
      'backbone',
      'embeddingSize',
      'size',
      'batch',
      'accumulate',
      'warmup',
      'momentum',
      'weightDecay',
    ),
    ...take(config, 'clip', 'seed', 'threads', 'device', 'checkpointEvery', 'validateEvery'),
    ...take(
      data,
      'identities',
      'minImages',
      'mergeNames',
      'depth',
      'validation',
      'test',
      'splitSeed',
      'watch',
      'maxUnreadable',
    ),
    ...length,
    loss: loss['name'],
    scale: loss['scale'],
    margin: loss['margin'],
    lossOption: loss['options'],
    lr: config['learningRate'],
    schedule: schedule['kind'],
    lrFactor: schedule['factor'],
    lrPower: schedule['power'],
    augmentFlip: augmentation['flip'],
    augmentShift: augmentation['shift'],
    augmentZoom: augmentation['zoom'],
    augmentRotate: augmentation['rotate'],
    augmentLight: augmentation['light'],
    augmentGrey: augmentation['grey'],
    augmentErase: augmentation['erase'],
    augmentBlur: augmentation['blur'],
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
