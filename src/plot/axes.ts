/** @file Axes alike in all figures: a quiet grid, no tick marks, labels in words. */
import type { Markish } from '@observablehq/plot'
import type { Drawing } from './drawing.ts'
import { paint } from './palette.ts'

/** One axis: its label and its ticks. */
export interface Axis {
  readonly label: string
  readonly ticks?: readonly number[]
  /** Roughly how many ticks, where they are not listed. */
  readonly tickCount?: number
  readonly format: (value: number) => string
}

/** So many ticks that no two of them read as the same whole number. */
export const wholeTicks = (from: number, to: number): number => Math.max(1, Math.min(5, to - from))

const tickOptions = (axis: Axis): { ticks: number | number[] } => ({
  ticks: axis.ticks === undefined ? (axis.tickCount ?? 5) : [...axis.ticks],
})

/** The grid and both axes; drawn before the data. */
export function axes({ Plot }: Drawing, x: Axis, y: Axis): Markish[] {
  const look = { color: paint('soft'), tickSize: 0, labelArrow: 'none' } as const
  return [
    Plot.gridY({ ...tickOptions(y), stroke: paint('grid'), strokeOpacity: 1 }),
    Plot.axisX({
      ...look,
      ...tickOptions(x),
      tickPadding: 8,
      tickFormat: (value: number) => x.format(value),
      label: x.label,
      labelAnchor: 'center',
      labelOffset: 36,
    }),
    Plot.axisY({
      ...look,
      ...tickOptions(y),
      tickPadding: 6,
      tickFormat: (value: number) => y.format(value),
      label: y.label,
      labelAnchor: 'top',
    }),
  ]
}
