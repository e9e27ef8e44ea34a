/** @file Eq 6 and Eq 7 to be moved in: the page's setting as a mark among what can work and what cannot. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { marginLimit } from '../../src/experiment/bound-figures.ts'
import { marginBound, scaleBound } from '../../src/experiment/lab-figures.ts'
import type { BoundPane } from '../../src/plot/bound-chart.ts'
import { byOdds } from '../../src/plot/chart-frame.ts'
import { short } from '../../src/plot/format.ts'
import { MarginSlider, Slider } from '../slider.tsx'
import { Figure } from './figure.tsx'
import { Handle } from './handle.tsx'
import { PaneView } from './pane-view.tsx'

/** What the two figures show and set. */
export interface BoundsState {
  /** C. */
  readonly classes: number
  /** s. */
  readonly scale: number
  /** m, a cosine. */
  readonly margin: number
  /** P, in [0.5, 0.9999]. */
  readonly posterior: number
  /** D of Eq 7. */
  readonly embeddingSize: number
}

export interface BoundsProps {
  readonly state: BoundsState
  readonly onChange: (change: Partial<BoundsState>) => void
  /** The largest C that the page can be set to. @defaultValue 1000000 */
  readonly mostClasses?: number
  /** The largest s that the page can be set to. @defaultValue 64 */
  readonly largestScale?: number
}

const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

const posteriors = (odds: number): number =>
  Number(between(byOdds.back(odds), 0.5, 0.9999).toPrecision(odds > 6 ? 4 : 3))

/** Values of D a reader would try, at equal steps of the slider: whole numbers lie too unevenly on a logarithm. */
const embeddingSizes = [2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512]

/** The place of the size nearest to one that an address may have set. */
const placeOf = (size: number): number =>
  embeddingSizes.reduce(
    (best, one, at) => (Math.abs(one - size) < Math.abs((embeddingSizes[best] ?? 0) - size) ? at : best),
    0,
  )

interface MarkProps {
  readonly pane: BoundPane
  readonly label: string
  readonly now: number
  readonly min: number
  readonly max: number
  readonly onValues: (x: number, y: number) => void
  readonly onStep: (right: number, up: number) => void
}

function MarkedPane({ pane, label, now, min, max, onValues, onStep }: MarkProps): JSX.Element {
  return (
    <PaneView pane={pane}>
      <Handle
        at={pane.spot}
        label={`${label}: ${pane.caption.title}`}
        text={pane.caption.description ?? ''}
        now={now}
        min={min}
        max={max}
        onDrag={(spot) => {
          const { x, y } = pane.valuesAt(spot)
          onValues(x, y)
        }}
        onStep={({ right, up }) => onStep(right, up)}
      />
    </PaneView>
  )
}

/** Eq 6: the least s over C and over P. */
export function ScaleBound({
  state,
  onChange,
  mostClasses = 1e6,
  largestScale = 64,
}: BoundsProps): JSX.Element {
  const { classes, scale, posterior } = state
  // Eq 7's numbers change nothing here
  const figure = useMemo(
    () => scaleBound({ classes, scale, posterior, margin: 0, embeddingSize: 2 }),
    [classes, scale, posterior],
  )
  const setClasses = (value: number): number => between(Math.round(value), 2, mostClasses)
  const setScale = (value: number): number => between(Math.round(value * 2) / 2, 1, largestScale)
  const [overClasses, overPosterior] = figure.panes
  return (
    <Figure
      figure={figure}
      controls={
        <>
          <Slider
            label="s"
            value={scale}
            min={1}
            max={largestScale}
            step={0.5}
            shown={short(scale)}
            onInput={(value) => onChange({ scale: setScale(value) })}
          />
          <Slider
            label="P"
            value={byOdds.forward(posterior)}
            min={0}
            max={byOdds.forward(0.9999)}
            step={0.1}
            shown={String(posterior)}
            onInput={(value) => onChange({ posterior: posteriors(value) })}
          />
        </>
      }
      note="Blue, plain: the class centres can reach the posterior P. Orange, hatched: they cannot, however long one trains."
    >
      {overClasses === undefined ? null : (
        <MarkedPane
          pane={overClasses}
          label="Classes C and scale s"
          now={scale}
          min={1}
          max={largestScale}
          onValues={(x, y) => onChange({ classes: setClasses(x), scale: setScale(y) })}
          onStep={(right, up) =>
            onChange(
              up === 0 ? { classes: setClasses(classes + right) } : { scale: setScale(scale + up / 2) },
            )
          }
        />
      )}
      {overPosterior === undefined ? null : (
        <MarkedPane
          pane={overPosterior}
          label="Posterior P and scale s"
          now={scale}
          min={1}
          max={largestScale}
          onValues={(x, y) => onChange({ posterior: posteriors(byOdds.forward(x)), scale: setScale(y) })}
          onStep={(right, up) =>
            onChange(
              up === 0
                ? { posterior: posteriors(byOdds.forward(posterior) + right * 0.1) }
                : { scale: setScale(scale + up / 2) },
            )
          }
        />
      )}
    </Figure>
  )
}

/** Eq 7: the largest m over C, in D dimensions. */
export function MarginBound({ state, onChange, mostClasses = 1e6 }: BoundsProps): JSX.Element {
  const { classes, margin, embeddingSize } = state
  const curve = useMemo(() => marginLimit(embeddingSize), [embeddingSize])
  // Eq 6's numbers change nothing here
  const figure = useMemo(
    () => marginBound({ classes, margin, embeddingSize, scale: 1, posterior: 0.5 }, curve),
    [classes, margin, embeddingSize],
  )
  const setClasses = (value: number): number => between(Math.round(value), 2, mostClasses)
  const setMargin = (value: number): number => between(Number(value.toFixed(2)), 0, 1)
  const [pane] = figure.panes
  return (
    <Figure
      figure={figure}
      controls={
        <>
          <MarginSlider
            label="m"
            margin={margin}
            onMargin={(value) => onChange({ margin: setMargin(value) })}
          />
          <Slider
            label="D of this figure"
            value={placeOf(embeddingSize)}
            min={0}
            max={embeddingSizes.length - 1}
            step={1}
            shown={String(embeddingSize)}
            onInput={(place) => onChange({ embeddingSize: embeddingSizes[place] ?? embeddingSize })}
          />
        </>
      }
      note="Blue, plain: directions can lie far enough apart for m. Orange, hatched: none do. Right of C = D + 1 blue says only that m is not ruled out."
    >
      {pane === undefined ? null : (
        <MarkedPane
          pane={pane}
          label="Classes C and margin m"
          now={margin}
          min={0}
          max={1}
          onValues={(x, y) => onChange({ classes: setClasses(x), margin: setMargin(y) })}
          onStep={(right, up) =>
            onChange(
              up === 0 ? { classes: setClasses(classes + right) } : { margin: setMargin(margin + up / 100) },
            )
          }
        />
      )}
    </Figure>
  )
}
