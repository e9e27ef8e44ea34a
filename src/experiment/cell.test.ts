import { expect, it } from 'vitest'
import type { VerificationResult } from '../evaluate/result.ts'
import { runSeries } from '../report/series.ts'
import type { StepMetrics, TrainEvent } from '../train/events.ts'
import { type Convergence, convergenceOf, endOf } from './cell.ts'

const step = (iteration: number, metrics: Partial<StepMetrics>): TrainEvent => ({
  kind: 'step',
  iteration,
  epoch: 0,
  learningRate: 0.1,
  metrics: {
    ...{ loss: 1, ownCosine: 0.6, nearestCosine: 0.3, winShare: 0.9, embeddingNorm: 1, gradientNorm: 1 },
    ...metrics,
  },
  seconds: 1,
  waitedSeconds: 0,
  imagesPerSecond: 64,
  secondsLeft: 0,
})

/** A hundred steps whose loss goes in a line from 6 to `last`. */
const run = (last: number, metrics: Partial<StepMetrics> = {}): readonly TrainEvent[] =>
  Array.from({ length: 100 }, (_, i) => step(i, { ...metrics, loss: 6 + ((last - 6) * i) / 99 }))

const diagnosis = (iteration: number, signature: string): TrainEvent => ({
  kind: 'diagnosis',
  iteration,
  signature,
  text: `seen: ${signature}`,
})

const verified = (low: number): VerificationResult => ({
  schema: 'cosface-evaluation/1',
  protocol: 'pairs',
  accuracy: low + 0.1,
  accuracyInterval: { low, high: low + 0.2 },
  threshold: 0.3,
  thresholds: [0.3],
  auc: 0.9,
  eer: 0.1,
  tarAtFar: [],
  pairs: { total: 60, same: 30, different: 30, skipped: 0 },
  warnings: [],
})

const unlearned = { ownCosine: 0.1, nearestCosine: 0.3, winShare: 0 }

const cases: readonly [string, readonly TrainEvent[], number | undefined, Convergence['kind'], RegExp?][] = [
  ['what learned', run(1), 0.8, 'converged'],
  [
    'what a number that is not finite stopped',
    [...run(5), { kind: 'stopped', iteration: 99, reason: 'non-finite', text: 'The loss is not finite' }],
    undefined,
    'failed',
    /not finite/,
  ],
  ['what verifies no better than chance', run(1), 0.49, 'failed', /no better than chance/],
  ['a loss that hardly fell', run(5.9, unlearned), 0.6, 'failed', /hardly fell: 6\.00 at first, 5\.90 at/],
  [
    'guessing to the end',
    [...run(5.2, unlearned), diagnosis(99, 'labels-do-not-fit')],
    0.6,
    'failed',
    /seen/,
  ],
  [
    'guessing that was overcome',
    [...run(1, unlearned), diagnosis(60, 'labels-do-not-fit')],
    0.6,
    'converged',
  ],
  ['steps too long to the end', [...run(7), diagnosis(60, 'learning-rate-too-high')], 0.6, 'failed', /seen/],
  [
    'steps too long, after which nothing is won',
    [...run(3, { winShare: 0 }), diagnosis(5, 'learning-rate-too-high')],
    0.6,
    'failed',
    /seen/,
  ],
  ['steps too long at first', [...run(1), diagnosis(5, 'learning-rate-too-high')], 0.6, 'converged'],
  [
    'a margin that is hardly ever kept',
    [...run(3, { winShare: 0 }), diagnosis(99, 'margin-too-large')],
    0.6,
    'insufficient',
    /seen: margin/,
  ],
  ['a loss at its floor', [...run(3), diagnosis(99, 'scale-too-small')], 0.6, 'insufficient', /seen: scale/],
]

it.each(cases)('%s', (_, events, low, kind, reason = /^$/) => {
  const found = convergenceOf(runSeries(events), low === undefined ? undefined : verified(low))
  expect(found.kind).toBe(kind)
  expect(found.kind === 'converged' ? '' : found.reason).toMatch(reason)
})

it('the figures of the end are means over the last twentieth', () => {
  expect(endOf(runSeries(run(1))).loss).toBeCloseTo(1 + (5 * 2) / 99, 6)
  expect(endOf(runSeries([])).loss).toBeNaN()
})
