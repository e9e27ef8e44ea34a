/** @file How a sector of the circle is filled: tinted for whom it is clear, grey where it wins only without the margin. */
import { identityPaint, paint } from './palette.ts'
import type { Sector } from './sectors.ts'
import type { Look } from './shapes.ts'

/** The fill of a sector. */
export function sectorLook({ winner, clear }: Pick<Sector, 'winner' | 'clear'>): Look {
  return clear
    ? { fill: identityPaint(winner), 'fill-opacity': '0.13' }
    : { fill: paint('grey'), 'fill-opacity': '0.22' }
}
