/** @file The toy's pictures and the figures that go with them. */
import { fixed, percent, short } from '../plot/format.ts'
import { comparisonFigure, type Scene, type ScenePanel } from '../plot/plane.ts'
import type { LossSettings } from '../loss/head.ts'
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
