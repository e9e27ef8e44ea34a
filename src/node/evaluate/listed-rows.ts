/** @file Rows of features by a list: by the names of the rows, or by their place where nothing names them. */
import { basename } from 'node:path'
import { DataError } from '../../base/errors.ts'
import { counted, firstFive } from '../../base/words.ts'
import { type MatchedRows, matchRows } from '../../evaluate/match-rows.ts'
import type { FeatureFile } from './feature-file.ts'
import { checkNames, type NamesFile } from './protocol-embeddings.ts'

/** What rows are wanted of. */
export interface RowList {
  /** The file that lists them, for messages. */
  readonly file: string
  readonly names: readonly string[]
  /** What a row is of. @defaultValue image */
  readonly noun?: string
}

/** Rows by a list, and how they were found, for the record. */
export interface ListedRows extends MatchedRows {
  readonly said: string
}

/** Finds the row of each listed name. @throws DataError where names and rows, or without names list and rows, differ in number */
export function listedRows(
  { name, rows }: Pick<FeatureFile, 'name' | 'rows'>,
  named: NamesFile | undefined,
  list: RowList,
): ListedRows {
  if (named !== undefined) {
    checkNames(named.names, named.namesFile, name, rows)
    return { ...matchRows(named.names, list.names), said: `by their names in ${basename(named.namesFile)}` }
  }
  if (rows !== list.names.length)
    throw new DataError(
      `${name} has ${counted(rows, 'row')}, ${list.file} names ${counted(list.names.length, list.noun ?? 'image')}; rows without names go by their place`,
    )
  return { rows: Int32Array.from(list.names.keys()), missing: [], said: 'by their place in the list' }
}

/** Refuses a list some of whose names have no row. @throws DataError with the count and the first five */
export function checkAllListed(
  { missing }: MatchedRows,
  named: NamesFile | undefined,
  list: RowList,
  remedy = '',
): void {
  if (missing.length > 0)
    throw new DataError(
      `${list.file} names ${counted(missing.length, list.noun ?? 'image')} that ${named?.namesFile ?? 'the names'} ` +
        `has no row of: ${firstFive(missing)}${remedy}`,
    )
}
