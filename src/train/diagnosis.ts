/** @file Watches a run for the signatures of trouble, from the step's own metrics; each is raised once. */
import { mean } from '../tensor/statistics.ts'
import {
  windowLength,
  worstOf,
  type DiagnosedLayers,
  type DiagnosedStep,
  type DiagnosisMemory,
  type History,
} from './history.ts'
import { signatures, guessedLoss, type DiagnosisFacts, type Seen, type Signature } from './signatures.ts'

/** Something noticed. */
export interface Finding extends Seen {
  readonly signature: Signature
}

/** What steps that are too long explain: a network that is thrown about guesses, and wins nothing by the margin. */
const explained: ReadonlySet<Signature> = new Set([
  'labels-do-not-fit',
  'margin-too-large',
  'scale-too-small',
])

/** An accuracy that can hardly be bettered: standing still there is no sign of anything. */
const nothingLeft = 0.99

const isSignature = (name: string): name is Signature => name in signatures

/** Watches one run. */
export interface Diagnosis {
  /** Looks at a step. @returns what is seen for the first time */
  step(step: DiagnosedStep): Finding[]
  /** Told now and then of the layers; seen with the next step. */
  layers(layers: DiagnosedLayers): void
  /** Told of each validation: whether it is the best so far, and its accuracy in [0, 1]. */
  validated(best: boolean, accuracy: number): void
  /** What a run that goes on must still know; undefined before the first step. */
  memory(): DiagnosisMemory | undefined
}

/**
 * Begins to watch a run, or goes on with what is remembered of it.
 * @param distinctShare of the images it learns from, in (0, 1]
 */
export function diagnose(
  facts: DiagnosisFacts,
  distinctShare: number,
  remembered?: DiagnosisMemory,
): Diagnosis {
  const raised = new Set<string>(remembered?.raised)
  let [steps, first, worst] = [remembered?.steps ?? 0, remembered?.first, remembered?.worst]
  let window: readonly DiagnosedStep[] = []
  const lag = Math.max(windowLength, Math.ceil(facts.batchesPerEpoch))
  const losses: number[] = []
  let layers: readonly DiagnosedLayers[] = []
  let staleValidations = remembered?.staleValidations ?? 0
  return {
    validated: (best, accuracy) => {
      staleValidations = best || accuracy >= nothingLeft ? 0 : staleValidations + 1
    },
    layers: (look) => {
      layers = [...layers, look].slice(-2)
    },
    memory: () =>
      first === undefined
        ? undefined
        : { steps, first, staleValidations, ...(worst === undefined ? {} : { worst }), raised: [...raised] },
    step: (step) => {
      steps++
      first ??= { iteration: step.iteration, metrics: step.metrics }
      window = [...window, step].slice(-windowLength)
      losses.push(step.metrics.loss)
      if (losses.length > lag + windowLength) losses.shift()
      const earlierLoss = losses.length < lag + windowLength ? undefined : mean(losses.slice(0, windowLength))
      const seen = { steps, first, worst, window, earlierLoss, layers, distinctShare, staleValidations }
      worst = worstOf(seen, guessedLoss(seen, facts))
      const history: History = { ...seen, worst }
      const isThrown =
        raised.has('learning-rate-too-high') ||
        signatures['learning-rate-too-high'](history, facts) !== undefined
      const findings: Finding[] = []
      for (const signature of Object.keys(signatures).filter(isSignature)) {
        if (raised.has(signature) || (isThrown && explained.has(signature))) continue
        const found = signatures[signature](history, facts)
        if (found === undefined) continue
        raised.add(signature)
        findings.push({ signature, ...found })
      }
      return findings
    },
  }
}
