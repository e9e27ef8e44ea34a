/** @file Three-dimensional features on spheres that are turned by hand, with the point that is looked at. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { decisionRule } from '../../src/experiment/decision-rule.ts'
import { spheres } from '../../src/experiment/lab-figures.ts'
import { inRadians } from '../../src/plot/degrees.ts'
import type { Spot } from '../../src/plot/labels.ts'
import { paint } from '../../src/plot/palette.ts'
import type { Pane } from '../../src/plot/pane.ts'
import { spherePlace } from '../../src/plot/sphere-view.ts'
import { Figure } from '../figures/figure.tsx'
import { stepsOf } from '../figures/handle.tsx'
import { PaneView } from '../figures/pane-view.tsx'
import { useDrag } from '../figures/use-drag.ts'
import { lossNames, lossSettings } from '../losses.ts'
import type { LabState } from '../state.ts'
import type { LaneView } from './experiment.ts'
import type { LaneFrame } from './lane-protocol.ts'
import { featureOf, nearestPoint, type Point } from './points.ts'

/** From where the spheres are seen, degrees. */
interface Standpoint {
  /** Longitude, in [0, 360). */
  readonly turn: number
  /** Latitude, in [−90, 90]. */
  readonly tilt: number
}

export interface SphereProps {
  readonly lanes: readonly LaneView[]
  readonly state: LabState
  readonly onChange: (change: Partial<Standpoint>) => void
  readonly point: Point | undefined
  readonly onPoint: (index: number) => void
}

/** One sphere a loss, all seen from the same place. */
export function Sphere({ lanes, state, onChange, point, onPoint }: SphereProps): JSX.Element {
  const { turn, tilt } = state
  const settings = lanes.map(({ loss }) => lossSettings(loss, state))
  const rules = useMemo(() => settings.map(decisionRule), [JSON.stringify(settings)])
  const figure = useMemo(
    () =>
      spheres(
        lanes.flatMap(({ loss, frame: { train, heldOut, weights } }, at) => {
          const rule = rules[at]
          if (rule === undefined) return []
          const { features, labels } = train
          const title = lossNames[loss]
          return [
            { title, features, labels, heldOut, weights, rule, turn: inRadians(turn), tilt: inRadians(tilt) },
          ]
        }),
      ),
    [lanes, rules, turn, tilt],
  )
  return (
    <Figure
      figure={figure}
      note="Drag or use the arrow keys to turn. Dots: pictures trained on. Rings: held out. Arrows: class weights. Lines: where two classes tie. Faint: the far side."
    >
      {figure.panes.map((pane, at) => {
        const frame = lanes[at]?.frame
        return frame === undefined ? null : (
          <Globe key={at} {...{ pane, frame, standpoint: { turn, tilt }, onChange, point, onPoint }} />
        )
      })}
    </Figure>
  )
}

interface GlobeProps extends Pick<SphereProps, 'onChange' | 'point' | 'onPoint'> {
  readonly pane: Pane
  readonly frame: LaneFrame
  readonly standpoint: Standpoint
}

function Globe({ pane, frame, standpoint, onChange, point, onPoint }: GlobeProps): JSX.Element {
  const { turn, tilt } = standpoint
  const place = spherePlace(inRadians(turn), inRadians(tilt))
  const turnTo = (toTurn: number, toTilt: number): void =>
    onChange({
      turn: Math.round(((toTurn % 360) + 360) % 360),
      tilt: Math.round(Math.max(-90, Math.min(90, toTilt))),
    })
  const pointAt = (at: Spot): void => {
    const near = ([x = 0, y = 0, z = 0]: Float32Array): Spot | undefined => {
      const { spot, isNear } = place([x, y, z])
      return isNear ? spot : undefined
    }
    const found = nearestPoint(frame, 3, near, at, 16)
    if (found !== undefined) onPoint(found)
  }
  const { events } = useDrag(
    () => standpoint,
    // the sphere follows the hand: its radius is about 134 pixels, one radian
    ({ x, y }, start) => turnTo(start.turn - x * 0.43, start.tilt + y * 0.43),
    pointAt,
  )
  const { width, height } = pane.size
  return (
    <PaneView pane={pane}>
      {point === undefined ? null : <Mark {...{ frame, point, place }} />}
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
}

interface MarkProps {
  readonly frame: LaneFrame
  readonly point: Point
  readonly place: ReturnType<typeof spherePlace>
}

/** A ring around the point that is looked at; a broken one where it lies on the far side. */
function Mark({ frame, point, place }: MarkProps): JSX.Element {
  const [x = 0, y = 0, z = 0] = featureOf(frame, point, 3)
  const { spot, isNear } = place([x, y, z])
  return (
    <circle
      class="mark"
      cx={spot.x}
      cy={spot.y}
      r="7"
      fill="none"
      stroke={paint('ink')}
      stroke-width="2"
      {...(isNear ? {} : { 'stroke-dasharray': '3 2' })}
    />
  )
}
