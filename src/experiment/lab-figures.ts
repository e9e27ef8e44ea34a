/** @file The figures of the paper's argument, each from a few numbers: the page and the command line draw the same. */
import { random } from '../base/random.ts'
import type { LossSettings } from '../loss/head.ts'
import { lossByName } from '../loss/registry.ts'
import type { Boundary } from '../plot/boundary.ts'
import type { BoundPane } from '../plot/bound-chart.ts'
import { type CompactRegionsPane, compactRegionsPane } from '../plot/compact-regions.ts'
import { type DecisionBand, type DecisionBandPane, decisionBandPane } from '../plot/decision-band.ts'
import { inRadians } from '../plot/degrees.ts'
import { fixed } from '../plot/format.ts'
import type { XY } from '../plot/xy.ts'
import { type NoiseCurvesPane, noiseCurvesPane, noisyCirclePane } from '../plot/noise-chart.ts'
import type { Pane, PaneFigure } from '../plot/pane.ts'
import { type SphereView, spherePane } from '../plot/sphere-view.ts'
import { type WeightLengthPane, weightLengthPane } from '../plot/weight-length.ts'
import {
  type BoundSetting,
  marginOverClasses,
  scaleOverClasses,
  scaleOverPosterior,
} from './bound-figures.ts'
import { decisionRule } from './decision-rule.ts'
import { type DecidedFeatures, flippedShares, withNoise } from './noise.ts'
import { lossTitle } from './loss-title.ts'

/** What a loss makes of θ, with the class's number for `#`; losses not named here are t(θ). */
const ownWords: Readonly<Record<string, string>> = {
  softmax: 'cos θ#',
  nsl: 'cos θ#',
  adacos: 'cos θ#',
  cosface: 'cos θ# − m',
  arcface: 'cos(θ# + m)',
  sphereface: 'ψ(θ#)',
  lsoftmax: 'ψ(θ#)',
}

/** How a loss writes what it makes of θ_1 and of θ_2. */
export function ownNames({ name }: LossSettings): readonly [string, string] {
  const written = ownWords[lossByName(name).name] ?? 't(θ#)'
  return [written.replace('#', '₁'), written.replace('#', '₂')]
}

/** A loss's two-class boundary; A-Softmax and its kin in angles. */
export function boundaryOf(loss: LossSettings): Boundary {
  const isAngular = ['sphereface', 'lsoftmax'].includes(loss.name)
  // annealing mixes plain cosine in; the figure shows the loss itself
  const settled = isAngular ? { ...loss, options: { lambdaBase: 0, ...loss.options } } : loss
  return {
    title: lossTitle(loss),
    axes: isAngular ? 'angle' : 'cosine',
    rule: decisionRule(settled),
    ...(loss.name === 'softmax' ? { norms: [1.6, 1] as const } : {}),
  }
}

/** What is set in Fig 2. */
export interface DecisionBandSetting {
  readonly losses: readonly LossSettings[]
  /** cos θ_1 and cos θ_2 of the point. */
  readonly point: readonly [number, number]
  /** ‖W_1‖ and ‖W_2‖ under softmax. @defaultValue [1.6, 1] */
  readonly norms?: readonly [number, number]
}

/** Fig 2 with a point in it: whose it is under each loss. @throws UsageError on a loss or option that cannot be */
export function decisionBands(setting: DecisionBandSetting): PaneFigure<DecisionBandPane> {
  const { losses, point, norms = [1.6, 1] } = setting
  const bandOf = (loss: LossSettings): DecisionBand => {
    const boundary = boundaryOf(loss)
    const isWeighed = !boundary.rule.normaliseWeights
    return {
      ...boundary,
      ...(isWeighed ? { norms } : {}),
      names: isWeighed ? ['‖W₁‖cos θ₁', '‖W₂‖cos θ₂'] : ['cos θ₁', 'cos θ₂'],
      ownNames: ownNames(loss),
      point,
    }
  }
  const panes = losses.map((loss) => decisionBandPane(bandOf(loss)))
  return {
    name: 'boundaries',
    panes,
    columns: Math.min(3, panes.length),
    caption: {
      title: 'Fig 2: decision boundaries and margins of two classes',
      description: panes.map(({ caption }) => `${caption.title}: ${caption.description ?? ''}`).join(' '),
    },
  }
}

/** What is set in Fig 3. */
export interface CompactRegionsSetting {
  readonly losses: readonly LossSettings[]
  /** Directions of W_1 and W_2, degrees. */
  readonly weights: readonly [number, number]
  /** Direction of x, degrees. */
  readonly feature: number
}

/** Fig 3: what each loss leaves two classes on the circle. @throws UsageError on a loss or option that cannot be */
export function compactRegions(setting: CompactRegionsSetting): PaneFigure<CompactRegionsPane> {
  const { losses, weights, feature } = setting
  const panes = losses.map((loss) =>
    compactRegionsPane({
      title: lossTitle(loss),
      rule: boundaryOf(loss).rule,
      ownName: ownNames(loss)[0],
      weights: [inRadians(weights[0]), inRadians(weights[1])],
      feature: inRadians(feature),
    }),
  )
  return {
    name: 'geometry',
    panes,
    columns: Math.min(3, panes.length),
    caption: {
      title: 'Fig 3: the regions of two classes on the circle',
      description: panes.map(({ caption }) => `${caption.title}: ${caption.description ?? ''}`).join(' '),
    },
  }
}

/** Eq 6: the least s, over C and over P. @throws UsageError on a number out of its range */
export function scaleBound(setting: BoundSetting): PaneFigure<BoundPane> {
  const panes = [scaleOverClasses(setting), scaleOverPosterior(setting)]
  return {
    name: 'scale-bound',
    panes,
    caption: {
      title: 'Eq 6: which scale s can work',
      description: panes.map(({ caption }) => caption.description).join(' '),
    },
  }
}

/**
 * Eq 7: the largest m, over C.
 * @param curve of `marginLimit`, which need not be found again for every m
 * @throws UsageError on a number out of its range
 */
export function marginBound(setting: BoundSetting, curve?: readonly XY[]): PaneFigure<BoundPane> {
  const pane = marginOverClasses(setting, curve)
  return {
    name: 'margin-bound',
    panes: [pane],
    caption: { title: 'Eq 7: which margin m can work', description: pane.caption.description ?? '' },
  }
}

const [firstAngle, secondAngle] = [inRadians(20), inRadians(115)]

/** Two clouds in the plane, the same on every machine. */
const twoClouds = (): { readonly features: Float64Array; readonly labels: Int32Array } => {
  const labels = Int32Array.from({ length: 120 }, (_, row) => row % 2)
  const features = new Float64Array(2 * labels.length)
  labels.forEach((label, row) => {
    const stream = random(7, 'two clouds', row)
    const angle = (label === 0 ? firstAngle : secondAngle) + 0.45 * stream.normal()
    const length = 2.2 + 0.35 * stream.normal()
    features.set([length * Math.cos(angle), length * Math.sin(angle)], 2 * row)
  })
  return { features, labels }
}

/**
 * The note's claim: the length of W_1 moves softmax's boundary and not NSL's.
 * @param length ‖W_1‖ where ‖W_2‖ = 1, in (0, 3] to be seen whole
 */
export function weightLength(length: number): PaneFigure<WeightLengthPane> {
  const clouds = twoClouds()
  const panes = ['softmax', 'nsl'].map((name) =>
    weightLengthPane({
      ...clouds,
      title: lossTitle({ name }),
      rule: decisionRule({ name }),
      angles: [firstAngle, secondAngle],
      lengths: [length, 1],
    }),
  )
  return {
    name: 'weight-length',
    panes,
    caption: {
      title: `The length of a class weight: ‖W₁‖ = ${fixed(length, 2)} where ‖W₂‖ = 1`,
      description: panes
        .map(({ caption }) => `${caption.title.replace(/^.* under /, '')}: ${caption.description ?? ''}`)
        .join(' '),
    },
  }
}

/** What is set in the figure of noise. */
export interface NoiseSetting {
  /** Features of each loss, [N, D]; the circle is drawn where D = 2. */
  readonly sets: readonly { readonly title: string; readonly set: DecidedFeatures }[]
  /** Standard deviation of the angle by which features are turned, degrees, in [0, 30]. */
  readonly degrees: number
  readonly seed: number
}

/** The panes of the figure of noise: circles where features are two-dimensional, and always the curves. */
export interface NoiseFigure extends PaneFigure {
  readonly curves: NoiseCurvesPane
}

const strengths = Array.from({ length: 31 }, (_, degrees) => degrees)
const curveLooks = [
  { colour: 'orange', dashed: true },
  { colour: 'blue', dashed: false },
  { colour: 'green', dashed: true },
  { colour: 'purple', dashed: false },
  { colour: 'amber', dashed: true },
  { colour: 'grey', dashed: false },
] as const

/** The share of decisions that each strength of noise flips. */
export function noiseShares({ sets, seed }: Omit<NoiseSetting, 'degrees'>): number[][] {
  return sets.map(({ set }) => flippedShares(set, strengths, seed))
}

/**
 * The note's claim: noise on the features flips decisions, fewer where a margin was asked for.
 * @param shares of `noiseShares`, which need not be counted again for every strength
 */
export function noise(
  setting: NoiseSetting,
  shares: readonly number[][] = noiseShares(setting),
): NoiseFigure {
  const { sets, degrees, seed } = setting
  const noisy = sets.map(({ title, set }) => ({ title, set, ...withNoise(set, degrees, seed) }))
  const curves = noiseCurvesPane({
    strengths,
    strength: degrees,
    curves: noisy.map(({ title, set, flipped }, index) => ({
      name: title,
      ...(curveLooks[index % curveLooks.length] ?? curveLooks[0]),
      shares: shares[index] ?? [],
      now: flipped.length / Math.max(1, set.labels.length),
    })),
  })
  const circles: Pane[] = noisy
    .filter(({ set }) => set.features.length === 2 * set.labels.length)
    .map(({ title, set, features, flipped }) => noisyCirclePane({ ...set, title, features, flipped }))
  return {
    name: 'noise',
    panes: [...circles, curves],
    columns: 3,
    curves,
    caption: { title: 'Decisions flipped by noise', description: curves.caption.description ?? '' },
  }
}

/** Three-dimensional features of several losses on the sphere, seen from one place. */
export function spheres(views: readonly SphereView[]): PaneFigure {
  const panes = views.map(spherePane)
  return {
    name: 'sphere',
    panes,
    caption: {
      title: 'Three-dimensional features on the sphere',
      description: panes.map(({ caption }) => caption.description).join(' '),
    },
  }
}
