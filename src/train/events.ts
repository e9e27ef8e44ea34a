/** @file Everything a training run tells; the command line, the report, the studio and the tests read the same events. */
import type { VerificationResult } from '../evaluate/result.ts'
import type { Plan } from '../onnx/plan.ts'
import type { Fingerprint } from '../runtime/session.ts'
import type { TrainConfig } from './config.ts'
import type { Change } from './remedies.ts'

/** The step's metrics vector, by name. */
export interface StepMetrics {
  /** Mean loss over the batch. */
  readonly loss: number
  /** Mean cosine to the own class. */
  readonly ownCosine: number
  /** Mean cosine to the nearest other class. */
  readonly nearestCosine: number
  /** Share of samples whose own logit, margin included, is the largest. */
  readonly winShare: number
  /** Mean Euclidean norm of the raw embeddings. */
  readonly embeddingNorm: number
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number
}

export interface DataSummary {
  readonly identities: number
  readonly images: number
  readonly validationIdentities: number
  readonly testIdentities: number
  /** Images of the identity that has most. */
  readonly largestIdentity?: number
  readonly skipped: number
}

export type TrainEvent =
  | {
      readonly kind: 'start'
      readonly config: TrainConfig
      readonly iteration: number
      readonly iterations: number
      readonly data: DataSummary
      readonly fingerprint: Fingerprint
      readonly plan: Plan
      readonly parameters: number
      readonly resumed: boolean
    }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  | {
      readonly kind: 'step'
      readonly iteration: number
      readonly epoch: number
      readonly learningRate: number
      readonly metrics: StepMetrics
      readonly seconds: number
      readonly waitedSeconds: number
      readonly imagesPerSecond: number
      readonly secondsLeft: number
    }
  | {
      readonly kind: 'validation'
      readonly iteration: number
      readonly set: 'validation' | 'watch'
      readonly name: string
      readonly result: VerificationResult
      readonly best: boolean
    }
  | { readonly kind: 'checkpoint'; readonly iteration: number; readonly folder: string }
  /** A look at the layers, now and then. */
  | {
      readonly kind: 'layers'
      readonly iteration: number
      /** ‖gradient‖ before clipping, by layer. */
      readonly gradientNorms: Readonly<Record<string, number>>
      /** The share of PReLU channels that pass nothing on, by layer; empty where there are none. */
      readonly deadPrelus: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'diagnosis'
      readonly iteration: number
      readonly signature: string
      readonly text: string
      /** Settings to begin anew with, where settings can help; those left out stay as they are. */
      readonly change?: Change
    }
  | {
      readonly kind: 'stopped'
      readonly iteration: number
      readonly reason: 'interrupted' | 'non-finite'
      readonly text: string
    }
  | {
      readonly kind: 'end'
      readonly iteration: number
      readonly seconds: number
      readonly imagesPerSecond: number
      readonly waitedShare: number
    }
