/** @file Hatching: areas that are told apart without colour, as line segments, so that no pattern needs an id. */
import type { Spot } from './labels.ts'
import { coordinate } from './shapes.ts'

/** A rectangle in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How an area is hatched. */
export interface Hatch {
  readonly colour: string
  /** Pixels between lines. @defaultValue 7 */
  readonly gap?: number
  /** `rising` like /, `falling` like \. @defaultValue 'rising' */
  readonly lean?: 'rising' | 'falling'
  /** @defaultValue 0.55 */
  readonly opacity?: number
}

const step = 3

/** The stretches of [0, length] along a line on which `holds`, ends found by halving to a 30th of a pixel. */
function stretches(length: number, holds: (at: number) => boolean): [number, number][] {
  const found: [number, number][] = []
  const edge = (low: number, high: number): number => {
    const before = holds(low)
    let [from, to] = [low, high]
    for (let i = 0; i < 6; i++) {
      const middle = (from + to) / 2
      if (holds(middle) === before) from = middle
      else to = middle
    }
    return (from + to) / 2
  }
  let start = holds(0) ? 0 : undefined
  for (let at = 0; at < length; at += step) {
    const next = Math.min(length, at + step)
    const [here, there] = [holds(at), holds(next)]
    if (here === there) continue
    if (there) start = edge(at, next)
    else if (start !== undefined) {
      found.push([start, edge(at, next)])
      start = undefined
    }
  }
  if (start !== undefined) found.push([start, length])
  return found.filter(([from, to]) => to - from > 0.5)
}

/** Hatches the part of `box` where `inside` holds, as one path; empty where it holds nowhere. */
export function hatching(box: Box, inside: (spot: Spot) => boolean, hatch: Hatch): string {
  const { colour, gap = 7, lean = 'rising', opacity = 0.55 } = hatch
  const segments: string[] = []
  const span = box.width + box.height
  const spacing = gap * Math.SQRT2
  for (let k = spacing / 2; k < span; k += spacing) {
    // the line u + v = k with u, v measured from the box's corner that the hatching turns to
    const [from, to] = [Math.max(0, k - box.height), Math.min(box.width, k)]
    const spotAt = (u: number): Spot => ({
      x: lean === 'rising' ? box.x + u : box.x + box.width - u,
      y: box.y + k - u,
    })
    for (const [low, high] of stretches(to - from, (at) => inside(spotAt(from + at)))) {
      const [a, b] = [spotAt(from + low), spotAt(from + high)]
      segments.push(`M${coordinate(a.x)},${coordinate(a.y)}L${coordinate(b.x)},${coordinate(b.y)}`)
    }
  }
  if (segments.length === 0) return ''
  return `<path d="${segments.join('')}" fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="1"/>`
}
