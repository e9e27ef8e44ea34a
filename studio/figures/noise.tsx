/** @file The claim about noise, to be tried: a slider turns features, and decisions flip under NSL and under LMCL. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { decisionRule } from '../../src/experiment/decision-rule.ts'
import { noise, noiseShares, type NoiseSetting } from '../../src/experiment/lab-figures.ts'
import { contentFeatures } from '../../src/experiment/noise.ts'
import { fixed, short } from '../../src/plot/format.ts'
import { Slider } from '../slider.tsx'
import { Figure } from './figure.tsx'
import { Handle } from './handle.tsx'
import { PaneView } from './pane-view.tsx'

const strongest = 30

export interface NoiseProps {
  /** Features of each loss with the weights that decide; left out, drawn ones that just meet each loss's demand. */
  readonly sets?: NoiseSetting['sets'] | undefined
  /** m of LMCL and C, for the drawn features. */
  readonly margin: number
  readonly classes: number
  /** Standard deviation of the angle by which features are turned, degrees, in [0, 30]. */
  readonly degrees: number
  readonly seed: number
  readonly onDegrees: (degrees: number) => void
}

const drawn = (margin: number, classes: number): NoiseSetting['sets'] =>
  [
    { title: 'NSL', loss: { name: 'nsl' } },
    { title: `LMCL, m = ${short(margin)}`, loss: { name: 'cosface', margin } },
  ].map(({ title, loss }) => ({
    title,
    set: contentFeatures(decisionRule(loss), classes, Math.max(10, Math.round(320 / classes))),
  }))

/** The share of decisions that noise flips, one loss beside the other. */
export function Noise({ sets, margin, classes, degrees, seed, onDegrees }: NoiseProps): JSX.Element {
  const shown = useMemo(() => sets ?? drawn(margin, classes), [sets, margin, classes])
  const shares = useMemo(() => noiseShares({ sets: shown, seed }), [shown, seed])
  const figure = useMemo(() => noise({ sets: shown, degrees, seed }, shares), [shown, shares, degrees, seed])
  const set = (value: number): void => onDegrees(Number(Math.max(0, Math.min(strongest, value)).toFixed(1)))
  return (
    <Figure
      figure={figure}
      controls={
        <Slider
          label="Noise"
          value={degrees}
          min={0}
          max={strongest}
          step={0.5}
          shown={`${fixed(degrees, 1)}°`}
          hint="standard deviation of the angle by which each feature is turned"
          onInput={set}
        />
      }
      note={
        sets === undefined
          ? 'Drawn features, spread evenly over the directions that each loss leaves a class; train above to see learned ones.'
          : 'Features of held-out pictures, as what is trained above has them now.'
      }
    >
      {figure.panes.map((pane, index) => (
        <PaneView key={index} pane={pane}>
          {pane === figure.curves ? (
            <Handle
              at={figure.curves.spot}
              label="Strength of the noise"
              text={`${fixed(degrees, 1)}°. ${pane.caption.description ?? ''}`}
              now={degrees}
              min={0}
              max={strongest}
              onDrag={(spot) => set(figure.curves.strengthAt(spot))}
              onStep={({ right, up }) => set(degrees + (right + up) / 2)}
            />
          ) : null}
        </PaneView>
      ))}
    </Figure>
  )
}
