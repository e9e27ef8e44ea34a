/** @file The toy's pictures and the figures that go with them. */
import { fixed, percent } from '../plot/format.ts'
import { comparisonFigure, type Scene, type ScenePanel } from '../plot/plane.ts'
import type { LossSettings } from '../loss/head.ts'
import { lossTitles } from './loss-title.ts'
import type { ToyFrame } from './toy.ts'

/** What a frame shows: the points of one of its sets. */
export function sceneOf(frame: ToyFrame, set: 'train' | 'heldOut' = 'train'): Scene {
  const { features, labels } = frame[set]
  return { features, labels, weights: frame.weights, rule: frame.rule }
}

/** A frame as a column of a comparison, with its held-out error and angular spread below the title. */
export function panelOf(title: string, frame: ToyFrame): ScenePanel {
  const { error, withinSpread } = frame.heldOut
  return {
    title,
    note: `held out: error ${percent(error)}, spread ${fixed(withinSpread, 1)}°`,
    scene: sceneOf(frame),
  }
}

/** Several losses' frames side by side: the paper's Fig 4. */
export function toyFigure(
  panels: readonly { readonly loss: LossSettings; readonly frame: ToyFrame }[],
): string {
  const titles = lossTitles(panels.map(({ loss }) => loss))
  const titled = panels.map(({ frame }, index) => ({ frame, title: titles[index] ?? '' }))
  const description = titled
    .map(({ title, frame }) => `${title}: held-out error ${percent(frame.heldOut.error)}.`)
    .join(' ')
  return comparisonFigure(
    titled.map(({ title, frame }) => panelOf(title, frame)),
    { title: `Two-dimensional features learned with ${titles.join(', ')}`, description },
  )
}

/** The losses of the paper's Fig 2 and Fig 4, with s and m. */
export function paperLosses(scale: number, margin: number): readonly LossSettings[] {
  return [{ name: 'softmax' }, { name: 'nsl', scale }, { name: 'cosface', scale, margin }]
}
