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
import { lossTitle, lossTitles } from '../../experiment/loss-title.ts'
import { type ShownLosses, withBoundary, withRegions } from '../../experiment/shown-losses.ts'
import { toyFigure } from '../../experiment/toy-figure.ts'
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
  /** Those asked for by name; otherwise each figure shows the losses that make its point. */
  readonly losses?: readonly LossSettings[] | undefined
  /** s, m and C of the experiment. */
  readonly scale: number
  readonly margin: number
  readonly classes: number
  readonly seed: number
}

/** Held-out features of the losses asked for, or of NSL and LMCL; drawn ones where nothing was trained. */
function noiseSets({ plane, losses, margin, classes }: ToyFigureParts): NoiseSetting['sets'] {
  const trained =
    losses === undefined ? plane.filter(({ loss }) => loss.name === 'nsl' || loss.name === 'cosface') : plane
  if (trained.length > 0) {
    const titles = lossTitles(trained.map(({ loss }) => loss))
    return trained.map(({ frame }, index) => ({
      title: titles[index] ?? '',
      set: { ...frame.heldOut, weights: frame.weights, rule: frame.rule },
    }))
  }
  return [{ name: 'nsl' }, { name: 'cosface', margin }].map((loss) => ({
    title: lossTitle(loss),
    set: contentFeatures(decisionRule(loss), classes, 40),
  }))
}

const boundaryLosses = ({ losses, margin }: ToyFigureParts): ShownLosses =>
  losses === undefined
    ? {
        losses: [
          { name: 'softmax' },
          { name: 'nsl' },
          { name: 'sphereface', options: { multiplier: 2 } },
          { name: 'cosface', margin },
          { name: 'arcface' },
        ],
        notes: [],
      }
    : withBoundary(losses)

const regionLosses = ({ losses, margin }: ToyFigureParts): ShownLosses =>
  losses === undefined
    ? { losses: [{ name: 'nsl' }, { name: 'cosface', margin }], notes: [] }
    : withRegions(losses)

/** A drawn figure, and a sentence for each loss that it cannot show. */
export interface DrawnFigure {
  /** A whole file, colours filled in; undefined where it could show none of the losses. */
  readonly svg: string | undefined
  readonly notes: readonly string[]
}

const drawnOf = (
  { losses, notes }: ShownLosses,
  draw: (losses: readonly LossSettings[]) => string,
): DrawnFigure => ({
  svg: losses.length === 0 ? undefined : draw(losses),
  notes,
})

const whole = (svg: string): DrawnFigure => ({ svg, notes: [] })

const boundSetting = ({ scale, margin, classes }: ToyFigureParts): Parameters<typeof scaleBound>[0] => ({
  scale,
  margin,
  classes,
  posterior: 0.99,
  embeddingSize: 2,
})

/** How each figure is drawn. */
export const drawToyFigure: { readonly [K in ToyFigureName]: (parts: ToyFigureParts) => DrawnFigure } = {
  'weight-length': () => whole(figureSvg(weightLength(1.6))),
  boundaries: (parts) =>
    drawnOf(boundaryLosses(parts), (losses) => figureSvg(decisionBands({ losses, point: [0.5, 0.35] }))),
  geometry: (parts) =>
    drawnOf(regionLosses(parts), (losses) =>
      figureSvg(compactRegions({ losses, weights: [34, 126], feature: 69 })),
    ),
  features: ({ plane }) => whole(standalone(toyFigure(plane))),
  noise: (parts) => whole(figureSvg(noise({ sets: noiseSets(parts), degrees: 6, seed: parts.seed }))),
  'scale-bound': (parts) => whole(figureSvg(scaleBound(boundSetting(parts)))),
  'margin-bound': (parts) => whole(figureSvg(marginBound(boundSetting(parts)))),
  sphere: ({ space }) => {
    const titles = lossTitles(space.map(({ loss }) => loss))
    return whole(
      figureSvg(
        spheres(
          space.map(({ frame }, index) => ({
            title: titles[index] ?? '',
            features: frame.heldOut.features,
            labels: frame.heldOut.labels,
            weights: frame.weights,
            rule: frame.rule,
            turn: Math.PI / 6,
            tilt: Math.PI / 9,
          })),
        ),
      ),
    )
  },
}
