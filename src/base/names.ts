/** The number of single-letter edits (insert, delete, replace, swap of neighbours) between two words. */
export function editDistance(a: string, b: string): number {
  return editsToBeginnings(a, b).at(-1) ?? 0
}

/** The edits from `a` to each beginning of `b`, the empty one first. */
function editsToBeginnings(a: string, b: string): readonly number[] {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(i - 1, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1)
      row.push(best)
    }
  }
  return rows.at(-1) ?? []
}

/** Shorter words begin too many others. */
const shortestBeginning = 5
/** Nobody means a known name by a longer one. */
const longestSlip = 64

/**
 * The known name closest to `name`, or else one that begins with it but for a letter; undefined where none is near enough
 * to be a slip of the pen.
 */
export function nearest<T extends string>(name: string, known: readonly T[]): T | undefined {
  if (name.length > longestSlip) return undefined
  const wanted = name.toLowerCase()
  let best: T | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  if (best !== undefined || name.length < shortestBeginning) return best
  return known.find((candidate) => Math.min(...editsToBeginnings(wanted, candidate.toLowerCase())) <= 1)
}

/** The folder of a path with slashes, without the last of them; empty where it has none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** A path without the slashes it ends in; of a path of nothing else, nothing is left. */
export function withoutLastSlashes(path: string, slashes = '/'): string {
  let end = path.length
  while (end > 0 && slashes.includes(path.charAt(end - 1))) end--
  return path.slice(0, end)
}

/** Orders strings by code point, the same on every machine and in every language setting. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
