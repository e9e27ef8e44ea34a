/** @file Watches a run for the signatures of trouble, from the step's own metrics; each is raised once. */
import { mean } from '../tensor/statistics.ts'
import {
  signatures,
  windowLength,
  type DiagnosedLayers,
  type DiagnosedStep,
  type DiagnosisFacts,
  type History,
  type Signature,
} from './signatures.ts'

/** Something noticed. */
export interface Finding {
  readonly signature: Signature
  readonly text: string
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

/**
 * The share of images in a batch [N, 3, H, W] that no earlier one equals, of as many as could differ.
 * @param images how many there are in the whole set; a batch may hold an image twice where they are few
 */
export function distinctImages(
  pixels: Float32Array,
  count: number,
  images: number = Number.POSITIVE_INFINITY,
): number {
  const each = pixels.length / count
  const step = Math.max(1, Math.floor(each / 199))
  const seen = new Set<string>()
  for (let start = 0; start < pixels.length; start += each) {
    const sample: number[] = []
    for (let at = start; at < start + each; at += step) sample.push(pixels[at] ?? 0)
    seen.add(sample.join())
  }
  return seen.size / Math.min(count, images)
}

/** Watches one run. */
export interface Diagnosis {
  /** Looks at a step. @returns what is seen for the first time */
  step(step: DiagnosedStep): Finding[]
  /** Told now and then of the layers; seen with the next step. */
  layers(layers: DiagnosedLayers): void
  /** Told of each validation: whether it is the best so far, and its accuracy in [0, 1]. */
  validated(best: boolean, accuracy: number): void
}

/** Begins to watch a run; `distinctShare` is that of its first batch. */
export function diagnose(facts: DiagnosisFacts, distinctShare: number): Diagnosis {
  const raised = new Set<Signature>()
  let history: History | undefined
  const lag = Math.max(windowLength, Math.ceil(facts.batchesPerEpoch))
  const losses: number[] = []
  let layers: readonly DiagnosedLayers[] = []
  let staleValidations = 0
  return {
    validated: (best, accuracy) => {
      staleValidations = best || accuracy >= nothingLeft ? 0 : staleValidations + 1
    },
    layers: (look) => {
      layers = [...layers, look].slice(-2)
    },
    step: (step) => {
      losses.push(step.metrics.loss)
      if (losses.length > lag + windowLength) losses.shift()
      history = {
        steps: (history?.steps ?? 0) + 1,
        first: history?.first ?? step,
        window: [...(history?.window ?? []), step].slice(-windowLength),
        earlierLoss: losses.length < lag + windowLength ? undefined : mean(losses.slice(0, windowLength)),
        layers,
        distinctShare,
        staleValidations,
      }
      const findings: Finding[] = []
      const isThrown = signatures['learning-rate-too-high'](history, facts) !== undefined
      for (const signature of Object.keys(signatures).filter(isSignature)) {
        if (raised.has(signature) || (isThrown && explained.has(signature))) continue
        const text = signatures[signature](history, facts)
        if (text === undefined) continue
        raised.add(signature)
        findings.push({ signature, text })
      }
      return findings
    },
  }
}
