/** @file Which row of embeddings belongs to each image of a list, by the names of the rows. */
import { DataError } from '../base/errors.ts'
import { firstFive } from '../base/words.ts'
import { pathFinder, plainPath } from '../data/lists/listed-path.ts'

/** Names as paths with `/` between folders. */
export function withSlashes(names: readonly string[]): readonly string[] {
  return names.map(plainPath)
}

/** The folders that all names have in common, with the slash after them. */
export function commonFolder(names: readonly string[]): string {
  const [first = ''] = names
  let length = first.lastIndexOf('/') + 1
  for (const name of names) {
    while (length > 0 && !name.startsWith(first.slice(0, length)))
      length = first.lastIndexOf('/', length - 2) + 1
  }
  return first.slice(0, length)
}

/** Rows by a list. */
export interface MatchedRows {
  /** The row of each listed image; -1 where none is called so. */
  readonly rows: Int32Array
  /** The listed images without a row, each once. */
  readonly missing: readonly string[]
}

/**
 * Finds each listed image among the names of rows: as they are, without the folders that the rows have in common, or without those
 * that rows and list each have in common where the ones end in the others. Names in a list may lack their ending.
 * @throws DataError where a listed image has several rows
 */
export function matchRows(names: readonly string[], wanted: readonly string[]): MatchedRows {
  let best: MatchedRows | undefined
  for (const [own, theirs] of spellings(withSlashes(names), withSlashes(wanted))) {
    const found = matchNames(own, theirs)
    if (best === undefined || found.missing.length < best.missing.length) best = found
    if (best.missing.length === 0) break
  }
  return best ?? { rows: new Int32Array(0), missing: [] }
}

const without = (folder: string, names: readonly string[]): readonly string[] =>
  folder === '' ? names : names.map((name) => name.slice(folder.length))

function* spellings(
  names: readonly string[],
  wanted: readonly string[],
): Generator<readonly [names: readonly string[], wanted: readonly string[]]> {
  const [own, theirs] = [commonFolder(names), commonFolder(wanted)]
  // a list may hold millions: what cannot fit all of it is tried last
  const mayFit = theirs.startsWith(own)
  if (mayFit) yield [names, wanted]
  const short = without(own, names)
  yield [short, wanted]
  // anna/1.jpg is not to be found in bob/1.jpg
  const isOnePlace = `/${own}`.endsWith(`/${theirs}`) || `/${theirs}`.endsWith(`/${own}`)
  if (isOnePlace) yield [short, without(theirs, wanted)]
  if (!mayFit) yield [names, wanted]
}

const matchNames = (names: readonly string[], wanted: readonly string[]): MatchedRows => {
  // a list may name an image twice, and so may rows that follow it
  if (names.length === wanted.length && names.every((name, row) => name === wanted[row]))
    return { rows: Int32Array.from(names.keys()), missing: [] }
  const { places, repeated } = placesByName(names)
  let resolve: ((name: string) => string | undefined) | undefined
  const find = (name: string): string | undefined =>
    // nothing is read here: a name may begin with `..` as rows may
    places.has(name)
      ? name
      : name.startsWith('..')
        ? undefined
        : (resolve ??= pathFinder(places.keys()))(name)
  const missing = new Set<string>()
  const doubled = new Set<string>()
  const rows = Int32Array.from(wanted, (name) => {
    const found = find(name)
    if (found === undefined) missing.add(name)
    else if (repeated.has(found)) doubled.add(name)
    return found === undefined ? -1 : (places.get(found) ?? -1)
  })
  if (doubled.size > 0)
    throw new DataError(`Expected one row of an image, got several of ${firstFive([...doubled])}`)
  return { rows, missing: [...missing] }
}

const placesByName = (
  names: readonly string[],
): { readonly places: ReadonlyMap<string, number>; readonly repeated: ReadonlySet<string> } => {
  const places = new Map<string, number>()
  const repeated = new Set<string>()
  names.forEach((name, row) => {
    if (places.has(name)) repeated.add(name)
    else places.set(name, row)
  })
  return { places, repeated }
}
