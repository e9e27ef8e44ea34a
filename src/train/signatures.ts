/**
 * @file What tells a stuck training from a slow one: each signature is a row that looks at recent steps and says in one
 * sentence what is seen and what to do.
 */
import type { LossExpectation, Standing } from '../loss/expect-loss.ts'
import { mean } from '../tensor/statistics.ts'
import type { StepMetrics } from './events.ts'
import type { ByLayer } from './watch.ts'

/** What is known before the first step. */
export interface DiagnosisFacts {
  /** What the loss of a network that has learned nothing is at an iteration; undefined where there is no such formula. */
  expected(iteration: number): LossExpectation | undefined
  /** The loss of somebody who guesses; undefined where there is no such formula. */
  guessed(standing: Standing): number | undefined
  /** By how much ramps have raised that loss since an iteration, for embeddings of this mean length. */
  ramped(iteration: number, since: number, featureNorm: number): number
  /** The iteration from which margin and scale have their values. */
  readonly rampsOver: number
  /** How the margin is called on the command line; undefined for a loss without one. */
  readonly marginOption?: string
  /** Share of the images that the largest identity has. */
  readonly largestShare: number
  readonly batchesPerEpoch: number
}

/** One step as the diagnosis sees it. */
export interface DiagnosedStep {
  readonly iteration: number
  readonly metrics: StepMetrics
  readonly seconds: number
  readonly waitedSeconds: number
}

/** What is looked at now and then. */
export interface DiagnosedLayers {
  /** ‖gradient‖ by layer. */
  readonly gradientNorms: ByLayer
  /** The share of PReLU channels that pass nothing on, by layer; empty where there are none. */
  readonly deadPrelus: ByLayer
}

/** What has happened so far. */
export interface History {
  /** Steps done. */
  readonly steps: number
  readonly first: DiagnosedStep
  /** The latest steps, at most `windowLength` of them. */
  readonly window: readonly DiagnosedStep[]
  /** The mean loss of as many steps an epoch earlier, at least a window earlier; undefined before there is such a time. */
  readonly earlierLoss: number | undefined
  /** The latest looks at the layers, at most two. */
  readonly layers: readonly DiagnosedLayers[]
  /** The share of distinct images in the first batch. */
  readonly distinctShare: number
  /** Validations since the last one that was the best, or as good as can be. */
  readonly staleValidations: number
}

/** Steps that means are taken over. */
export const windowLength = 50

export type Signature =
  | 'learning-rate-too-high'
  | 'labels-do-not-fit'
  | 'scale-too-small'
  | 'margin-too-large'
  | 'identical-images'
  | 'one-identity-dominates'
  | 'dead-channels'
  | 'gradient-does-not-arrive'
  | 'overfitting'
  | 'waiting-for-data'

type Detector = (history: History, facts: DiagnosisFacts) => string | undefined

const recent = ({ window }: History, name: keyof StepMetrics): number =>
  mean(window.map(({ metrics }) => metrics[name]))

const now = ({ window, first }: History): number => window.at(-1)?.iteration ?? first.iteration

/** Whether the run has seen its data often enough, under its final margin and scale, for standing still to mean something. */
const settled = (history: History, { batchesPerEpoch, rampsOver }: DiagnosisFacts): boolean =>
  history.steps >= Math.max(60, 3 * batchesPerEpoch) && (history.window[0]?.iteration ?? 0) >= rampsOver

/** The loss of a network that has learned nothing, under the margin and scale of this iteration. */
const untrainedLoss = (history: History, { expected, guessed, ramped }: DiagnosisFacts): number => {
  const { first } = history
  const [iteration, norm] = [now(history), recent(history, 'embeddingNorm')]
  // embeddings that grew are what a high loss may come from: they do not excuse it
  const featureNorm = Math.min(norm, first.metrics.embeddingNorm)
  return Math.max(
    expected(iteration)?.first ?? 0,
    guessed({ iteration, featureNorm, ownCosine: 0 }) ?? 0,
    first.metrics.loss + ramped(iteration, first.iteration, featureNorm),
  )
}

/** Whether an epoch has brought the loss down by more than its own unrest. */
const stillLearns = (history: History): boolean =>
  history.earlierLoss === undefined || recent(history, 'loss') < 0.98 * history.earlierLoss

const fixed = (value: number, digits = 2): string => value.toFixed(digits)

const percent = (share: number): string => fixed(100 * share, 0)

/** The table; a sentence where the signature is seen. */
export const signatures: { readonly [S in Signature]: Detector } = {
  // an untrained network has the expected first loss; a trained one that has more was thrown about, not taught.
  // With normalised features too long a step shows in their length: it moves them outwards, and the longer they are
  // the less they turn. Healthy runs were seen to grow a few hundredfold.
  'learning-rate-too-high': (history, facts) => {
    const remedy =
      'the learning rate is too high; divide it by 10, or limit the gradient with --clip 1 and --warmup 200'
    const loss = recent(history, 'loss')
    const untrained = untrainedLoss(history, facts)
    if (history.steps >= 20 && loss > 1.2 * untrained) {
      return `The loss is ${fixed(loss)}, above the ${fixed(untrained)} of an untrained network: ${remedy}`
    }
    const growth = recent(history, 'embeddingNorm') / history.first.metrics.embeddingNorm
    return history.steps >= 5 && growth > 10_000
      ? `The embeddings have grown to ${growth.toExponential(0)} times their first length: ${remedy}`
      : undefined
  },
  // nothing can be learned from labels that have nothing to do with the images: the best is to guess
  'labels-do-not-fit': (history, facts) => {
    const loss = recent(history, 'loss')
    const ownCosine = recent(history, 'ownCosine')
    if (!settled(history, facts) || ownCosine >= recent(history, 'nearestCosine')) return undefined
    const featureNorm = recent(history, 'embeddingNorm')
    const guessed = facts.guessed({ iteration: now(history), featureNorm, ownCosine })
    return guessed !== undefined && loss > 0.93 * guessed && loss < 1.2 * untrainedLoss(history, facts)
      ? `After ${history.steps} iterations the loss is ${fixed(loss)}, about the ${fixed(guessed)} of guessing: check that each folder holds one person’s images; if it does, raise the learning rate or ramp the margin up from 0`
      : undefined
  },
  // at the floor the gradient vanishes although the classes are not yet as compact as the loss was meant to make them
  'scale-too-small': (history, facts) => {
    const loss = recent(history, 'loss')
    const floor = facts.expected(now(history))?.floor ?? 0
    return settled(history, facts) && floor > 0.5 && loss < 1.25 * floor
      ? `The loss is ${fixed(loss)} and cannot go under ${fixed(floor)} with this scale: raise --scale (Eq 6 gives the least; see cosface advise)`
      : undefined
  },
  // the embeddings have found their classes, yet hardly ever by the margin, and nothing moves any more: on the way
  // there every healthy run wins little, for longest with many classes
  'margin-too-large': (history, facts) => {
    const own = recent(history, 'ownCosine')
    const found = own > 0.5 || own > recent(history, 'nearestCosine') + 0.02
    const wins = recent(history, 'winShare')
    const isStuck = settled(history, facts) && !stillLearns(history)
    return facts.marginOption !== undefined && isStuck && found && wins < 0.05
      ? `The cosine to the own class has risen to ${fixed(own)} and the loss falls no more, but with the margin taken off only ${fixed(100 * wins, 1)} % of the samples are won: the margin is too large for so many classes or so few dimensions; lower ${facts.marginOption} (Eq 7 gives the most; see cosface advise)`
      : undefined
  },
  'identical-images': ({ distinctShare }) =>
    distinctShare < 0.5
      ? `Only ${percent(distinctShare)} % of the images in a batch differ from each other: the same picture under many names teaches nothing; remove the copies`
      : undefined,
  'one-identity-dominates': (_, { largestShare }) =>
    largestShare > 0.3
      ? `One identity holds ${percent(largestShare)} % of the images: the network learns that person rather than faces; give at most a few per cent to anybody`
      : undefined,
  // seen twice: a channel can be silent for one batch
  'dead-channels': ({ layers }) => {
    const shares = layers.map(({ deadPrelus }) => Object.values(deadPrelus))
    const least = Math.min(...shares.map((each) => (each.length === 0 ? 0 : mean(each))))
    if (layers.length < 2 || least < 0.2) return undefined
    const [worst = '', share = 0] =
      Object.entries(layers.at(-1)?.deadPrelus ?? {}).toSorted(([, a], [, b]) => b - a)[0] ?? []
    return `${percent(least)} % of the PReLU channels pass nothing on (${worst}: ${percent(share)} %): nothing above 0 comes in and their slope is 0, which steps too long bring about; begin anew with a lower learning rate or --clip 1`
  },
  // relative to the layer with the largest gradient; a few thousandths are usual
  'gradient-does-not-arrive': ({ layers }) => {
    const faint = layers.map(({ gradientNorms }) => {
      const largest = Math.max(...Object.values(gradientNorms))
      return Object.entries(gradientNorms).flatMap(([layer, norm]) => (norm < 1e-7 * largest ? [layer] : []))
    })
    const [before = [], latest = []] = faint
    const layer = latest.find((name) => before.includes(name))
    return layer === undefined
      ? undefined
      : `No gradient arrives at ${layer}, less than a ten-millionth of the largest: what stands between it and the loss passes nothing back; lower the learning rate or --weight-decay and begin anew`
  },
  overfitting: (history) =>
    history.staleValidations >= 4 && recent(history, 'winShare') > 0.95
      ? `${percent(recent(history, 'winShare'))} % of the training samples are won and validation has not improved ${history.staleValidations} times: it is learning its images by heart; stop here (the best model is kept), add people, or add --augment standard`
      : undefined,
  'waiting-for-data': ({ window }) => {
    const waited = window.reduce((sum, step) => sum + step.waitedSeconds, 0)
    const total = window.reduce((sum, step) => sum + step.seconds, 0)
    return window.length === windowLength && waited > 0.1 * total && total > 5
      ? `${fixed((100 * waited) / total, 0)} % of the time goes to waiting for images: put them on a faster disk, shrink them to the network’s input, or leave memory for the cache`
      : undefined
  },
}
