/** @file A limit as a chart: where a setting can work and where it cannot, with the current setting marked. */
import { type ChartAxis, type ChartFrame, chartFrame } from './chart-frame.ts'
import { type Box, hatching } from './hatch.ts'
import { type Spot, textWidth } from './labels.ts'
import type { XY } from './xy.ts'
import { paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { circle, cross, polygon, polyline, words } from './shapes.ts'

/** Another curve of the chart, named where it ends or at `nameAt`. */
export interface BoundCurve {
  readonly name: string
  readonly points: readonly XY[]
  readonly dashed?: boolean
  /** The x value at which the name stands. @defaultValue the last point's */
  readonly nameAt?: number
}

/** What is drawn. */
export interface BoundChart {
  readonly title: string
  readonly x: ChartAxis
  readonly y: ChartAxis
  /** The limit, by rising x; straight between points. */
  readonly limit: readonly XY[]
  /** What stands beside the limit, and at which x. @defaultValue its last point's */
  readonly limitName: { readonly text: string; readonly at?: number }
  /** On which side of the limit a setting can work. */
  readonly works: 'above' | 'below'
  /** Words in the two areas. */
  readonly can: string
  readonly cannot: string
  readonly curves: readonly BoundCurve[]
  /** Upright lines where one regime gives way to the next, with the names of both. */
  readonly rules: readonly { readonly at: number; readonly before: string; readonly after: string }[]
  /** The current setting, its name, and a sentence on it. */
  readonly current: XY & { readonly name: string; readonly sentence: string }
}

/** A drawn chart, where its marked setting lies, and the values of a pixel. */
export interface BoundPane extends Pane {
  readonly spot: Spot
  readonly valuesAt: ChartFrame['valuesAt']
}

/** The limit at `x` by its neighbours, along the axis as drawn. */
export function limitAt(chart: Pick<BoundChart, 'limit' | 'x'>, x: number): number {
  const bend = chart.x.bend?.forward ?? ((value: number) => value)
  const { limit } = chart
  const after = limit.findIndex((point) => point.x >= x)
  if (after === 0) return limit[0]?.y ?? NaN
  if (after < 0) return limit.at(-1)?.y ?? NaN
  const [a, b] = [limit[after - 1], limit[after]]
  if (a === undefined || b === undefined) return NaN
  const share = (bend(x) - bend(a.x)) / (bend(b.x) - bend(a.x))
  return a.y + (b.y - a.y) * share
}

const size = { width: 330, height: 320 }

/** Draws the areas, the limit, the other curves and the current setting. */
export function boundPane(chart: BoundChart): BoundPane {
  const frame = chartFrame(chart.x, chart.y, size, { left: 46, right: 22, top: 50, bottom: 68 })
  const { area, place } = frame
  const held = (point: XY): Spot => place(point.x, Math.max(chart.y.from, Math.min(chart.y.to, point.y)))
  const line = chart.limit.map(held)
  const inCan = ({ x, y }: XY): boolean =>
    chart.works === 'above' ? y >= limitAt(chart, x) : y <= limitAt(chart, x)
  const edge = chart.works === 'above' ? chart.y.to : chart.y.from
  const opposite = chart.works === 'above' ? chart.y.from : chart.y.to
  const closed = (y: number): Spot[] => [...line, place(chart.x.to, y), place(chart.x.from, y)]
  const { current } = chart
  const spot = held(current)
  const works = inCan(current)
  const colour = works ? paint('blue') : paint('orange')
  const small = { 'font-size': 12 }
  const mark = works
    ? circle(spot, 6, { fill: colour, stroke: paint('surface'), 'stroke-width': 2 })
    : circle(spot, 7, { fill: paint('surface'), stroke: colour, 'stroke-width': 2 }) +
      `<path d="${cross(spot, 4)}" stroke="${colour}" stroke-width="2" fill="none"/>`
  const isRight = spot.x + 16 + textWidth(current.name) < area.x + area.width
  const nameWidth = textWidth(current.name) + 24
  const taken = {
    x: isRight ? spot.x - 8 : spot.x - nameWidth,
    y: spot.y - 9,
    width: nameWidth + 8,
    height: 18,
  }
  return {
    spot,
    valuesAt: frame.valuesAt,
    markup: [
      polygon(closed(edge), { fill: paint('blue'), 'fill-opacity': 0.14 }),
      polygon(closed(opposite), { fill: paint('orange'), 'fill-opacity': 0.14 }),
      hatching(area, (at) => !inCan(frame.valuesAt(at)), { colour: paint('orange'), opacity: 0.5 }),
      frame.markup,
      ...chart.rules.map((rule) => drawnRule(rule, frame)),
      ...chart.curves.map((curve) => drawnCurve(curve, held, area, (x) => frame.down(limitAt(chart, x)))),
      polyline(line, { stroke: paint('ink'), 'stroke-width': 2 }),
      nameBeside(chart.limitName.text, chart.limit, chart.limitName.at, held, area, false),
      ...areaLabels(chart, frame, taken),
      mark,
      words(
        current.name,
        { x: spot.x + (isRight ? 16 : -16), y: spot.y },
        { 'font-weight': 600, fill: colour, 'text-anchor': isRight ? 'start' : 'end' },
      ),
      words(chart.title, { x: size.width / 2, y: 12 }, { 'font-weight': 600 }),
      words(current.sentence, { x: size.width / 2, y: size.height - 12 }, { ...small, fill: colour }),
    ].join(''),
    size,
    caption: {
      title: chart.title,
      description: `${current.name}: ${current.sentence} It ${works ? 'can' : 'cannot'} work.`,
    },
  }
}

const drawnRule = (
  { at, before, after }: BoundChart['rules'][number],
  { area, across }: ChartFrame,
): string => {
  const x = across(at)
  const look = { 'font-size': 12, fill: paint('soft') }
  const y = area.y + 10
  const fitsBefore = x - 10 - textWidth(before) > area.x
  const fitsAfter = x + 10 + textWidth(after) < area.x + area.width
  return (
    polyline(
      [
        { x, y: area.y },
        { x, y: area.y + area.height },
      ],
      { stroke: paint('soft'), 'stroke-dasharray': '2,3' },
    ) +
    (fitsBefore ? words(before, { x: x - 5, y }, { ...look, 'text-anchor': 'end' }) : '') +
    (fitsAfter ? words(after, { x: x + 5, y }, { ...look, 'text-anchor': 'start' }) : '')
  )
}

const drawnCurve = (
  { name, points, dashed, nameAt }: BoundCurve,
  held: (point: XY) => Spot,
  area: ChartFrame['area'],
  limitDown: (x: number) => number,
): string => {
  const last = points.at(-1)
  const isBelow = last !== undefined && held(last).y > limitDown(last.x) && nameAt === undefined
  return (
    polyline(points.map(held), {
      stroke: paint('soft'),
      'stroke-width': 1.2,
      ...(dashed === true ? { 'stroke-dasharray': '5,3' } : {}),
    }) + nameBeside(name, points, nameAt, held, area, isBelow)
  )
}

/** A curve's name above it, or below; at its end where no x is given. */
const nameBeside = (
  name: string,
  points: readonly XY[],
  at: number | undefined,
  held: (point: XY) => Spot,
  area: ChartFrame['area'],
  isBelow: boolean,
): string => {
  const named = points.find((point) => point.x >= (at ?? Infinity)) ?? points.at(-1)
  if (named === undefined) return ''
  const spot = held(named)
  const isEnd = spot.x > area.x + area.width - 30
  return words(
    name,
    { x: isEnd ? area.x + area.width - 3 : spot.x + 4, y: spot.y + (isBelow ? 9 : -8) },
    { 'font-size': 12, fill: paint('soft'), 'text-anchor': isEnd ? 'end' : 'start' },
  )
}

/** Each area's words in its tallest part, off the edges and off the current setting's name. */
function areaLabels(chart: BoundChart, frame: ChartFrame, taken: Box): string[] {
  const { area } = frame
  const limitDown = (at: number): number => {
    const limit = limitAt(chart, frame.valuesAt({ x: at, y: area.y }).x)
    return frame.down(Math.max(chart.y.from, Math.min(chart.y.to, limit)))
  }
  const placed = (isCan: boolean): string => {
    const text = isCan ? chart.can : chart.cannot
    const half = textWidth(text) / 2
    const isUpper = isCan === (chart.works === 'above')
    // curves are named at the right edge
    const right =
      area.x +
      area.width -
      Math.max(4, ...chart.curves.map(({ name, nameAt }) => (nameAt === undefined ? textWidth(name) : 0)))
    let best: { readonly spot: Spot; readonly room: number } | undefined
    for (let x = area.x + half + 4; x <= right - half; x += 6) {
      // the area is as tall as its least part under the words
      const edges = [x - half, x, x + half].map(limitDown)
      const [from, to] = isUpper ? [area.y, Math.min(...edges)] : [Math.max(...edges), area.y + area.height]
      for (const share of [0.5, 0.25, 0.75]) {
        const y = from + (to - from) * share
        const isTaken =
          Math.abs(y - taken.y - taken.height / 2) < taken.height / 2 + 14 &&
          x + half > taken.x &&
          x - half < taken.x + taken.width
        const room = Math.min(y - from, to - y)
        if (!isTaken && room > (best?.room ?? 9)) best = { spot: { x, y }, room }
      }
    }
    if (best === undefined) return ''
    return words(text, best.spot, { 'font-weight': 600, fill: paint(isCan ? 'blue' : 'orange') })
  }
  return [placed(true), placed(false)]
}
