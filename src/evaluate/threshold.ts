/** @file Thresholds chosen from scores. */
import { justAbove } from './roc.ts'
import type { Roc } from './roc.ts'

/** A threshold and the number of pairs it decides rightly. */
export interface ChosenThreshold {
  readonly threshold: number
  readonly correct: number
}

/** The threshold that decides most pairs rightly; among equally good ones the strictest, that is the highest. */
export function bestThreshold(curve: Roc): ChosenThreshold {
  const { thresholds, acceptedSame, acceptedDifferent, different } = curve
  // accepting nobody is a decision too; its lowest threshold lies just above the highest score
  let threshold = justAbove(thresholds[0] ?? NaN)
  let correct = different
  for (let i = 0; i < thresholds.length; i++) {
    const here = (acceptedSame[i] ?? NaN) + different - (acceptedDifferent[i] ?? NaN)
    if (here <= correct) continue
    correct = here
    threshold = thresholds[i] ?? NaN
  }
  return { threshold, correct }
}

/** What a threshold admits. */
export interface OperatingPoint {
  readonly threshold: number
  readonly tar: number
  readonly far: number
}

/**
 * The highest TAR whose FAR is at most `far`, at the strictest threshold that has it. Never interpolated: the share of
 * different pairs at or above `threshold` is at most `far` on these very pairs.
 */
export function operatingPoint(curve: Roc, far: number): OperatingPoint {
  // 1e-9 of a pair: 0.1 · 30 must be three pairs although 0.1 is no binary fraction
  const { thresholds, acceptedSame, acceptedDifferent } = curve
  const allowed = far * curve.different + 1e-9
  let within = 0
  for (const accepted of acceptedDifferent) {
    if (!(accepted <= allowed)) break
    within++
  }
  // counts only grow: the last one is the most, the first place that has it the strictest
  const most = acceptedSame[within - 1] ?? 0
  if (most === 0) return { threshold: justAbove(thresholds[0] ?? NaN), tar: 0, far: 0 }
  const best = acceptedSame.indexOf(most)
  return {
    threshold: thresholds[best] ?? NaN,
    tar: most / curve.same,
    far: (acceptedDifferent[best] ?? NaN) / curve.different,
  }
}
