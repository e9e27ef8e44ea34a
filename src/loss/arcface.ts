/** @file The additive angular margin (ArcFace) and the margin that combines all three kinds. */
import { subtract } from '../graph/ops.ts'
import { UsageError } from '../base/errors.ts'
import { additiveAngle, combinedAngle } from './angle.ts'
import type { LossOption } from './head.ts'
import type { MarginHead } from './margin-head.ts'
import { marginWarmupOption, scaleOption, scaleWarmupOptions, type LossOptions } from './options.ts'
import { halve, rampMargin } from './remedies.ts'

/** An angle added to θ_y. */
export const marginRadiansOption: LossOption = {
  name: 'marginRadians',
  meaning: 'the angle added to the own angle',
  unit: 'radians',
  default: 0.5,
  range: {
    min: 0,
    max: Math.PI / 2,
    because: {
      low: 'an angle below 0 would help the own class instead of asking for more',
      high: 'from π/2 on not even the class’s own direction has a target above 0',
    },
  },
  paper: '0.5',
}

/** ArcFace: the own cosine becomes cos(θ_y + m). */
export const arcface: MarginHead = {
  kind: 'margin',
  name: 'arcface',
  aliases: [],
  title: 'additive angular margin (ArcFace)',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [scaleOption, marginRadiansOption, marginWarmupOption, ...scaleWarmupOptions],
  acrossBatch: undefined,
  ramped: ['marginRadians'],
  remedies: { easeIn: rampMargin, lessMargin: halve('marginRadians') },
  adjust: ({ ownCosine, option }) => ({ own: additiveAngle(ownCosine, option('marginRadians')) }),
}

/** cos φ made to fall with φ, as `combinedAngle` does, minus m3: in plain numbers. */
export function combinedTarget(theta: number, m1: number, m2: number, m3: number): number {
  const phi = m1 * theta + m2
  if (m1 === 1) return (phi <= Math.PI ? Math.cos(phi) : Math.cos(theta) - m2 * Math.sin(m2)) - m3
  const k = Math.floor(phi / Math.PI)
  return (k % 2 === 0 ? 1 : -1) * Math.cos(phi) - 2 * k - m3
}

/** A margin must never help: cos(m1·θ + m2) − m3 ≤ cos θ for every θ. */
const checkTriple = (options: LossOptions): void => {
  const [m1, m2, m3] = [
    options.number('multiplier'),
    options.number('marginRadians'),
    options.number('marginCosine'),
  ]
  for (let i = 0; i <= 1000; i++) {
    const theta = (Math.PI * i) / 1000
    if (combinedTarget(theta, m1, m2, m3) <= Math.cos(theta) + 1e-9) continue
    const degrees = Math.round((theta * 180) / Math.PI)
    throw new UsageError(
      `Expected \`multiplier\` ${m1}, \`marginRadians\` ${m2} and \`marginCosine\` ${m3} to make a margin at every angle, ` +
        `got a target above the cosine at ${degrees}°; raise \`marginRadians\` or \`marginCosine\``,
    )
  }
}

/** cos(m1·θ + m2) − m3. */
export const combined: MarginHead = {
  kind: 'margin',
  name: 'combined',
  aliases: ['combined-margin'],
  title: 'combined margin cos(m1·θ + m2) − m3',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [
    scaleOption,
    {
      name: 'multiplier',
      meaning: 'm1, what the own angle is multiplied by; 1 is no such margin',
      unit: 'none',
      default: 1,
      range: { above: 0, max: 8 },
      paper: '1; 0.9 in the published mixture',
    },
    {
      ...marginRadiansOption,
      meaning: 'm2, the angle added',
      default: 0.3,
      paper: '0.3; 0.4 in the published mixture',
    },
    {
      name: 'marginCosine',
      meaning: 'm3, the cosine taken away',
      unit: 'cosine',
      default: 0.2,
      range: { min: 0, max: 2 },
      paper: '0.2; 0.15 in the published mixture',
    },
    marginWarmupOption,
    ...scaleWarmupOptions,
  ],
  acrossBatch: undefined,
  ramped: ['marginRadians', 'marginCosine'],
  remedies: { easeIn: rampMargin, lessMargin: halve('marginRadians', 'marginCosine') },
  check: checkTriple,
  adjust: ({ ownCosine, options, option }) => {
    const angle = combinedAngle(
      ownCosine,
      options.number('multiplier'),
      option('marginRadians'),
      options.number('marginRadians'),
    )
    return { own: subtract(angle, option('marginCosine')) }
  },
}
