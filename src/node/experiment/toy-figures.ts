/** @file How each of the toy's figures is drawn. */
import {
  compactRegions,
  decisionBands,
  marginBound,
  noise,
  type NoiseSetting,
  scaleBound,
  spheres,
  weightLength,
} from '../../experiment/lab-figures.ts'
import { contentFeatures } from '../../experiment/noise.ts'
import { decisionRule } from '../../experiment/decision-rule.ts'
import { lossTitle, toyFigure } from '../../experiment/toy-figure.ts'
import type { ToyFrame } from '../../experiment/toy.ts'
import type { LossSettings } from '../../loss/head.ts'
import { standalone } from '../../plot/palette.ts'
import { figureSvg } from '../../plot/pane.ts'
import type { ToyFigureName } from './toy-figure-names.ts'

/** A loss with the last frame of its training. */
export interface TrainedLoss {
  readonly loss: LossSettings
  readonly frame: ToyFrame
}

/** What the figures are drawn from. */
export interface ToyFigureParts {
  /** Trained in two dimensions; none where no figure needs them. */
  readonly plane: readonly TrainedLoss[]
  /** Trained in three dimensions; none where no figure needs them. */
  readonly space: readonly TrainedLoss[]
  /** s, m and C of the experiment. */
  readonly scale: number
  readonly margin: number
  readonly classes: number
  readonly seed: number
}

/** Held-out features of the trained NSL and LMCL; drawn ones where either was not trained. */
function noiseSets({ plane, margin, classes }: ToyFigureParts): NoiseSetting['sets'] {
  const trained = plane.filter(({ loss }) => loss.name === 'nsl' || loss.name === 'cosface')
  if (trained.length === 2)
    return trained.map(({ loss, frame }) => ({
      title: lossTitle(loss),
      set: { ...frame.heldOut, weights: frame.weights, rule: frame.rule },
    }))
  return [{ name: 'nsl' }, { name: 'cosface', margin }].map((loss) => ({
    title: lossTitle(loss),
    set: contentFeatures(decisionRule(loss), classes, 40),
  }))
}

const boundSetting = ({ scale, margin, classes }: ToyFigureParts): Parameters<typeof scaleBound>[0] => ({
  scale,
  margin,
  classes,
  posterior: 0.99,
  embeddingSize: 2,
})

/** How each figure is drawn: a whole SVG file, colours filled in. */
export const drawToyFigure: { readonly [K in ToyFigureName]: (parts: ToyFigureParts) => string } = {
  'weight-length': () => figureSvg(weightLength(1.6)),
  boundaries: ({ margin }) =>
    figureSvg(
      decisionBands({
        losses: [
          { name: 'softmax' },
          { name: 'nsl' },
          { name: 'sphereface', options: { multiplier: 2 } },
          { name: 'cosface', margin },
          { name: 'arcface' },
        ],
        point: [0.5, 0.35],
      }),
    ),
  geometry: ({ margin }) =>
    figureSvg(
      compactRegions({
        losses: [{ name: 'nsl' }, { name: 'cosface', margin }],
        weights: [34, 126],
        feature: 69,
      }),
    ),
  features: ({ plane }) => standalone(toyFigure(plane)),
  noise: (parts) => figureSvg(noise({ sets: noiseSets(parts), degrees: 6, seed: parts.seed })),
  'scale-bound': (parts) => figureSvg(scaleBound(boundSetting(parts))),
  'margin-bound': (parts) => figureSvg(marginBound(boundSetting(parts))),
  sphere: ({ space }) =>
    figureSvg(
      spheres(
        space.map(({ loss, frame }) => ({
          title: lossTitle(loss),
          features: frame.heldOut.features,
          labels: frame.heldOut.labels,
          weights: frame.weights,
          rule: frame.rule,
          turn: Math.PI / 6,
          tilt: Math.PI / 9,
        })),
      ),
    ),
}
