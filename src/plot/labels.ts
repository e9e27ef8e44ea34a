/** Moves positions (pixels) apart until neighbours are at least `gap` from each other, all within [`low`, `high`] where they fit. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0))
  const placed = positions.slice()
  let floor = low
  for (const index of order) {
    placed[index] = Math.max(placed[index] ?? 0, floor)
    floor = (placed[index] ?? 0) + gap
  }
  let ceiling = high
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index] ?? 0, ceiling)
    ceiling = (placed[index] ?? 0) - gap
  }
  return placed
}

/** Roughly how many pixels a text takes at 13 px bold in the wider of the common sans-serifs. */
export function textWidth(text: string): number {
  return [...text].length * 7.9
}

/** A point in pixels. */
export interface Spot {
  readonly x: number
  readonly y: number
}

/**
 * The top left corner of a `box` within a `frame` that lies farthest from all `points`; among equals the topmost, then
 * the leftmost.
 */
export function quietCorner(
  points: readonly Spot[],
  box: { readonly width: number; readonly height: number },
  frame: { readonly width: number; readonly height: number },
  margin: number = 8,
): Spot {
  const distance = (corner: Spot): number =>
    points.reduce((nearest, point) => {
      const dx = Math.max(corner.x - point.x, point.x - corner.x - box.width, 0)
      const dy = Math.max(corner.y - point.y, point.y - corner.y - box.height, 0)
      return Math.min(nearest, Math.hypot(dx, dy))
    }, Infinity)
  let best: Spot = { x: margin, y: margin }
  // nothing is gained by more room than a line's height
  let bestDistance = Math.min(14, distance(best))
  for (let y = margin; y <= frame.height - box.height - margin; y += 8) {
    for (let x = margin; x <= frame.width - box.width - margin; x += 8) {
      const room = Math.min(14, distance({ x, y }))
      if (room > bestDistance) {
        best = { x, y }
        bestDistance = room
      }
    }
  }
  return best
}
