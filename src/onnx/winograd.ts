/** @file The numbers of Winograd's F(2×2, 3×3), with the last row's sign moved from Aᵀ into G so that products only add. */

/** The two rows of a 4-row tile that one transformed row is made of. */
export interface Pair {
  readonly at: number
  readonly apart: 1 | 2
  readonly signs: readonly [number, number]
}

/** Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]: how inputs are transformed. */
export const inputPairs: readonly Pair[] = [
  { at: 0, apart: 2, signs: [1, -1] },
  { at: 1, apart: 1, signs: [1, 1] },
  { at: 1, apart: 1, signs: [-1, 1] },
  { at: 1, apart: 2, signs: [1, -1] },
]

/** A, with its last row's sign turned: how gradients of the 2-row outputs are transformed. */
export const outputPairs: readonly Pair[] = [
  { at: 0, apart: 1, signs: [1, 0] },
  { at: 0, apart: 1, signs: [1, 1] },
  { at: 0, apart: 1, signs: [1, -1] },
  { at: 0, apart: 1, signs: [0, 1] },
]

/** G, with its last row's sign turned: how weights are transformed. */
const weightRows: readonly (readonly number[])[] = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, -1],
]

/** Rows or columns of a transformed tile. */
export const four = [0, 1, 2, 3] as const

/** G ⊗ G as [16, 9]: transformed weights from the nine taps; `turned` by half a turn for the way back. */
export function weightMatrix(turned: boolean): Float32Array {
  const rows = weightRows.map((row) => (turned ? row.toReversed() : row))
  return Float32Array.from(
    rows.flatMap((down) => rows.flatMap((across) => down.flatMap((a) => across.map((b) => a * b)))),
  )
}
