/** @file Angles are radians in the code and degrees for readers. */

/** Degrees as radians. */
export function inRadians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

/** Radians as degrees. */
export function inDegrees(radians: number): number {
  return (radians * 180) / Math.PI
}
