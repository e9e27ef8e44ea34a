/** @file Fig 2 to be moved by hand: one point in the regions of five losses. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { decisionBands } from '../../src/experiment/lab-figures.ts'
import type { LossSettings } from '../../src/loss/head.ts'
import { fixed, short } from '../../src/plot/format.ts'
import { MarginSlider, Slider } from '../slider.tsx'
import { Figure } from './figure.tsx'
import { Handle } from './handle.tsx'
import { PaneView } from './pane-view.tsx'

/** What the figure shows and sets. */
export interface DecisionBandsState {
  /** m of LMCL, a cosine. */
  readonly margin: number
  /** m of ArcFace, radians. */
  readonly marginRadians: number
  /** m of A-Softmax, a whole number from 1. */
  readonly multiplier: number
  /** ‖W₁‖ of softmax, where ‖W₂‖ = 1. */
  readonly length: number
  /** cos θ₁ and cos θ₂ of the point. */
  readonly cosineOne: number
  readonly cosineTwo: number
}

export interface DecisionBandsProps {
  readonly state: DecisionBandsState
  readonly onChange: (change: Partial<DecisionBandsState>) => void
}

const held = (cosine: number): number => Number(Math.max(-1, Math.min(1, cosine)).toFixed(3))

const lossesOf = ({ margin, marginRadians, multiplier }: DecisionBandsState): readonly LossSettings[] => [
  { name: 'softmax' },
  { name: 'nsl' },
  { name: 'sphereface', options: { multiplier } },
  { name: 'cosface', margin },
  { name: 'arcface', options: { marginRadians } },
]

/** Boundaries and margins of softmax, NSL, A-Softmax, LMCL and ArcFace around one movable point. */
export function DecisionBands({ state, onChange }: DecisionBandsProps): JSX.Element {
  const { margin, marginRadians, multiplier, length, cosineOne, cosineTwo } = state
  const figure = useMemo(
    () => decisionBands({ losses: lossesOf(state), point: [cosineOne, cosineTwo], norms: [length, 1] }),
    [margin, marginRadians, multiplier, length, cosineOne, cosineTwo],
  )
  const move = (one: number, two: number): void => onChange({ cosineOne: held(one), cosineTwo: held(two) })
  return (
    <Figure
      figure={figure}
      controls={
        <>
          <MarginSlider label="m of LMCL" margin={margin} onMargin={(value) => onChange({ margin: value })} />
          <Slider
            label="m of A-Softmax"
            value={multiplier}
            min={1}
            max={4}
            step={1}
            shown={String(multiplier)}
            onInput={(value) => onChange({ multiplier: value })}
          />
          <Slider
            label="m of ArcFace"
            value={marginRadians}
            min={0}
            max={1.5}
            step={0.05}
            shown={`${fixed(marginRadians, 2)} rad`}
            onInput={(value) => onChange({ marginRadians: value })}
          />
          <Slider
            label="‖W₁‖ : ‖W₂‖ of softmax"
            value={length}
            min={0.25}
            max={3}
            step={0.05}
            shown={`${short(length)} : 1`}
            onInput={(value) => onChange({ length: value })}
          />
        </>
      }
    >
      {figure.panes.map((pane) => (
        <PaneView key={pane.caption.title} pane={pane}>
          <Handle
            at={pane.spot}
            label={`Point between the classes: ${pane.caption.title}`}
            text={`cos θ₁ ${fixed(cosineOne, 2)}, cos θ₂ ${fixed(cosineTwo, 2)}. ${pane.caption.description ?? ''}`}
            now={cosineOne}
            min={-1}
            max={1}
            onDrag={(spot) => move(...pane.cosinesAt(spot))}
            onStep={({ right, up }) => {
              // a step on the axes as drawn, cosines or angles
              const unit = 2.6
              move(...pane.cosinesAt({ x: pane.spot.x + right * unit, y: pane.spot.y - up * unit }))
            }}
          />
        </PaneView>
      ))}
    </Figure>
  )
}
