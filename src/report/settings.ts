/** @file The configuration, in words and groups, and the machine it ran on. */
import { lossEntries } from './loss-words.ts'
import { count, short, shortPercent } from '../plot/format.ts'
import type { ScheduleConfig, TrainConfig } from '../train/config.ts'
import type { DataSummary } from '../train/events.ts'
import type { Environment } from './contents.ts'
import { html, type Html } from './html.ts'

type Entry = readonly [name: string, value: string]

const schedules: {
  readonly [K in ScheduleConfig['kind']]: (config: Extract<ScheduleConfig, { kind: K }>) => string
} = {
  'multi-step': (config) =>
    `× ${short(config.factor)} at ${config.milestones.map(count).join(', ') || 'no milestone'}`,
  polynomial: (config) => `polynomial, power ${short(config.power)}`,
  cosine: () => 'cosine',
}

/** A schedule in words. */
export function scheduleInWords(schedule: ScheduleConfig): string {
  switch (schedule.kind) {
    case 'multi-step':
      return schedules['multi-step'](schedule)
    case 'polynomial':
      return schedules.polynomial(schedule)
    case 'cosine':
      return schedules.cosine(schedule)
  }
}

const augmentation = ({ augmentation: a }: TrainConfig): Entry[] => {
  const all: (Entry | undefined)[] = [
    ['mirror', a.flip ? 'half of the images' : 'off'],
    a.shift > 0 ? ['shift', `up to ${short(a.shift)} px`] : undefined,
    a.zoom > 0 ? ['zoom', `up to ${shortPercent(a.zoom)}`] : undefined,
    a.rotate > 0 ? ['rotation', `up to ${short(a.rotate)}°`] : undefined,
    a.light > 0 ? ['brightness and contrast', `up to ${shortPercent(a.light)}`] : undefined,
    a.grey > 0 ? ['without colour', `${shortPercent(a.grey)} of images`] : undefined,
    a.erase > 0 ? ['partly covered', `${shortPercent(a.erase)} of images`] : undefined,
    a.blur > 0 ? ['blurred', `${shortPercent(a.blur)} of images`] : undefined,
  ]
  return all.filter((entry) => entry !== undefined)
}

const apart = (value: string | number): string =>
  typeof value === 'number' ? `${shortPercent(value)} of identities` : value

const lossTerms: Readonly<Record<string, string>> = { scale: 'scale s', margin: 'margin m (a cosine)' }

/** The configuration's groups with their entries. */
export function configGroups(
  config: TrainConfig,
  data?: DataSummary,
): readonly (readonly [string, readonly Entry[]])[] {
  return [
    [
      'Network and loss',
      [
        ...(config.preset === undefined ? [] : [['preset', config.preset] as const]),
        ['backbone', config.backbone],
        ['input', `${config.size.height}×${config.size.width}`],
        ['embedding size', count(config.embeddingSize)],
        ['loss', config.loss.name],
        ...lossEntries(config.loss).map(([option, value]): Entry => [
          lossTerms[option] ?? option,
          String(value),
        ]),
      ],
    ],
    [
      'Optimiser',
      [
        [
          'batch',
          config.accumulate > 1 ? `${config.batch} in ${config.accumulate} parts` : String(config.batch),
        ],
        ['iterations', count(config.iterations)],
        ['learning rate', short(config.learningRate)],
        ['schedule', scheduleInWords(config.schedule)],
        ['warm-up', config.warmup === 0 ? 'none' : `${count(config.warmup)} iterations`],
        ['momentum', short(config.momentum)],
        ['weight decay', short(config.weightDecay)],
        ['gradient clipping', config.clip === 0 ? 'none' : `norm ${short(config.clip)}`],
        ['seed', String(config.seed)],
      ],
    ],
    [
      'Data',
      [
        ...(data === undefined
          ? []
          : ([
              ['training identities', count(data.identities)],
              ['training images', count(data.images)],
              ['validation identities', count(data.validationIdentities)],
              ['test identities', count(data.testIdentities)],
              ...(data.skipped > 0 ? ([['unreadable images', count(data.skipped)]] as const) : []),
            ] as const)),
        ['folders', config.data.folders.join(', ')],
        ['images a person, at least', String(config.data.minImages)],
        ['kept for validation', apart(config.data.validation)],
        ['kept for the test', apart(config.data.test)],
      ],
    ],
    ['Augmentation', augmentation(config)],
  ]
}

const group = (title: string, entries: readonly Entry[]): Html =>
  html`<div>
    <h3>${title}</h3>
    <dl>
      ${entries.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </div>`

/** Configuration and machine. */
export function settingsBody(environment: Environment, config?: TrainConfig, data?: DataSummary): Html {
  const groups = config === undefined ? [] : configGroups(config, data)
  return html`<div class="settings">
    ${groups.map(([title, entries]) => group(title, entries))}${group(
      'Machine and versions',
      Object.entries(environment),
    )}
  </div>`
}
