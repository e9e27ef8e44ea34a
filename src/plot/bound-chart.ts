/** @file A limit as a chart: where a setting can work and where it cannot, with the current setting marked. */
import { type ChartAxis, type ChartFrame, chartFrame } from './chart-frame.ts'
import { hatching } from './hatch.ts'
import { boxOf, crosses, type Drawn, type Label, overlap, placeName } from './label-place.ts'
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
  const curves = chart.curves.map((one) => one.points.map(held))
  const names = [
    ...chart.curves.map((one) => curveName(one, held, area, (x) => frame.down(limitAt(chart, x)))),
    nameBeside(chart.limitName.text, chart.limit, chart.limitName.at, held, area, false),
    ...chart.rules.flatMap((rule) => ruleNames(rule, frame)),
  ].filter((label) => label !== undefined)
  const uprights = chart.rules.map(({ at }) => upright(frame, at))
  const nameBoxes = names.map(boxOf)
  const name = placeName(current.name, spot, area, {
    lines: [line, ...curves, ...uprights],
    boxes: nameBoxes,
  })
  const markBox = { x: spot.x - 9, y: spot.y - 9, width: 18, height: 18 }
  const drawn = { lines: [...curves, ...uprights], boxes: [...nameBoxes, boxOf(name), markBox] }
  return {
    spot,
    valuesAt: frame.valuesAt,
    markup: [
      polygon(closed(edge), { fill: paint('blue'), 'fill-opacity': 0.14 }),
      polygon(closed(opposite), { fill: paint('orange'), 'fill-opacity': 0.14 }),
      hatching(area, (at) => !inCan(frame.valuesAt(at)), { colour: paint('orange'), opacity: 0.5 }),
      frame.markup,
      ...uprights.map((points) => polyline(points, { stroke: paint('soft'), 'stroke-dasharray': '2,3' })),
      ...chart.curves.map(({ dashed }, index) =>
        polyline(curves[index] ?? [], {
          stroke: paint('soft'),
          'stroke-width': 1.2,
          ...(dashed === true ? { 'stroke-dasharray': '5,3' } : {}),
        }),
      ),
      polyline(line, { stroke: paint('ink'), 'stroke-width': 2 }),
      ...names.map((label) =>
        words(label.text, label.spot, { ...small, fill: paint('soft'), 'text-anchor': label.anchor }),
      ),
      ...areaLabels(chart, frame, drawn),
      mark,
      words(name.text, name.spot, { 'font-weight': 600, fill: colour, 'text-anchor': name.anchor }),
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

const upright = ({ area, across }: ChartFrame, at: number): Spot[] => [
  { x: across(at), y: area.y },
  { x: across(at), y: area.y + area.height },
]

/** The regimes' names at the top of their line, where they fit. */
const ruleNames = (
  { at, before, after }: BoundChart['rules'][number],
  { area, across }: ChartFrame,
): Label[] => {
  const x = across(at)
  const y = area.y + 10
  const fitsBefore = x - 10 - textWidth(before) > area.x
  const fitsAfter = x + 10 + textWidth(after) < area.x + area.width
  return [
    ...(fitsBefore ? [{ text: before, spot: { x: x - 5, y }, anchor: 'end' as const }] : []),
    ...(fitsAfter ? [{ text: after, spot: { x: x + 5, y }, anchor: 'start' as const }] : []),
  ]
}

const curveName = (
  { name, points, nameAt }: BoundCurve,
  held: (point: XY) => Spot,
  area: ChartFrame['area'],
  limitDown: (x: number) => number,
): Label | undefined => {
  const last = points.at(-1)
  const isBelow = last !== undefined && held(last).y > limitDown(last.x) && nameAt === undefined
  return nameBeside(name, points, nameAt, held, area, isBelow)
}

/** A curve's name above it, or below; at its end where no x is given. */
const nameBeside = (
  text: string,
  points: readonly XY[],
  at: number | undefined,
  held: (point: XY) => Spot,
  area: ChartFrame['area'],
  isBelow: boolean,
): Label | undefined => {
  const named = points.find((point) => point.x >= (at ?? Infinity)) ?? points.at(-1)
  if (named === undefined || text === '') return undefined
  const spot = held(named)
  const isEnd = spot.x > area.x + area.width - 30
  return {
    text,
    spot: { x: isEnd ? area.x + area.width - 3 : spot.x + 4, y: spot.y + (isBelow ? 9 : -8) },
    anchor: isEnd ? 'end' : 'start',
  }
}

/** Each area's words in its tallest part, off other words, and off lines where that can be. */
function areaLabels(chart: BoundChart, frame: ChartFrame, { lines, boxes }: Drawn): string[] {
  const { area } = frame
  const limitDown = (at: number): number => {
    const limit = limitAt(chart, frame.valuesAt({ x: at, y: area.y }).x)
    return frame.down(Math.max(chart.y.from, Math.min(chart.y.to, limit)))
  }
  const placed = (isCan: boolean): string => {
    const text = isCan ? chart.can : chart.cannot
    const half = textWidth(text) / 2
    const isUpper = isCan === (chart.works === 'above')
    let best: { readonly spot: Spot; readonly room: number } | undefined
    for (let x = area.x + half + 4; x <= area.x + area.width - half - 4; x += 6) {
      // the area is as tall as its least part under the words
      const edges = [x - half, x, x + half].map(limitDown)
      const [from, to] = isUpper ? [area.y, Math.min(...edges)] : [Math.max(...edges), area.y + area.height]
      for (const share of [0.5, 0.35, 0.65, 0.2, 0.8]) {
        const spot = { x, y: from + (to - from) * share }
        const box = boxOf({ text, spot, anchor: 'middle' })
        if (boxes.some((other) => overlap(other, box, 5))) continue
        const room = Math.min(spot.y - from, to - spot.y)
        if (room <= 9) continue
        // any place off the lines is better than one on them
        const worth = room - (lines.some((line) => crosses(line, box)) ? 1000 : 0)
        if (worth > (best?.room ?? -Infinity)) best = { spot, room: worth }
      }
    }
    if (best === undefined) return ''
    return words(text, best.spot, { 'font-weight': 600, fill: paint(isCan ? 'blue' : 'orange') })
  }
  return [placed(true), placed(false)]
}
