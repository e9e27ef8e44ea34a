/** @file A figure over a swept setting (Fig 5): mean and spread over seeds, a bound, and where training does not converge. */
import { type ChartAxis, chartFrame } from './chart-frame.ts'
import { hatching } from './hatch.ts'
import { textWidth, type Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { circle, coordinate, polyline, words } from './shapes.ts'

/** One value of the setting. */
export interface SweepPoint {
  readonly x: number
  /** What each seed came to; empty where none came to anything. */
  readonly values: readonly number[]
  /** Seeds that did not converge, seeds that did so insufficiently, and of how many. */
  readonly failed: number
  readonly insufficient: number
  readonly of: number
}

/** What is drawn. */
export interface SweepChart {
  readonly title: string
  readonly x: ChartAxis
  readonly y: ChartAxis
  /** By rising x. */
  readonly points: readonly SweepPoint[]
  /** A line across; what lies on its wrong side is shaded. */
  readonly bound?: { readonly at: number; readonly label: string; readonly works: 'above' | 'below' }
}

const size = { width: 560, height: 360 }

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const deviationOf = (values: readonly number[]): number => {
  const centre = meanOf(values)
  return values.length < 2
    ? 0
    : Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

const cross = ({ x, y }: Spot, colour: string): string =>
  `<path d="M${coordinate(x - 5)},${coordinate(y - 5)}l10,10m0,-10l-10,10" stroke="${colour}" stroke-width="2.2" fill="none"/>`

/** Where the neighbourhood of each point ends, in pixels. */
const edges = (
  places: readonly number[],
  low: number,
  high: number,
): readonly (readonly [number, number])[] =>
  places.map((at, i) => {
    const [before, after] = [places[i - 1], places[i + 1]]
    return [before === undefined ? low : (before + at) / 2, after === undefined ? high : (at + after) / 2]
  })

/** Draws means with their spread, every seed as a dot, failures as crosses in hatched bands. */
export function sweepPane(chart: SweepChart): Pane {
  const frame = chartFrame(chart.x, chart.y, size, { left: 58, right: 18, top: 66, bottom: 46 })
  const { area, across, down } = frame
  const bottom = area.y + area.height
  const held = (value: number): number => down(Math.max(chart.y.from, Math.min(chart.y.to, value)))
  const bands = edges(
    chart.points.map(({ x }) => across(x)),
    area.x,
    area.x + area.width,
  )
  const orange = paint('orange')
  const band = ([from, to]: readonly [number, number], isFailed: boolean): string =>
    hatching(
      { x: from, y: area.y, width: to - from, height: area.height },
      () => true,
      isFailed
        ? { colour: orange, opacity: 0.6 }
        : { colour: paint('amber'), opacity: 0.5, gap: 12, lean: 'falling' },
    )
  const shaded = chart.points.map(({ failed, insufficient }, i) => {
    const edge = bands[i]
    if (edge === undefined || failed + insufficient === 0) return ''
    return band(edge, failed > 0)
  })
  const measured = chart.points.filter(({ values }) => values.length > 0)
  const mean = measured.map(({ x, values }): Spot => ({ x: across(x), y: held(meanOf(values)) }))
  const marks = chart.points.flatMap(({ x, values, failed, insufficient }) => {
    const at = across(x)
    const colour = failed > 0 ? orange : insufficient > 0 ? paint('amber') : paint('blue')
    if (values.length === 0) return [cross({ x: at, y: bottom - 10 }, orange)]
    const [centre, spread] = [meanOf(values), deviationOf(values)]
    const whisker = polyline(
      [
        { x: at, y: held(centre - spread) },
        { x: at, y: held(centre + spread) },
      ],
      { stroke: colour, 'stroke-width': 7, 'stroke-opacity': 0.35, 'stroke-linecap': 'round' },
    )
    const seeds = values.map((value) =>
      circle({ x: at, y: held(value) }, 2, { fill: colour, 'fill-opacity': 0.7 }),
    )
    const head =
      failed > 0
        ? cross({ x: at, y: held(centre) }, orange)
        : circle({ x: at, y: held(centre) }, 4.5, {
            fill: insufficient > 0 ? paint('surface') : colour,
            stroke: colour,
            'stroke-width': 2,
          })
    return [whisker, ...seeds, head]
  })
  return {
    size,
    markup: [
      ...boundMarks(chart, frame),
      ...shaded,
      frame.markup,
      boundLine(chart, frame),
      polyline(mean, { stroke: paint('blue'), 'stroke-width': 1.8 }),
      ...marks,
      words(chart.title, { x: size.width / 2, y: 14 }, { 'font-weight': 600 }),
      legend(chart),
    ].join(''),
    caption: { title: chart.title, description: describe(chart) },
  }
}

type Frame = ReturnType<typeof chartFrame>

const isInside = ({ x, bound }: SweepChart): boolean =>
  bound !== undefined && bound.at >= x.from && bound.at <= x.to

/** The wrong side of the bound. */
const boundMarks = (chart: SweepChart, { area, across }: Frame): string[] => {
  const { bound, x } = chart
  if (bound === undefined) return []
  const at = across(Math.max(x.from, Math.min(x.to, bound.at)))
  const [from, to] = bound.works === 'above' ? [area.x, at] : [at, area.x + area.width]
  if (to - from < 0.5) return []
  return [
    `<rect x="${coordinate(from)}" y="${coordinate(area.y)}" width="${coordinate(to - from)}" height="${coordinate(area.height)}" fill="${paint('grey')}" fill-opacity="0.16"/>`,
  ]
}

const boundLine = (chart: SweepChart, { area, across }: Frame): string => {
  const { bound } = chart
  if (bound === undefined) return ''
  const small = { 'font-size': 12, fill: paint('soft') }
  if (!isInside(chart)) {
    return words(
      `${bound.label}, outside the picture`,
      { x: area.x + area.width, y: area.y - 8 },
      { ...small, 'text-anchor': 'end' },
    )
  }
  const at = across(bound.at)
  const isRight = at + 8 + textWidth(bound.label) > area.x + area.width
  return (
    polyline(
      [
        { x: at, y: area.y - 14 },
        { x: at, y: area.y + area.height },
      ],
      { stroke: paint('ink'), 'stroke-width': 1.6, 'stroke-dasharray': '5,3' },
    ) +
    words(
      bound.label,
      { x: at + (isRight ? -6 : 6), y: area.y - 8 },
      { ...small, 'text-anchor': isRight ? 'end' : 'start' },
    )
  )
}

const legend = ({ points }: SweepChart): string => {
  const parts: { readonly mark: (at: Spot) => string; readonly text: string }[] = []
  if (points.some(({ failed }) => failed > 0))
    parts.push({ mark: (at) => cross(at, paint('orange')), text: 'does not converge' })
  if (points.some(({ insufficient }) => insufficient > 0))
    parts.push({
      mark: (at) => circle(at, 4.5, { fill: paint('surface'), stroke: paint('amber'), 'stroke-width': 2 }),
      text: 'converges insufficiently',
    })
  if (points.some(({ values }) => values.length > 1))
    parts.push({
      mark: (at) => circle(at, 2, { fill: paint('blue') }),
      text: 'one seed; the bar is ± one standard deviation',
    })
  let x = 58
  return parts
    .map(({ mark, text }) => {
      const at = x
      x += 24 + textWidth(text) * 0.86
      return (
        mark({ x: at + 5, y: 36 }) +
        words(text, { x: at + 15, y: 36 }, { 'font-size': 12, fill: paint('soft'), 'text-anchor': 'start' })
      )
    })
    .join('')
}

const describe = ({ points, bound, y }: SweepChart): string =>
  [
    ...points.map(({ x, values, failed, insufficient, of }) => {
      const value = values.length === 0 ? 'no result' : y.format(meanOf(values))
      const trouble =
        failed > 0
          ? `, ${failed} of ${of} do not converge`
          : insufficient > 0
            ? `, ${insufficient} of ${of} insufficiently`
            : ''
      return `${x}: ${value}${trouble}`
    }),
    ...(bound === undefined ? [] : [bound.label]),
  ].join('; ')
