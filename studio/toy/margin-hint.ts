/** @file What Eq 7 says of a margin, beside its slider. */
import { marginUpperBound } from '../../src/loss/bounds.ts'
import { short } from '../../src/plot/format.ts'

/** Whether m is above or below the bound; in a crowd that is what nothing exceeds, not what can be reached. */
export function marginHint(margin: number, classes: number, dimensions: number): string {
  const { largest, regime } = marginUpperBound(classes, dimensions)
  const side = margin > largest ? 'above' : 'below'
  const most = regime === 'crowded' ? 'which nothing exceeds' : 'the most'
  return `${side} ${short(largest)}, ${most} for ${classes} people in ${dimensions} dimensions (Eq 7)`
}
