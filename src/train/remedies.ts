/** @file What a run may change where it does not go well: only what its own settings and its loss leave room for. */
import { advise } from '../loss/advise.ts'
import { expectLoss } from '../loss/expect-loss.ts'
import type { HeadSize, LossSettings } from '../loss/head.ts'
import { readOptions, type LossOptions } from '../loss/options.ts'
import { lossByName, optionsOf } from '../loss/registry.ts'
import type { OptionChange } from '../loss/remedies.ts'
import { usedOptionNames } from '../loss/used-options.ts'
import type { TrainConfig } from './config.ts'
import { augmentations } from './presets.ts'
import type { TrainSettings } from './settings.ts'

/** Settings to begin anew with; what they leave out, options of the loss too, stays as it is. */
export type Change = Partial<
  Pick<TrainSettings, 'lr' | 'clip' | 'warmup' | 'weightDecay' | 'scale' | 'margin' | 'lossOption'>
>

/** What this run may change; undefined where there is no room. */
export interface Remedies {
  /** Shorter steps. */
  readonly gentler: Change
  /** Longer steps, where they are shorter than any preset's. */
  readonly faster: Change | undefined
  /** An easier loss at first. */
  readonly easeIn: Change | undefined
  readonly lessMargin: Change | undefined
  /** A scale at which the loss can become small. */
  readonly moreScale: Change | undefined
  readonly lessDecay: Change | undefined
  /** What the loss itself asks for where embeddings have collapsed. */
  readonly collapsed: string | undefined
  /** Whether all that `--augment standard` does is done already. */
  readonly isAugmented: boolean
}

/** The weight decay of the paper and of every preset. */
const usualDecay = 5e-4
/** The shortest and the usual steps among the presets. */
const [leastRate, usualRate] = [0.05, 0.1]
/** The largest gradient norm and the warm-up that let any preset begin. */
const [usualClip, longestWarmup] = [1, 200]

const digits = (value: number): number => Number(value.toPrecision(2))

/** The remedies of a run with this configuration. @throws UsageError where its loss cannot be */
export function remediesOf(config: TrainConfig, size: HeadSize): Remedies {
  const { loss, learningRate, clip, warmup, iterations, weightDecay, augmentation } = config
  const { name, remedies } = lossByName(loss.name)
  const options = readOptions(name, optionsOf(lossByName(name)), loss)
  const wanted = Math.min(longestWarmup, Math.floor(iterations / 5))
  const lessDecay = weightDecay > usualDecay ? { weightDecay: usualDecay } : undefined
  return {
    gentler: {
      lr: digits(learningRate / 10),
      ...(clip === 0 || clip > usualClip ? { clip: usualClip } : {}),
      ...(warmup < wanted ? { warmup: wanted } : {}),
      ...lessDecay,
    },
    faster: learningRate < leastRate ? { lr: usualRate } : undefined,
    easeIn: change(remedies.easeIn?.(options, iterations)),
    lessMargin: change(remedies.lessMargin?.(options)),
    moreScale: moreScale(loss, options, size),
    lessDecay,
    collapsed: remedies.collapsed,
    isAugmented: Object.entries(augmentations.standard).every(
      ([name, value]) => Number(Reflect.get(augmentation, name)) >= Number(value),
    ),
  }
}

/** A change of the loss as settings. */
function change(changes: readonly OptionChange[] = []): Change | undefined {
  if (changes.length === 0) return undefined
  const values = Object.fromEntries(changes.map(({ option, value }) => [option, value]))
  const { margin, ...rest } = values
  return {
    ...(margin === undefined ? {} : { margin }),
    ...(Object.keys(rest).length === 0 ? {} : { lossOption: rest }),
  }
}

/** The scale that is advised for so many people, or twice the present one, where the floor of the loss falls with it. */
function moreScale(loss: LossSettings, options: LossOptions, size: HeadSize): Change | undefined {
  if (!usedOptionNames(loss).has('scale') || size.classes < 2 || size.embeddingSize < 2) return undefined
  const now = options.number('scale')
  const scale = Math.min(1000, Math.max(2 * now, advise(size).suggestion.scale))
  const [before, after] = [expectLoss(loss, size), expectLoss({ ...loss, scale }, size)]
  // where the margin is what cannot be had, a larger scale only makes it dearer
  return before !== undefined && after !== undefined && after.floor < before.floor ? { scale } : undefined
}

const flags: Readonly<Record<Exclude<keyof Change, 'lossOption'>, string>> = {
  lr: '--lr',
  clip: '--clip',
  warmup: '--warmup',
  weightDecay: '--weight-decay',
  scale: '--scale',
  margin: '--margin',
}

const isFlag = (name: string): name is keyof typeof flags => name in flags

/** A change as it is typed: `--lr 0.01 --clip 1`. */
export function typed(change: Change): string {
  const plain = Object.entries(change).flatMap(([name, value]) =>
    isFlag(name) && typeof value === 'number' ? [`${flags[name]} ${value}`] : [],
  )
  const options = Object.entries(change.lossOption ?? {}).map(
    ([name, value]) => `--loss-option ${name}=${String(value)}`,
  )
  return [...plain, ...options].join(' ')
}
