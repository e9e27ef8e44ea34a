/** @file The groups of people by number, from a table of people or of their photographs. */
import { UsageError } from '../../base/errors.ts'
import { parseGroups } from '../../data/lists/groups.ts'
import { decodeText } from '../../data/lists/text.ts'
import { readWholeFile } from '../files/record-file.ts'

/**
 * The group of each person of `names`, by number; people whom the table does not name are in none.
 * @throws UsageError where the table names none of them, or puts the photographs of one person into two groups
 */
export async function groupsOfPeople(
  file: string,
  column: string,
  names: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const table = parseGroups(decodeText(await readWholeFile(file), file), file, column)
  const byPerson = new Map<string, string>()
  for (const [name, group] of table.groups) {
    if (group === undefined) continue
    const person = table.by === 'identity' ? name : (name.split('/')[0] ?? name)
    const before = byPerson.get(person)
    if (before !== undefined && before !== group)
      throw new UsageError(
        `--groups ${file} puts ${person} into ${before} and ${group}; a person is in one group here`,
      )
    byPerson.set(person, group)
  }
  const found = names.flatMap((name, person) => {
    const group = byPerson.get(name)
    return group === undefined ? [] : [[person, group] as const]
  })
  if (found.length === 0) throw new UsageError(`--groups ${file} names nobody of the folder`)
  return new Map(found)
}
