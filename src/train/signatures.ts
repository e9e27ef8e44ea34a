/**
 * @file What tells a stuck training from a slow one: each signature is a row that looks at recent steps and says in one
 * sentence what is seen and what to do, with the change of settings that does it.
 */
import type { LossExpectation, Standing } from '../loss/expect-loss.ts'
import { mean } from '../tensor/statistics.ts'
import { growth, now, recent, windowLength, type History } from './history.ts'
import { typed, type Change, type Remedies } from './remedies.ts'

/** What is known before the first step. */
export interface DiagnosisFacts {
  /** What the loss of a network that has learned nothing is at an iteration; undefined where there is no such formula. */
  expected(iteration: number): LossExpectation | undefined
  /** The loss of somebody who guesses; undefined where there is no such formula. */
  guessed(standing: Standing): number | undefined
  /** By how much ramps have raised that loss since an iteration, for embeddings of this mean length. */
  ramped(iteration: number, since: number, featureNorm: number): number
  /** The iteration from which learning rate, margin and scale have been through their warm-up. */
  readonly rampsOver: number
  /** What this run may change. */
  readonly remedies: Remedies
  /** Share of the images that the largest identity has. */
  readonly largestShare: number
  readonly batchesPerEpoch: number
}

export type Signature =
  | 'learning-rate-too-high'
  | 'embeddings-collapse'
  | 'labels-do-not-fit'
  | 'scale-too-small'
  | 'margin-too-large'
  | 'identical-images'
  | 'one-identity-dominates'
  | 'dead-channels'
  | 'gradient-does-not-arrive'
  | 'overfitting'
  | 'waiting-for-data'

/** What a signature says where it is seen. */
export interface Seen {
  readonly text: string
  /** Settings to begin anew with, where settings can help. */
  readonly change?: Change
}

type Detector = (history: History, facts: DiagnosisFacts) => Seen | undefined

/** What is seen, what it means, and the change to make, typed out. */
const advise = (seen: string, before: string, change: Change): Seen => ({
  text: `${seen}: ${before} ${typed(change)}`,
  change,
})

/** Whether the run has seen its data often enough, with its full rate, margin and scale, for standing still to mean something. */
const settled = (
  { steps, window }: History,
  { batchesPerEpoch, rampsOver }: DiagnosisFacts,
  epochs: number = 3,
): boolean =>
  steps >= Math.max(60, epochs * batchesPerEpoch) &&
  window.length === windowLength &&
  (window[0]?.iteration ?? 0) >= rampsOver

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

/** The loss of somebody who guesses, embeddings as long as at first; that of an untrained network where there is none. */
export const guessedLoss = (history: History, facts: DiagnosisFacts): number => {
  const featureNorm = Math.min(recent(history, 'embeddingNorm'), history.first.metrics.embeddingNorm)
  return (
    facts.guessed({ iteration: now(history), featureNorm, ownCosine: 0 }) ?? untrainedLoss(history, facts)
  )
}

/** Whether an epoch has brought the loss down by more than its own unrest. */
const stillLearns = (history: History): boolean =>
  history.earlierLoss === undefined || recent(history, 'loss') < 0.98 * history.earlierLoss

/** What is left of the way from an untrained loss down to the floor, as a share; of a low floor all counts as left. */
const aboveFloor = (history: History, facts: DiagnosisFacts, floor: number): number =>
  floor > 0.5 ? (recent(history, 'loss') - floor) / (untrainedLoss(history, facts) - floor) : 1

const fixed = (value: number, digits = 2): string => value.toFixed(digits)

const percent = (share: number): string => fixed(100 * share, 0)

/** How far above guessing the loss must have been for steps to have thrown the network about. */
const blowUp = 1.15

/** The table. */
export const signatures: { readonly [S in Signature]: Detector } = {
  // an untrained network has the expected first loss; a trained one that has more was thrown about, not taught.
  // With normalised features too long a step shows in their length: it moves them outwards, and the longer they are
  // the less they turn. Healthy runs were seen to grow a few hundredfold, so that the loss has the last word.
  'learning-rate-too-high': (history, facts) => {
    const { worst, steps } = history
    const advice = (seen: string): Seen =>
      advise(seen, 'the learning rate is too high; begin anew with', facts.remedies.gentler)
    const loss = recent(history, 'loss')
    const untrained = untrainedLoss(history, facts)
    if (history.window.length >= 20 && loss > 1.2 * untrained)
      return advice(`The loss is ${fixed(loss)}, above the ${fixed(untrained)} of an untrained network`)
    const grown = growth(history)
    if (steps >= 5 && grown > 10_000 && loss > 0.8 * untrained)
      return advice(`The embeddings have grown to ${grown.toExponential(0)} times their first length`)
    if (worst === undefined || worst.loss < blowUp * worst.guessed || !settled(history, facts))
      return undefined
    return loss > 0.8 * guessedLoss(history, facts)
      ? advice(
          `The loss was ${fixed(worst.loss)} at iteration ${worst.iteration}, above the ${fixed(worst.guessed)} of guessing, with embeddings grown ${fixed(worst.growth, 0)}-fold, and is ${fixed(loss)} now`,
        )
      : undefined
  },
  // a length near 0 has no direction: nothing tells such embeddings apart, and what is normalised is noise
  'embeddings-collapse': (history, { remedies }) => {
    const shrunk = growth(history)
    if (history.window.length < 20 || shrunk > 0.15) return undefined
    const seen = `The embeddings have shrunk to ${shrunk.toPrecision(1)} of their first length, ${recent(history, 'embeddingNorm', 20).toPrecision(2)}, where nothing tells them apart`
    return remedies.collapsed === undefined
      ? advise(seen, 'begin anew with', remedies.lessDecay ?? remedies.gentler)
      : { text: `${seen}: ${remedies.collapsed}` }
  },
  // nothing can be learned from labels that have nothing to do with the images: the best is to guess
  'labels-do-not-fit': (history, facts) => {
    const loss = recent(history, 'loss')
    const ownCosine = recent(history, 'ownCosine')
    // many people are told apart late: a healthy run was seen to guess for seven epochs
    if (!settled(history, facts, 10) || ownCosine >= recent(history, 'nearestCosine')) return undefined
    const featureNorm = recent(history, 'embeddingNorm')
    const guessed = facts.guessed({ iteration: now(history), featureNorm, ownCosine })
    if (guessed === undefined || loss < 0.93 * guessed || loss > 1.2 * untrainedLoss(history, facts))
      return undefined
    const seen = `After ${history.steps} iterations the loss is ${fixed(loss)}, about the ${fixed(guessed)} of guessing`
    const check = 'check that each folder holds one person’s images'
    const { faster, easeIn } = facts.remedies
    const change = faster ?? easeIn
    return change === undefined
      ? { text: `${seen}: ${check}` }
      : advise(seen, `${check}; if it does, begin anew with`, change)
  },
  // at the floor the gradient vanishes although the classes are not yet as compact as the loss was meant to make them
  'scale-too-small': (history, facts) => {
    const floor = facts.expected(now(history))?.floor ?? 0
    const { moreScale } = facts.remedies
    // a floor close to what nothing learned costs leaves nothing to fall to
    const isFlat = floor > 0.5 && floor > 0.8 * untrainedLoss(history, facts)
    const isLow = isFlat || aboveFloor(history, facts, floor) < 0.35
    return moreScale !== undefined && settled(history, facts) && isLow
      ? advise(
          `The loss is ${fixed(recent(history, 'loss'))} and cannot go under ${fixed(floor)} with this scale`,
          'a larger one lets it fall (Eq 6 gives the least; see cosface advise); begin anew with',
          moreScale,
        )
      : undefined
  },
  // the embeddings have found their classes, yet hardly ever by the margin, and nothing moves any more: on the way
  // there every healthy run wins little, for longest with many classes
  'margin-too-large': (history, facts) => {
    const own = recent(history, 'ownCosine')
    const found = own > 0.5 || own > recent(history, 'nearestCosine') + 0.02
    const wins = recent(history, 'winShare')
    const { lessMargin, moreScale } = facts.remedies
    const floor = facts.expected(now(history))?.floor ?? 0
    // near a high floor it is the scale that leaves nothing to win
    const isLow = moreScale !== undefined && aboveFloor(history, facts, floor) < 0.6
    const isStuck = settled(history, facts) && !stillLearns(history) && !isLow
    return lessMargin !== undefined && isStuck && found && wins < 0.05
      ? advise(
          `The cosine to the own class has risen to ${fixed(own)} and the loss falls no more, but with the margin taken off only ${fixed(100 * wins, 1)} % of the samples are won`,
          'the margin is too large for so many classes or so few dimensions (Eq 7 gives the most; see cosface advise); begin anew with',
          lessMargin,
        )
      : undefined
  },
  'identical-images': ({ distinctShare }) =>
    distinctShare < 0.5
      ? {
          text: `Only ${percent(distinctShare)} % of the images differ from each other: the same picture under many names teaches nothing; remove the copies`,
        }
      : undefined,
  'one-identity-dominates': (_, { largestShare }) =>
    largestShare > 0.3
      ? {
          text: `One identity holds ${percent(largestShare)} % of the images: the network learns that person rather than faces; give at most a few per cent to anybody`,
        }
      : undefined,
  // seen twice: a channel can be silent for one batch
  'dead-channels': ({ layers }, { remedies }) => {
    const shares = layers.map(({ deadPrelus }) => Object.values(deadPrelus))
    const least = Math.min(...shares.map((each) => (each.length === 0 ? 0 : mean(each))))
    if (layers.length < 2 || least < 0.2) return undefined
    const [worst = '', share = 0] =
      Object.entries(layers.at(-1)?.deadPrelus ?? {}).toSorted(([, a], [, b]) => b - a)[0] ?? []
    return advise(
      `${percent(least)} % of the PReLU channels pass nothing on (${worst}: ${percent(share)} %)`,
      'nothing above 0 comes in and their slope is 0, which steps too long bring about; begin anew with',
      remedies.gentler,
    )
  },
  // relative to the layer with the largest gradient; a few thousandths are usual
  'gradient-does-not-arrive': ({ layers }, { remedies }) => {
    const faint = layers.map(({ gradientNorms }) => {
      const largest = Math.max(...Object.values(gradientNorms))
      return Object.entries(gradientNorms).flatMap(([layer, norm]) => (norm < 1e-7 * largest ? [layer] : []))
    })
    const [before = [], latest = []] = faint
    const layer = latest.find((name) => before.includes(name))
    return layer === undefined
      ? undefined
      : advise(
          `No gradient arrives at ${layer}, less than a ten-millionth of the largest`,
          'what stands between it and the loss passes nothing back; begin anew with',
          remedies.gentler,
        )
  },
  overfitting: (history, { remedies }) =>
    history.staleValidations >= 4 && recent(history, 'winShare') > 0.95
      ? {
          text: `${percent(recent(history, 'winShare'))} % of the training samples are won and validation has not improved ${history.staleValidations} times: it is learning its images by heart; stop here (the best model is kept), or add people${remedies.isAugmented ? '' : ', or --augment standard'}`,
        }
      : undefined,
  'waiting-for-data': ({ window }) => {
    const waited = window.reduce((sum, step) => sum + step.waitedSeconds, 0)
    const total = window.reduce((sum, step) => sum + step.seconds, 0)
    return window.length === windowLength && waited > 0.1 * total && total > 5
      ? {
          text: `${fixed((100 * waited) / total, 0)} % of the time goes to waiting for images: put them on a faster disk, shrink them to the network’s input, or leave memory for the cache`,
        }
      : undefined
  },
}
