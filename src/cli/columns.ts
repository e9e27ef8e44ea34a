/** @file Rows of text set in columns. */

/** Each row as a line; columns are as wide as their longest text, but the last. */
export function columnsOf(rows: readonly (readonly string[])[]): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  return rows.map((row) =>
    row.map((text, at) => (at === row.length - 1 ? text : text.padEnd(widths[at] ?? 0))).join('  '),
  )
}
