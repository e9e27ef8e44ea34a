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
  // accepting nobody is a decision too; its lowest threshold lies just above the highest score
  let threshold = justAbove(curve.thresholds[0]!)
  let correct = curve.different
  for (let i = 0; i < curve.thresholds.length; i++) {
    const here = curve.acceptedSame[i]! + curve.different - curve.acceptedDifferent[i]!
    if (here > correct) {
      correct = here
      threshold = curve.thresholds[i]!
    }
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
  const allowed = far * curve.different + 1e-9
  let best = -1
  for (let i = 0; i < curve.thresholds.length && curve.acceptedDifferent[i]! <= allowed; i++) {
    if (curve.acceptedSame[i]! > (best < 0 ? 0 : curve.acceptedSame[best]!)) best = i
  }
  if (best < 0) return { threshold: justAbove(curve.thresholds[0]!), tar: 0, far: 0 }
  return {
    threshold: curve.thresholds[best]!,
    tar: curve.acceptedSame[best]! / curve.same,
    far: curve.acceptedDifferent[best]! / curve.different,
  }
}
