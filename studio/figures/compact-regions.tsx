/** @file Fig 3 to be moved by hand: W₁, W₂ and x on the circle under NSL and under LMCL. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { compactRegions } from '../../src/experiment/lab-figures.ts'
import { inDegrees } from '../../src/plot/degrees.ts'
import { MarginSlider } from '../slider.tsx'
import { Figure } from './figure.tsx'
import { Handle } from './handle.tsx'
import { PaneView } from './pane-view.tsx'

/** What the figure shows and sets; directions in degrees. */
export interface CompactRegionsState {
  /** m of LMCL, a cosine. */
  readonly margin: number
  /** Directions of W₁, W₂ and x. */
  readonly first: number
  readonly second: number
  readonly feature: number
}

export interface CompactRegionsProps {
  readonly state: CompactRegionsState
  readonly onChange: (change: Partial<CompactRegionsState>) => void
}

const movable = [
  { key: 'first', name: 'W₁' },
  { key: 'second', name: 'W₂' },
  { key: 'feature', name: 'x' },
] as const

const inCircle = (degrees: number): number => Math.round(((degrees % 360) + 360) % 360)

/** NSL's regions beside LMCL's compacter ones, with what the loss compares for x. */
export function CompactRegions({ state, onChange }: CompactRegionsProps): JSX.Element {
  const { margin, first, second, feature } = state
  const figure = useMemo(
    () =>
      compactRegions({
        losses: [{ name: 'nsl' }, { name: 'cosface', margin }],
        weights: [first, second],
        feature,
      }),
    [margin, first, second, feature],
  )
  return (
    <Figure
      figure={figure}
      controls={<MarginSlider label="m" margin={margin} onMargin={(value) => onChange({ margin: value })} />}
    >
      {figure.panes.map((pane) => (
        <PaneView key={pane.caption.title} pane={pane}>
          {movable.map(({ key, name }, index) => {
            const at = pane.tips[index] ?? pane.tips[0]
            const value = state[key]
            return (
              <Handle
                key={key}
                at={at}
                label={`Direction of ${name}: ${pane.caption.title}`}
                text={`${name} at ${value}°. ${pane.caption.description ?? ''}`}
                now={value}
                min={0}
                max={360}
                onDrag={(spot) => onChange({ [key]: inCircle(inDegrees(pane.angleAt(spot))) })}
                onStep={({ right, up }) => onChange({ [key]: inCircle(value + right + up) })}
              />
            )
          })}
        </PaneView>
      ))}
    </Figure>
  )
}
