/** @file What the diagnosis remembers of a run: the latest steps, the first one, and the worst the loss has been. */
import { mean } from '../tensor/statistics.ts'
import type { StepMetrics } from './events.ts'
import type { ByLayer } from './watch.ts'

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

/** When the loss was highest above that of guessing while the embeddings had grown much, as a mean of some steps. */
export interface WorstLoss {
  readonly iteration: number
  readonly loss: number
  readonly guessed: number
  /** Length of the embeddings as a multiple of their first. */
  readonly growth: number
}

/** What has happened so far. */
export interface History {
  /** Steps done. */
  readonly steps: number
  readonly first: Pick<DiagnosedStep, 'iteration' | 'metrics'>
  readonly worst: WorstLoss | undefined
  /** The latest steps, at most `windowLength` of them. */
  readonly window: readonly DiagnosedStep[]
  /** The mean loss of as many steps an epoch earlier, at least a window earlier; undefined before there is such a time. */
  readonly earlierLoss: number | undefined
  /** The latest looks at the layers, at most two. */
  readonly layers: readonly DiagnosedLayers[]
  /** The share of distinct images. */
  readonly distinctShare: number
  /** Validations since the last one that was the best, or as good as can be. */
  readonly staleValidations: number
}

/** What a run that goes on must still know; part of a checkpoint. */
export interface DiagnosisMemory extends Pick<History, 'steps' | 'first' | 'staleValidations'> {
  readonly worst?: WorstLoss
  /** Signatures that were raised: each is raised once. */
  readonly raised: readonly string[]
}

/** Steps that means are taken over. */
export const windowLength = 50

/** Steps whose mean is the loss at a moment. */
const momentLength = 20

/** Growth that steps of a good length can bring about at once; healthy runs that grow more do it while the loss falls. */
const muchGrowth = 100

/** The mean of a metric over the latest steps, all of the window by default. */
export const recent = ({ window }: History, name: keyof StepMetrics, steps: number = windowLength): number =>
  mean(window.slice(-steps).map(({ metrics }) => metrics[name]))

/** The iteration of the latest step. */
export const now = ({ window, first }: History): number => window.at(-1)?.iteration ?? first.iteration

/** The length of the embeddings now as a multiple of their first. */
export const growth = (history: History): number =>
  recent(history, 'embeddingNorm', momentLength) / history.first.metrics.embeddingNorm

/** The worst of the loss, this moment's among it; the very first steps of every run are above guessing. */
export function worstOf(history: History, guessed: number): WorstLoss | undefined {
  const { window, worst, steps } = history
  const grown = growth(history)
  if (steps < 2 * momentLength || window.length < momentLength || grown < muchGrowth) return worst
  const loss = recent(history, 'loss', momentLength)
  return worst === undefined || loss / guessed > worst.loss / worst.guessed
    ? { iteration: now(history), loss, guessed, growth: grown }
    : worst
}
