/** @file The multiplicative angular margins: A-Softmax (SphereFace) and L-Softmax, with their annealing. */
import { add, divide, multiply } from '../graph/ops.ts'
import { monotoneMultiple } from './angle.ts'
import type { LossOption, ScheduledScalar } from './head.ts'
import type { MarginContext, MarginHead, MarginResult } from './margin-head.ts'
import { normaliseFeaturesOption, scaleOption, scaleWarmupOptions, type LossOptions } from './options.ts'
import { moreCosine, slowAnnealing } from './remedies.ts'

const lambdaName = 'head.lambda'

const multiplierOption = (byDefault: number, paper: string): LossOption => ({
  name: 'multiplier',
  meaning: 'm, what the own angle is multiplied by; 1 is no margin',
  unit: 'none',
  default: byDefault,
  range: {
    min: 1,
    max: 8,
    integer: true,
    because: {
      low: '1 is no margin, and less would help the own class',
      whole: 'ψ(θ) joins pieces of cos(m·θ) into one that falls up to π, which needs a whole m',
    },
  },
  paper,
})

const annealingOptions: readonly LossOption[] = [
  {
    name: 'lambdaBase',
    meaning: 'how much plain cosine is mixed in at first; 0 is no annealing',
    unit: 'none',
    default: 1000,
    range: { min: 0 },
    paper: '1000',
  },
  {
    name: 'lambdaGamma',
    meaning: 'how fast the mixture falls with the iteration',
    unit: '1/iterations',
    default: 0.12,
    range: { min: 0 },
    paper: '0.12',
  },
  {
    name: 'lambdaPower',
    meaning: 'the power of the fall',
    unit: 'none',
    default: 1,
    range: { min: 0 },
    paper: '1',
  },
  {
    name: 'lambdaMin',
    meaning: 'where the mixture stops falling',
    unit: 'none',
    default: 5,
    range: { min: 0 },
    paper: '5',
  },
]

/** λ at an iteration: max(λ_min, base·(1 + γ·(i + 1))^−power); SphereFace's layer counts from 1. */
export function annealing(options: LossOptions): ScheduledScalar[] {
  const base = options.number('lambdaBase')
  if (base === 0) return []
  const [gamma, power, least] = [
    options.number('lambdaGamma'),
    options.number('lambdaPower'),
    options.number('lambdaMin'),
  ]
  return [
    {
      name: lambdaName,
      valueAt: (iteration) => Math.max(least, base * (1 + gamma * (iteration + 1)) ** -power),
    },
  ]
}

/** (λ·cos θ + ψ(θ)) / (1 + λ). */
const annealed = ({ ownCosine, options, value }: MarginContext): MarginResult => {
  const psi = monotoneMultiple(ownCosine, options.number('multiplier'))
  if (options.number('lambdaBase') === 0) return { own: psi }
  const lambda = value(lambdaName)
  return { own: divide(add(multiply(ownCosine, lambda), psi), add(lambda, 1)) }
}

/** A-Softmax: normalised weights, the own angle multiplied by m. */
export const sphereface: MarginHead = {
  kind: 'margin',
  name: 'sphereface',
  aliases: ['a-softmax', 'asoftmax'],
  title: 'A-Softmax (SphereFace): cos mθ by its falling continuation ψ',
  normaliseWeights: true,
  normaliseFeatures: false,
  options: [
    scaleOption,
    multiplierOption(4, '4; 1 … 4'),
    normaliseFeaturesOption(false, 'off; on in A-Softmax-NormFea of Table 2'),
    ...annealingOptions,
    ...scaleWarmupOptions,
  ],
  acrossBatch: undefined,
  ramped: [],
  remedies: { easeIn: slowAnnealing, lessMargin: moreCosine },
  scheduled: annealing,
  adjust: annealed,
}

/** L-Softmax: as A-Softmax with the weights' own lengths. */
export const lsoftmax: MarginHead = {
  kind: 'margin',
  name: 'lsoftmax',
  aliases: ['l-softmax', 'large-margin-softmax'],
  title: 'L-Softmax: the own angle multiplied by m, nothing normalised',
  normaliseWeights: false,
  normaliseFeatures: false,
  options: [multiplierOption(2, '2 … 4'), ...annealingOptions],
  acrossBatch: undefined,
  ramped: [],
  remedies: { easeIn: slowAnnealing, lessMargin: moreCosine },
  scheduled: annealing,
  adjust: annealed,
}
