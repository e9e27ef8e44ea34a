/**
 * @file Recognises what tells a stuck training from a slow one, from the step's own metrics: each signature is a row
 * that looks at recent steps and says in one sentence what is seen and what to do. Each is raised once.
 */
import { mean } from '../tensor/statistics.ts'
import type { StepMetrics } from './events.ts'

/** What is known before the first step. */
export interface DiagnosisFacts {
  /** What the loss is expected to be; absent where the loss has no such formula. */
  readonly expected?: {
    /** s·m + ln C + s²/(2D): an untrained network's. */
    readonly first: number
    /** s·m + ln C: that of somebody who guesses. */
    readonly guessing: number
    /** What it cannot go under. */
    readonly floor: number
  }
  /** Share of the images that the largest identity has. */
  readonly largestShare: number
  readonly batchesPerEpoch: number
}

/** One step as the diagnosis sees it. */
export interface DiagnosedStep {
  readonly metrics: StepMetrics
  readonly seconds: number
  readonly waitedSeconds: number
}

/** Something noticed. */
export interface Finding {
  readonly signature: Signature
  readonly text: string
}

/** What has happened so far. */
interface History {
  /** Steps done. */
  readonly steps: number
  readonly first: StepMetrics
  /** The latest steps, at most `windowLength` of them. */
  readonly window: readonly DiagnosedStep[]
  /** The share of distinct images in the first batch. */
  readonly distinctShare: number
  /** Validations since the best one. */
  readonly staleValidations: number
}

const windowLength = 50

const recent = ({ window }: History, name: keyof StepMetrics): number =>
  mean(window.map(({ metrics }) => metrics[name]))

/** Whether the run has seen its data often enough for standing still to mean something. */
const settled = ({ steps }: History, { batchesPerEpoch }: DiagnosisFacts): boolean =>
  steps >= Math.max(60, 3 * batchesPerEpoch)

const fixed = (value: number, digits = 2): string => value.toFixed(digits)

export type Signature =
  | 'learning-rate-too-high'
  | 'labels-do-not-fit'
  | 'scale-too-small'
  | 'margin-too-large'
  | 'identical-images'
  | 'one-identity-dominates'
  | 'overfitting'
  | 'waiting-for-data'

type Detector = (history: History, facts: DiagnosisFacts) => string | undefined

/** The table; a sentence where the signature is seen. */
const signatures: { readonly [S in Signature]: Detector } = {
  // an untrained network has the expected first loss; a trained one that has more was thrown about, not taught.
  // With normalised features too long a step shows in their length: it moves them outwards, and the longer they are
  // the less they turn. Healthy runs were seen to grow a few hundredfold.
  'learning-rate-too-high': (history, { expected }) => {
    const remedy =
      'the learning rate is too high; divide it by 10, or limit the gradient with --clip 1 and --warmup 200'
    const loss = recent(history, 'loss')
    const untrained = Math.max(expected?.first ?? 0, history.first.loss)
    if (history.steps >= 20 && loss > 1.2 * untrained) {
      return `The loss is ${fixed(loss)}, above the ${fixed(untrained)} of an untrained network: ${remedy}`
    }
    const growth = recent(history, 'embeddingNorm') / history.first.embeddingNorm
    return history.steps >= 5 && growth > 10_000
      ? `The embeddings have grown to ${growth.toExponential(0)} times their first length: ${remedy}`
      : undefined
  },
  // nothing can be learned from labels that have nothing to do with the images: the best is to guess
  'labels-do-not-fit': (history, facts) => {
    const loss = recent(history, 'loss')
    const { expected } = facts
    return expected !== undefined &&
      settled(history, facts) &&
      loss > 0.93 * expected.guessing &&
      loss < 1.2 * expected.first &&
      recent(history, 'ownCosine') < Math.min(0.3, recent(history, 'nearestCosine'))
      ? `After ${history.steps} iterations the loss is ${fixed(loss)}, about the ${fixed(expected.guessing)} of guessing (s·m + ln C): check that each folder holds one person’s images; if it does, raise the learning rate or ramp the margin up from 0`
      : undefined
  },
  // at the floor the gradient vanishes although the classes are not yet as compact as the loss was meant to make them
  'scale-too-small': (history, facts) => {
    const loss = recent(history, 'loss')
    const floor = facts.expected?.floor ?? 0
    return settled(history, facts) && floor > 0.5 && loss < 1.25 * floor
      ? `The loss is ${fixed(loss)} and cannot go under ${fixed(floor)} with this scale: raise --scale (Eq 6 gives the least; see cosface advise)`
      : undefined
  },
  // the embeddings have found their classes, yet hardly ever by the margin
  'margin-too-large': (history, facts) => {
    const own = recent(history, 'ownCosine')
    const found = own > 0.5 || own > recent(history, 'nearestCosine') + 0.02
    const wins = recent(history, 'winShare')
    return settled(history, facts) && found && wins < 0.05
      ? `The cosine to the own class has risen to ${fixed(own)}, but with the margin taken off only ${fixed(100 * wins, 1)} % of the samples are won: the margin is too large for so many classes or so few dimensions; lower --margin (Eq 7 gives the most; see cosface advise)`
      : undefined
  },
  'identical-images': ({ distinctShare }) =>
    distinctShare < 0.5
      ? `Only ${fixed(100 * distinctShare, 0)} % of the images in a batch differ from each other: the same picture under many names teaches nothing; remove the copies`
      : undefined,
  'one-identity-dominates': (_, { largestShare }) =>
    largestShare > 0.3
      ? `One identity holds ${fixed(100 * largestShare, 0)} % of the images: the network learns that person rather than faces; give at most a few per cent to anybody`
      : undefined,
  overfitting: (history) =>
    history.staleValidations >= 4 && recent(history, 'winShare') > 0.95
      ? `${fixed(100 * recent(history, 'winShare'), 0)} % of the training samples are won and validation has not improved ${history.staleValidations} times: it is learning its images by heart; stop here (the best model is kept), add people, or add --augment standard`
      : undefined,
  'waiting-for-data': ({ window }) => {
    const waited = window.reduce((sum, step) => sum + step.waitedSeconds, 0)
    const total = window.reduce((sum, step) => sum + step.seconds, 0)
    return window.length === windowLength && waited > 0.1 * total && total > 5
      ? `${fixed((100 * waited) / total, 0)} % of the time goes to waiting for images: put them on a faster disk, shrink them to the network’s input, or leave memory for the cache`
      : undefined
  },
}

const isSignature = (name: string): name is Signature => name in signatures

/** The share of images in a batch [N, 3, H, W] that no earlier one equals. */
export function distinctImages(pixels: Float32Array, count: number): number {
  const each = pixels.length / count
  const step = Math.max(1, Math.floor(each / 199))
  const seen = new Set<string>()
  for (let start = 0; start < pixels.length; start += each) {
    const sample: number[] = []
    for (let at = start; at < start + each; at += step) sample.push(pixels[at] ?? 0)
    seen.add(sample.join())
  }
  return seen.size / count
}

/** Watches one run. */
export interface Diagnosis {
  /** Looks at a step. @returns what is seen for the first time */
  step(step: DiagnosedStep): Finding[]
  /** Told of each validation. */
  validated(best: boolean): void
}

/** Begins to watch a run; `distinctShare` is that of its first batch. */
export function diagnose(facts: DiagnosisFacts, distinctShare: number): Diagnosis {
  const raised = new Set<Signature>()
  let history: History | undefined
  let staleValidations = 0
  return {
    validated: (best) => {
      staleValidations = best ? 0 : staleValidations + 1
    },
    step: (step) => {
      history = {
        steps: (history?.steps ?? 0) + 1,
        first: history?.first ?? step.metrics,
        window: [...(history?.window ?? []), step].slice(-windowLength),
        distinctShare,
        staleValidations,
      }
      const findings: Finding[] = []
      for (const signature of Object.keys(signatures).filter(isSignature)) {
        const text = raised.has(signature) ? undefined : signatures[signature](history, facts)
        if (text === undefined) continue
        raised.add(signature)
        findings.push({ signature, text })
      }
      return findings
    },
  }
}
