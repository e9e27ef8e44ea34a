/** @file Fig 2 for any loss: the regions of two classes and the margin between them, as an SVG. */
import { paint, standalone, type ColourName } from '../plot/palette.ts'
import { decisions, type Region, type TwoClasses } from './boundary.ts'
import { type Grid, inside, outline } from './region-outline.ts'
import type { LossSettings } from './head.ts'
import { lossByName } from './registry.ts'

/** What the axes show: cos θ_1 and cos θ_2, or θ_1 and θ_2. */
export type BoundaryAxes = 'cosine' | 'angle'

const range = (axes: BoundaryAxes): readonly [number, number] => (axes === 'cosine' ? [-1, 1] : [0, Math.PI])

const gridOf = (settings: LossSettings, axes: BoundaryAxes, two: TwoClasses, count: number): Grid => {
  const [low, high] = range(axes)
  const at = (index: number): number => low + ((high - low) * index) / (count - 1)
  const cosine = (index: number): number => (axes === 'cosine' ? at(index) : Math.cos(at(index)))
  const pairs = new Float64Array(count * count * 2)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) pairs.set([cosine(i), cosine(j)], (i * count + j) * 2)
  }
  return { count, ...decisions(settings, pairs, two) }
}

const fills: readonly { readonly region: Region; readonly colour: ColourName; readonly opacity: number }[] = [
  { region: 'first', colour: 'blue', opacity: 0.3 },
  { region: 'second', colour: 'orange', opacity: 0.3 },
  { region: 'both', colour: 'purple', opacity: 0.45 },
  { region: 'neither', colour: 'grey', opacity: 0.4 },
]

const side = 260
const left = 52
const top = 40

const label = (x: number, y: number, text: string, extra = ''): string =>
  `<text x="${x}" y="${y}" text-anchor="middle" ${extra}>${text}</text>`

const axisTicks: { readonly [K in BoundaryAxes]: readonly (readonly [number, string])[] } = {
  cosine: [
    [0, '−1'],
    [0.5, '0'],
    [1, '1'],
  ],
  angle: [
    [0, '0°'],
    [0.5, '90°'],
    [1, '180°'],
  ],
}

const frame = (axes: BoundaryAxes): string => {
  const ticks = axisTicks[axes].map(([share, text]) => {
    const [x, y] = [left + share * side, top + (1 - share) * side]
    return (
      label(x, top + side + 17, text) + `<text x="${left - 7}" y="${y + 4}" text-anchor="end">${text}</text>`
    )
  })
  const [first, second] = axes === 'cosine' ? ['cos θ₁', 'cos θ₂'] : ['θ₁', 'θ₂']
  return [
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${paint('faint')}"/>`,
    ...ticks,
    label(left + side / 2, top + side + 35, first),
    label(16, top + side / 2, second, `transform="rotate(-90 16 ${top + side / 2})"`),
  ].join('')
}

const legend: Readonly<Record<Region, string>> = {
  first: 'class 1',
  second: 'class 2',
  both: 'either class',
  neither: 'margin: neither class',
}

/** Names each region at the middle of its points, where it is large enough to hold its name. */
const names = (grid: Grid): string => {
  const { count, first, second } = grid
  return fills
    .map(({ region }) => {
      let [x, y, points] = [0, 0, 0]
      for (let at = 0; at < count * count; at++) {
        if (inside[region](first[at] ?? 0, second[at] ?? 0) <= 0) continue
        x += Math.floor(at / count)
        y += at % count
        points++
      }
      if (points < 0.02 * count * count || region === 'neither' || region === 'both') return ''
      const unit = side / (count - 1)
      return label(
        left + (x / points) * unit,
        top + side - (y / points) * unit,
        legend[region],
        `fill="${paint('ink')}"`,
      )
    })
    .join('')
}

const key = (grid: Grid): string => {
  const { first, second } = grid
  const present = (['neither', 'both'] as const).filter((region) =>
    first.some((value, at) => inside[region](value, second[at] ?? 0) > 1e-9),
  )
  return present
    .map((region, index) => {
      const fill = fills.find((entry) => entry.region === region)
      const y = top + side + 52 + index * 18
      return (
        `<rect x="${left}" y="${y}" width="12" height="12" fill="${paint(fill?.colour ?? 'grey')}" fill-opacity="${fill?.opacity ?? 1}"/>` +
        `<text x="${left + 18}" y="${y + 10}">${legend[region]}</text>`
      )
    })
    .join('')
}

/** What is drawn besides the loss. */
export interface BoundaryPicture extends TwoClasses {
  readonly axes: BoundaryAxes
  /** A line of text above. */
  readonly title?: string
}

/**
 * The decision regions of two classes under a loss, drawn from the loss's own definition; the dashed line is
 * θ_1 = θ_2, the boundary of normalised softmax.
 */
export function boundaryPicture(settings: LossSettings, { axes, title, ...two }: BoundaryPicture): string {
  const grid = gridOf(settings, axes, two, 121)
  const shapes = fills
    .map(({ region, colour, opacity }) => {
      const path = outline(grid, region, side)
      return path === '' ? '' : `<path d="${path}" fill="${paint(colour)}" fill-opacity="${opacity}"/>`
    })
    .join('')
  const heading = title ?? lossByName(settings.name).title
  const dashes = `<path d="M0,${side}L${side},0" stroke="${paint('ink')}" stroke-dasharray="5 4" fill="none"/>`
  const [width, height] = [left + side + 24, top + side + 92]
  return standalone(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="system-ui, sans-serif" font-size="13" fill="${paint('soft')}"><title>${heading}</title>` +
      `<text x="${left}" y="22" fill="${paint('ink')}">${heading}</text>` +
      `<g transform="translate(${left} ${top})">${shapes}${dashes}</g>${frame(axes)}${names(grid)}${key(grid)}</svg>\n`,
  )
}
