/** @file The product of two rows, for loops over very many of them. */

/** The dot product of the rows of `size` numbers that start at `a` and at `b`. */
export function dot(one: Float32Array, a: number, other: Float32Array, b: number, size: number): number {
  // four sums keep the processor's adders busy; their order is fixed, so are the bits
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < size; i += 4) {
    s0 += (one[a + i] ?? NaN) * (other[b + i] ?? NaN)
    s1 += (one[a + i + 1] ?? NaN) * (other[b + i + 1] ?? NaN)
    s2 += (one[a + i + 2] ?? NaN) * (other[b + i + 2] ?? NaN)
    s3 += (one[a + i + 3] ?? NaN) * (other[b + i + 3] ?? NaN)
  }
  for (; i < size; i++) s0 += (one[a + i] ?? NaN) * (other[b + i] ?? NaN)
  return s0 + s1 + (s2 + s3)
}
