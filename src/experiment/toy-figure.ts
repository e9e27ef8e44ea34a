/** @file The toy's pictures and the figures that go with them. */
import type { Caption } from '../plot/svg.ts'
import { type Boundary, boundariesFigure } from '../plot/boundary.ts'
import { fixed, percent, short } from '../plot/format.ts'
import { type Geometry, geometryFigure } from '../plot/geometry.ts'
import { comparisonFigure, type Scene, type ScenePanel } from '../plot/plane.ts'
import type { LossSettings } from '../loss/head.ts'
import { decisionRule } from './decision-rule.ts'
import type { ToyFrame } from './toy.ts'

/** What a frame shows: the points of one of its sets. */
export function sceneOf(frame: ToyFrame, set: 'train' | 'heldOut' = 'train'): Scene {
  const { features, labels } = frame[set]
  return { features, labels, weights: frame.weights, rule: frame.rule }
}

/** How a loss is called in figures. */
export function lossTitle({ name, margin, options }: LossSettings): string {
  if (name === 'softmax') return 'softmax'
  if (name === 'nsl') return 'NSL'
  if (name === 'cosface') return margin === 0 ? 'NSL (LMCL with m = 0)' : `LMCL, m = ${short(margin ?? 0.35)}`
  if (name === 'sphereface') return `A-Softmax, m = ${String(options?.['multiplier'] ?? 4)}`
  if (name === 'arcface') return `ArcFace, m = ${short(Number(options?.['marginRadians'] ?? 0.5))}`
  return margin === undefined ? name : `${name}, m = ${short(margin)}`
}

/** A frame as a column of a comparison, with its held-out error and angular spread below the title. */
export function panelOf(loss: LossSettings, frame: ToyFrame): ScenePanel {
  const { error, withinSpread } = frame.heldOut
  return {
    title: lossTitle(loss),
    note: `held out: error ${percent(error)}, spread ${fixed(withinSpread, 1)}°`,
    scene: sceneOf(frame),
  }
}

/** Several losses' frames side by side: the paper's Fig 4. */
export function toyFigure(
  panels: readonly { readonly loss: LossSettings; readonly frame: ToyFrame }[],
): string {
  const names = panels.map(({ loss }) => lossTitle(loss)).join(', ')
  const description = panels
    .map(({ loss, frame }) => `${lossTitle(loss)}: held-out error ${percent(frame.heldOut.error)}.`)
    .join(' ')
  return comparisonFigure(
    panels.map(({ loss, frame }) => panelOf(loss, frame)),
    { title: `Two-dimensional features learned with ${names}`, description },
  )
}

/** The losses of the paper's Fig 2 and Fig 4. */
export const paperLosses: readonly LossSettings[] = [
  { name: 'softmax' },
  { name: 'nsl', scale: 16 },
  { name: 'cosface', scale: 16, margin: 0.2 },
]

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

const fig2: Caption = {
  title: 'Decision boundaries and margins of two classes under softmax, NSL, A-Softmax and LMCL',
  description:
    'Softmax regions overlap, since the boundary moves with the lengths of the weights. NSL regions touch. A-Softmax leaves a margin that vanishes where the angle does. LMCL leaves the same margin everywhere.',
}

/** The paper's Fig 2, drawn from the losses' own decision functions. */
export function boundariesOfThePaper(margin: number = 0.35, multiplier: number = 2): string {
  const losses: readonly LossSettings[] = [
    { name: 'softmax' },
    { name: 'nsl' },
    { name: 'sphereface', options: { multiplier } },
    { name: 'cosface', margin },
  ]
  return boundariesFigure(losses.map(boundaryOf), fig2)
}

/** The paper's Fig 3: one feature between two weights, under NSL and under LMCL. Angles in radians. */
export function geometryOfThePaper(
  margin: number = 0.35,
  weights: readonly [number, number] = [0.6, 2.2],
  feature: number = 1.2,
): string {
  const panel = (loss: LossSettings, ownName: string): Geometry => ({
    title: lossTitle(loss),
    rule: decisionRule(loss),
    ownName,
    weights,
    feature,
  })
  return geometryFigure(
    [panel({ name: 'nsl' }, 'cos θ₁'), panel({ name: 'cosface', margin }, 'cos θ₁ − m')],
    {
      title: 'A feature between two class weights under NSL and under LMCL',
      description: 'LMCL leaves each class a smaller region of the circle, with a gap between them.',
    },
  )
}
