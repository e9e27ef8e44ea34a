/** @file The catalogue one user sees: the starter models and what the user added, each in a file of its own. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/names.ts'
import type { CatalogueEntry } from '../../face/catalogue.ts'
import { readCatalogueEntry } from '../../face/catalogue.ts'
import { starterModels } from '../../face/starter-models.ts'
import { replaceFile } from '../files/replace-file.ts'

const folderOf = (data: string): string => join(data, 'models')
const fileOf = (data: string, name: string): string => join(folderOf(data), `${name}.json`)

const readEntry = async (path: string): Promise<CatalogueEntry> => {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    value = undefined
  }
  return readCatalogueEntry(value, path)
}

/** Starter models first, then the user's by name. @throws FormatError for a damaged entry, named with its file */
export async function catalogueOf(data: string): Promise<readonly CatalogueEntry[]> {
  const names = await readdir(folderOf(data)).catch(() => [])
  const own = names.filter((name) => name.endsWith('.json')).sort()
  return [...starterModels, ...(await Promise.all(own.map((name) => readEntry(join(folderOf(data), name)))))]
}

/** The entry of a name. @throws UsageError with the nearest name where there is none */
export async function findEntry(data: string, name: string): Promise<CatalogueEntry> {
  const all = await catalogueOf(data)
  const found = all.find((entry) => entry.name === name)
  if (found !== undefined) return found
  const names = all.map((entry) => entry.name)
  const close = nearest(name, names)
  throw new UsageError(
    `The catalogue has no model ${JSON.stringify(name)}; ${close === undefined ? `it has ${names.join(', ')}` : `did you mean ${close}?`}`,
  )
}

/** Whether the entry comes with the package. */
export function isStarter({ name }: CatalogueEntry): boolean {
  return starterModels.some((entry) => entry.name === name)
}

/** Adds an entry of the user's own. @throws UsageError where the name is taken */
export async function addEntry(data: string, entry: CatalogueEntry): Promise<void> {
  const taken = (await catalogueOf(data)).some(({ name }) => name === entry.name)
  if (taken)
    throw new UsageError(
      `--name ${entry.name} is taken; choose another, or first: cosface models remove ${entry.name}`,
    )
  await mkdir(folderOf(data), { recursive: true })
  await replaceFile(fileOf(data, entry.name), `${JSON.stringify(entry, undefined, 2)}\n`)
}

/** Forgets an entry of the user's own; a starter model stays in the list. */
export async function forgetEntry(data: string, entry: CatalogueEntry): Promise<void> {
  if (!isStarter(entry)) await rm(fileOf(data, entry.name), { force: true })
}
