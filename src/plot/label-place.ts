/** @file Where words can stand in a chart: off the lines, and off other words. */
import type { Box } from './hatch.ts'
import { type Spot, textWidth } from './labels.ts'

/** A text with its place: the middle of its line, at `spot` by `anchor`. */
export interface Label {
  readonly text: string
  readonly spot: Spot
  readonly anchor: 'start' | 'middle' | 'end'
}

/** What is drawn already. */
export interface Drawn {
  readonly lines: readonly (readonly Spot[])[]
  readonly boxes: readonly Box[]
}

const lineHeight = 18

/** The room that a text takes. */
export function boxOf({ text, spot, anchor }: Label): Box {
  const width = textWidth(text)
  const left = { start: 0, middle: width / 2, end: width }[anchor]
  return { x: spot.x - left, y: spot.y - lineHeight / 2, width, height: lineHeight }
}

/** Whether two boxes have pixels in common, or less than `gap` between them. */
export function overlap(a: Box, b: Box, gap: number = 0): boolean {
  return (
    a.x < b.x + b.width + gap &&
    b.x < a.x + a.width + gap &&
    a.y < b.y + b.height + gap &&
    b.y < a.y + a.height + gap
  )
}

/** Whether a box holds another. */
export function holds(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}

/** Whether the stretch between two points has some of its length in a box (Liang and Barsky's clipping). */
function enters(box: Box, from: Spot, to: Spot): boolean {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  let [first, last] = [0, 1]
  for (const [step, room] of [
    [-dx, from.x - box.x],
    [dx, box.x + box.width - from.x],
    [-dy, from.y - box.y],
    [dy, box.y + box.height - from.y],
  ] as const) {
    if (step === 0 && room <= 0) return false
    if (step < 0) first = Math.max(first, room / step)
    if (step > 0) last = Math.min(last, room / step)
  }
  return first < last
}

/** Whether a line passes through a box. */
export function crosses(line: readonly Spot[], box: Box): boolean {
  return line.some((to, index) => {
    const from = line[index - 1]
    return from !== undefined && enters(box, from, to)
  })
}

/** How much a text at a place would hide: words weigh more than lines. */
function hidden(label: Label, { lines, boxes }: Drawn): number {
  const box = boxOf(label)
  return (
    lines.filter((line) => crosses(line, box)).length +
    10 * boxes.filter((other) => overlap(other, box)).length
  )
}

/** The same text moved sideways as little as keeps it in the area. */
function heldIn(area: Box, label: Label): Label {
  const { x, width } = boxOf(label)
  const right = Math.max(0, area.x - x)
  const left = Math.max(0, x + width - area.x - area.width)
  return { ...label, spot: { ...label.spot, x: label.spot.x + right - left } }
}

/** The name of a mark beside it, above or below, where it hides least and stays in the area; near and right of it first. */
export function placeName(text: string, mark: Spot, area: Box, drawn: Drawn): Label {
  const level = [
    { text, spot: { x: mark.x + 16, y: mark.y }, anchor: 'start' },
    { text, spot: { x: mark.x - 16, y: mark.y }, anchor: 'end' },
  ] as const
  const beyond = [18, -18, 25, -25, 32, -32].flatMap((up) =>
    ([8, -8, 0] as const).map((across) =>
      heldIn(area, {
        text,
        spot: { x: mark.x + across, y: mark.y - up },
        anchor: across > 0 ? 'start' : across < 0 ? 'end' : 'middle',
      }),
    ),
  )
  const inside = [...level, ...beyond].filter((label) => holds(area, boxOf(label)))
  const fitting = inside.length > 0 ? inside : level
  const costs = fitting.map((label) => hidden(label, drawn))
  return fitting[costs.indexOf(Math.min(...costs))] ?? level[0]
}
