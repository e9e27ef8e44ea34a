/** @file What people are called whose images a list names with a number each: after their folder, where that tells them apart. */

/** The folders two paths have in common, from the first on. */
const common = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs < 0 ? a : a.slice(0, differs)
}

/**
 * The folder that all images of a class have in common, for each of `classes` classes; undefined where two classes would have one
 * name, or one would have none. `identities` are indices below `classes`, one for each of `paths`.
 */
export function namesOfFolders(
  paths: readonly string[],
  identities: ArrayLike<number>,
  classes: number,
): readonly string[] | undefined {
  const folders = new Map<number, readonly string[]>()
  paths.forEach((path, i) => {
    const folder = path.split('/').slice(0, -1)
    const identity = identities[i] ?? 0
    folders.set(identity, common(folders.get(identity) ?? folder, folder))
  })
  const names = Array.from({ length: classes }, (_, identity) => folders.get(identity)?.join('/') ?? '')
  return names.includes('') || new Set(names).size !== names.length ? undefined : names
}
