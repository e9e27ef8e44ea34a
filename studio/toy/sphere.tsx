/** @file Three-dimensional features on a sphere that is turned by hand. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { spheres } from '../../src/experiment/lab-figures.ts'
import type { SphereView } from '../../src/plot/sphere-view.ts'
import { Figure } from './figure.tsx'
import { stepsOf } from './handle.tsx'
import { PaneView } from './pane-view.tsx'
import { useDrag } from './use-drag.ts'

/** From where the spheres are seen, degrees. */
export interface SphereState {
  /** Longitude, in [0, 360). */
  readonly turn: number
  /** Latitude, in [−90, 90]. */
  readonly tilt: number
}

export interface SphereProps {
  /** Features [N, 3], labels [N] and class weights [C, 3] of each loss. */
  readonly views: readonly Omit<SphereView, 'turn' | 'tilt'>[]
  readonly state: SphereState
  readonly onChange: (change: Partial<SphereState>) => void
}

const inRadians = (degrees: number): number => (degrees * Math.PI) / 180

/** One sphere a loss, all seen from the same place. */
export function Sphere({ views, state, onChange }: SphereProps): JSX.Element {
  const { turn, tilt } = state
  const figure = useMemo(
    () => spheres(views.map((view) => ({ ...view, turn: inRadians(turn), tilt: inRadians(tilt) }))),
    [views, turn, tilt],
  )
  const turnTo = (toTurn: number, toTilt: number): void =>
    onChange({
      turn: Math.round(((toTurn % 360) + 360) % 360),
      tilt: Math.round(Math.max(-90, Math.min(90, toTilt))),
    })
  const { events } = useDrag(
    () => state,
    // the sphere follows the hand: its radius is about 134 pixels, one radian
    ({ x, y }, start) => turnTo(start.turn - x * 0.43, start.tilt + y * 0.43),
  )
  return (
    <Figure
      figure={figure}
      note="Drag or use the arrow keys to turn. Faint: the far side. Lines: where two classes tie."
    >
      {figure.panes.map((pane, index) => {
        const { width, height } = pane.size
        return (
          <PaneView key={index} pane={pane}>
            <g
              class="handle wide"
              data-handle=""
              role="slider"
              tabindex={0}
              aria-label={`Turn: ${pane.caption.title}`}
              aria-valuenow={turn}
              aria-valuemin={0}
              aria-valuemax={360}
              aria-valuetext={`turned ${turn}°, tilted ${tilt}°`}
              onKeyDown={(event) => {
                const steps = stepsOf(event)
                if (steps !== undefined) turnTo(turn - 3 * steps.right, tilt - 3 * steps.up)
              }}
              {...events}
            >
              <circle class="ring" cx={width / 2} cy={height - width / 2} r={width * 0.42} />
            </g>
          </PaneView>
        )
      })}
    </Figure>
  )
}
