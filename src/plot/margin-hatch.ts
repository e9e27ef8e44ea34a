/** @file Hatches the directions in which a class wins, but not by the margin. */
import { hatching } from './hatch.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { Sector } from './sectors.ts'

/** Hatches those of the sectors around `centre`: within a circle of `radius`, or within the square around it. */
export function marginHatch(
  decided: readonly Sector[],
  centre: Spot,
  radius: number,
  within: 'circle' | 'square' = 'circle',
): string {
  const open = decided.filter(({ clear }) => !clear)
  if (open.length === 0) return ''
  /** Sectors may run past a whole turn. */
  const isOpen = (angle: number): boolean =>
    open.some(({ from, to }) => {
      const turned = angle < from ? angle + 2 * Math.PI : angle
      return turned >= from && turned <= to
    })
  return hatching(
    { x: centre.x - radius, y: centre.y - radius, width: 2 * radius, height: 2 * radius },
    ({ x, y }) => {
      const [dx, dy] = [x - centre.x, centre.y - y]
      const isInside = within === 'square' || Math.hypot(dx, dy) < radius
      return isInside && isOpen(Math.atan2(dy, dx))
    },
    { colour: paint('grey') },
  )
}
