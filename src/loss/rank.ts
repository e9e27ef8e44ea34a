/** @file Order statistics without a sorting operation. */
import { add, cast, constant, equal, greater, multiply, reshape, select, sum } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'

/** The lower median of N numbers: [N, 1] → []. */
export function median(column: AnyValue): AnyValue {
  const n = column.shape[0] ?? 1
  const row = reshape(column, [1, n])
  // ties are ordered by position
  const before = constant(
    [n, n],
    Float32Array.from({ length: n * n }, (_, at) => (at % n < Math.floor(at / n) ? 1 : 0)),
  )
  const smaller = cast(greater(column, row), 'float32')
  const tied = multiply(cast(equal(column, row), 'float32'), before)
  const rank = sum(add(smaller, tied), [1], true)
  return sum(select(equal(rank, Math.floor((n - 1) / 2)), column, 0))
}
