/** Rows in one statement: below any engine's limit of values. */
const rowsAtOnce = 500

/** Items in pieces that fit a statement. */
export function pieces<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / rowsAtOnce) }, (_, i) =>
    items.slice(i * rowsAtOnce, (i + 1) * rowsAtOnce),
  )
}
