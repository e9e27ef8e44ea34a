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

/** Roughly how many pixels a text takes at 12 px bold in the wider of the common sans-serifs. */
export function textWidth(text: string): number {
  return [...text].length * 7.3
}
