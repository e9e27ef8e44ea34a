/** @file SVG pieces for figures that are drawn by hand; numbers to hundredths of a pixel. */
import { escapeXml } from './svg.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'

/** A number as it stands in a path: at most two decimals. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)))
}

const at = ({ x, y }: Spot): string => `${coordinate(x)},${coordinate(y)}`

/** Attributes of a shape; names as in SVG. */
export type Look = Readonly<Record<string, string | number>>

const attributes = (look: Look): string =>
  Object.entries(look)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`)
    .join('')

/** A closed area. */
export function polygon(corners: readonly Spot[], look: Look): string {
  return corners.length < 3 ? '' : `<path d="M${corners.map(at).join('L')}Z"${attributes(look)}/>`
}

/** An open line through points. */
export function polyline(points: readonly Spot[], look: Look): string {
  return points.length < 2 ? '' : `<path d="M${points.map(at).join('L')}" fill="none"${attributes(look)}/>`
}

/** A circle. */
export function circle(centre: Spot, radius: number, look: Look): string {
  return `<circle cx="${coordinate(centre.x)}" cy="${coordinate(centre.y)}" r="${coordinate(radius)}"${attributes(look)}/>`
}

/** Many equal dots as one path, each a stroke of no length with round ends. */
export function dots(points: readonly Spot[], radius: number, colour: string, opacity: number): string {
  if (points.length === 0) return ''
  const path = points.map((point) => `M${at(point)}h0`).join('')
  return `<path d="${path}" fill="none" stroke="${escapeXml(colour)}" stroke-opacity="${opacity}" stroke-width="${coordinate(2 * radius)}" stroke-linecap="round"/>`
}

/** A diagonal cross as a stretch of a path, `half` pixels to each side. */
export function cross({ x, y }: Spot, half: number): string {
  const whole = coordinate(2 * half)
  return `M${coordinate(x - half)},${coordinate(y - half)}l${whole},${whole}m0,-${whole}l-${whole},${whole}`
}

/** Rings of 3 pixels as one path, told from dots without colour. */
export function rings(points: readonly Spot[], colour: string, opacity: number = 1): string {
  if (points.length === 0) return ''
  const path = points.map(({ x, y }) => `M${coordinate(x - 3)},${coordinate(y)}a3,3 0 1,0 6,0a3,3 0 1,0 -6,0`)
  const look = opacity === 1 ? '' : ` opacity="${coordinate(opacity)}"`
  return `<path d="${path.join('')}" fill="${paint('surface')}" stroke="${escapeXml(colour)}" stroke-width="1.4"${look}/>`
}

/** Words; with a rim of the ground's colour so that they are read over lines. */
export function words(text: string, { x, y }: Spot, look: Look = {}): string {
  const rim = {
    stroke: paint('surface'),
    'stroke-width': 3,
    'paint-order': 'stroke',
    'stroke-linejoin': 'round',
  }
  return `<text x="${coordinate(x)}" y="${coordinate(y)}" dy="0.35em"${attributes({ fill: paint('ink'), ...rim, ...look })}>${escapeXml(text)}</text>`
}

/** An arrow; nothing where it would have no length. */
export function arrow(from: Spot, to: Spot, colour: string, width: number = 2): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length < 1) return ''
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length]
  const head = Math.min(4 * width, length)
  const neck = { x: to.x - ux * head, y: to.y - uy * head }
  const side = head * 0.45
  return (
    polyline([from, neck], { stroke: colour, 'stroke-width': width }) +
    polygon(
      [
        to,
        { x: neck.x - uy * side, y: neck.y + ux * side },
        { x: neck.x + uy * side, y: neck.y - ux * side },
      ],
      { fill: colour },
    )
  )
}

/** Points along a circle from one angle to another, in radians, counter-clockwise as mathematics counts. */
export function arcPoints(centre: Spot, radius: number, from: number, to: number): Spot[] {
  const steps = Math.max(2, Math.ceil((Math.abs(to - from) * 180) / Math.PI / 2))
  return Array.from({ length: steps + 1 }, (_, index) =>
    onCircle(centre, radius, from + ((to - from) * index) / steps),
  )
}

/** The point of a circle at an angle; y grows downwards on the screen, upwards in mathematics. */
export function onCircle(centre: Spot, radius: number, angle: number): Spot {
  return { x: centre.x + radius * Math.cos(angle), y: centre.y - radius * Math.sin(angle) }
}

/** A group moved to `x`, `y`. */
export function moved({ x, y }: Spot, inner: string): string {
  return `<g transform="translate(${coordinate(x)},${coordinate(y)})">${inner}</g>`
}
