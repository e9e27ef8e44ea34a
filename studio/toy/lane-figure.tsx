/** @file One training's features in the plane and on the circle, with the point that is looked at. */
import type { JSX, TargetedPointerEvent } from 'preact'
import { useMemo } from 'preact/hooks'
import { circlePanel, planePanel, planePlace, type Scene } from '../../src/plot/plane.ts'
import { paint } from '../../src/plot/palette.ts'
import type { Spot } from '../../src/plot/labels.ts'
import type { DecisionRule } from '../../src/plot/sectors.ts'
import type { LaneFrame } from './lane-protocol.ts'
import { nearestPoint, type Point } from './points.ts'

const size = 300

export interface LaneFigureProps {
  readonly title: string
  readonly frame: LaneFrame
  readonly rule: DecisionRule
  readonly point: Point | undefined
  readonly onPoint: (index: number) => void
}

/** What a training shows of its features. */
export const sceneOf = ({ train, heldOut, weights }: LaneFrame, rule: DecisionRule): Scene => ({
  features: train.features,
  labels: train.labels,
  weights,
  rule,
  heldOut,
})

/** The Euclidean plane above, the circle below. */
export function LaneFigure({ title, frame, rule, point, onPoint }: LaneFigureProps): JSX.Element {
  const scene = sceneOf(frame, rule)
  const plane = useMemo(() => planePanel(scene, size), [frame, rule])
  const circle = useMemo(() => circlePanel(scene, size), [frame, rule])
  const marked = point === undefined ? undefined : markAt(scene, frame, point)
  const onMove = (event: TargetedPointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = {
      x: ((event.clientX - box.left) / box.width) * size,
      y: ((event.clientY - box.top) / box.height) * size,
    }
    const place = planePlace(scene, size)
    const found = nearestPoint(frame, 2, ([x = 0, y = 0]) => place(x, y), at, 16)
    if (found !== undefined) onPoint(found)
  }
  return (
    <div class="panels">
      <svg
        class="plane"
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`${title}: features in the plane`}
        text-anchor="middle"
        font-size="13"
        onPointerMove={onMove}
        onPointerDown={onMove}
      >
        <g dangerouslySetInnerHTML={{ __html: plane }} />
        {marked === undefined ? null : (
          <circle cx={marked.x} cy={marked.y} r="7" fill="none" stroke={paint('ink')} stroke-width="2" />
        )}
      </svg>
      <svg
        class="circle"
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`${title}: directions of the features on the circle`}
        text-anchor="middle"
        font-size="13"
      >
        <g dangerouslySetInnerHTML={{ __html: circle }} />
        {point === undefined ? null : <Direction frame={frame} point={point} />}
      </svg>
    </div>
  )
}

const markAt = (scene: Scene, frame: LaneFrame, { set, row }: Point): Spot => {
  const { features } = frame[set]
  return planePlace(scene, size)(features[2 * row] ?? 0, features[2 * row + 1] ?? 0)
}

/** Where the point that is looked at lies on the circle. */
function Direction({ frame, point }: { readonly frame: LaneFrame; readonly point: Point }): JSX.Element {
  const { features } = frame[point.set]
  const [x, y] = [features[2 * point.row] ?? 0, features[2 * point.row + 1] ?? 0]
  const length = Math.hypot(x, y) || 1
  const radius = size * 0.36
  return (
    <circle
      cx={size / 2 + (radius * x) / length}
      cy={size / 2 - (radius * y) / length}
      r="6"
      fill="none"
      stroke={paint('ink')}
      stroke-width="2"
    />
  )
}
