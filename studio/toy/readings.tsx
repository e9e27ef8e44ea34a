/** @file What the pictures show, in numbers, and how it came about. */
import type { JSX } from 'preact'
import { fixed, percent, short } from '../../src/plot/format.ts'
import { curvePane } from '../../src/plot/curve-pane.ts'
import { paint, type ColourName } from '../../src/plot/palette.ts'
import type { PaneFigure } from '../../src/plot/pane.ts'
import { lossNames } from '../losses.ts'
import type { LaneMoment, LaneView } from './experiment.ts'

interface Reading {
  readonly id: string
  readonly name: string
  readonly meaning: string
  readonly of: (lane: LaneView) => number
  readonly shown: (value: number) => string
  /** What its curve measures. */
  readonly axis: string
  /** Of the curve; absent where none is drawn. */
  readonly at?: (moment: LaneMoment) => number
}

const degrees = (value: number): string => `${fixed(value, 1)}°`

const readings: readonly Reading[] = [
  {
    id: 'error',
    name: 'Held-out error',
    meaning: 'share of pictures never trained on that another person wins',
    of: ({ frame }) => frame.heldOut.error,
    shown: (value) => percent(value),
    axis: 'share of pictures',
    at: ({ error }) => error,
  },
  {
    id: 'spread',
    name: 'Spread within a person',
    meaning: 'root mean square angle to the mean direction of the person, pictures trained on',
    of: ({ frame }) => frame.train.withinSpread,
    shown: degrees,
    axis: 'angle',
    at: ({ spread }) => spread,
  },
  {
    id: 'between',
    name: 'Nearest two people',
    meaning: 'smallest angle between the mean directions of two people, pictures trained on',
    of: ({ frame }) => frame.train.smallestBetween,
    shown: degrees,
    axis: 'angle',
    at: ({ between }) => between,
  },
  {
    id: 'loss',
    name: 'Loss',
    meaning: 'mean over the last updates; two losses cannot be compared by it',
    of: ({ losses }) => {
      const last = losses.slice(-20)
      return last.reduce((sum, loss) => sum + loss, 0) / last.length
    },
    shown: (value) => (Number.isNaN(value) ? '–' : short(value)),
    axis: 'loss, running mean',
  },
]

/** The colours of the two trainings' curves. */
export const laneColours: readonly ColourName[] = ['orange', 'blue']

/** The curves as a figure with axes, for a file. */
export function curvesFigure(lanes: readonly LaneView[]): PaneFigure {
  const named = lanes.map(({ loss }) => lossNames[loss])
  const panes = readings.map(({ name, axis, shown, at }) =>
    curvePane({
      title: name,
      x: 'updates',
      y: axis,
      format: shown,
      curves: lanes.map(({ history, losses }, index) => ({
        name: named[index] ?? '',
        colour: laneColours[index] ?? 'ink',
        dashed: index === 0,
        points:
          at === undefined
            ? smoothed(losses).map((y, x) => ({ x: x + 1, y }))
            : history.map((moment) => ({ x: moment.iteration, y: at(moment) })),
      })),
    }),
  )
  return {
    name: 'curves',
    caption: {
      title: `How it came about: ${named.join(' and ')}`,
      description: panes.map(({ caption }) => `${caption.title}: ${caption.description ?? ''}`).join('. '),
    },
    panes,
    columns: 2,
  }
}

/** The readings of one or two trainings, side by side. */
export function Readings({ lanes }: { readonly lanes: readonly LaneView[] }): JSX.Element {
  return (
    <table class="readings">
      <thead>
        <tr>
          <td />
          {lanes.map(({ loss }, lane) => (
            <th scope="col" key={lane} style={{ color: paint(laneColours[lane] ?? 'ink') }}>
              {lossNames[loss]}
            </th>
          ))}
          <td class="wide" />
        </tr>
      </thead>
      <tbody>
        {readings.map(({ id, name, meaning, of, shown, at }) => (
          <tr key={id}>
            <th scope="row">
              {name}
              <small>{meaning}</small>
            </th>
            {lanes.map((lane, index) => (
              <td key={index} data-reading={`${id}-${index}`} data-value={of(lane)}>
                {shown(of(lane))}
              </td>
            ))}
            <td class="wide">
              {at === undefined ? (
                <Curves series={lanes.map(({ losses }) => smoothed(losses))} isRelative />
              ) : (
                <Curves series={lanes.map(({ history }) => history.map(at))} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const smoothed = (losses: readonly number[]): number[] => {
  let mean = losses[0] ?? 0
  return losses.map((loss) => (mean = 0.9 * mean + 0.1 * loss))
}

const [width, height] = [150, 34]

interface CurvesProps {
  readonly series: readonly (readonly number[])[]
  /** Each against its own largest value. */
  readonly isRelative?: boolean
}

/** Small curves over the updates; the numbers stand beside them. */
function Curves({ series, isRelative = false }: CurvesProps): JSX.Element {
  const top = Math.max(1e-9, ...series.flat())
  return (
    <svg class="curves" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {series.map((values, index) => {
        const most = isRelative ? Math.max(1e-9, ...values) : top
        const stride = Math.max(1, Math.floor(values.length / width))
        const points = values
          .map((value, at) => [at, value] as const)
          .filter(([at]) => at % stride === 0 || at === values.length - 1)
          .map(
            ([at, value]) =>
              `${((at / Math.max(1, values.length - 1)) * width).toFixed(1)},${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`,
          )
        return (
          <polyline
            key={index}
            points={points.join(' ')}
            fill="none"
            stroke={paint(laneColours[index] ?? 'ink')}
            stroke-width="1.6"
            {...(index === 0 ? { 'stroke-dasharray': '4,2' } : {})}
          />
        )
      })}
    </svg>
  )
}
