/** @file Detectors and recognisers as users name them: a model of the catalogue, or a path. */
import { stat } from 'node:fs/promises'
import { UsageError } from '../../base/errors.ts'
import type { CatalogueEntry } from '../../face/catalogue.ts'
import { isEntryName } from '../../face/catalogue.ts'
import type { ContractOptions } from '../../model/foreign.ts'
import { catalogueOf, findEntry } from '../models/catalogue-store.ts'
import { modelFileAt, readModelFile } from '../models/model-cache.ts'

/** Where this user's models lie. */
export interface ModelPlaces {
  readonly cache: string
  readonly data: string
}

/** A model by name or path. */
export type NamedModel =
  | { readonly kind: 'catalogue'; readonly entry: CatalogueEntry }
  | { readonly kind: 'path'; readonly path: string }

/**
 * Finds what `text` names: a path where there is one, else a model of the catalogue.
 * @throws UsageError where it is neither, or does something else than `wanted`
 */
export async function findModel(
  places: ModelPlaces,
  text: string,
  wanted: CatalogueEntry['kind'],
): Promise<NamedModel> {
  const isThere = (await stat(text).catch(() => undefined)) !== undefined
  const known = (await catalogueOf(places.data)).some(({ name }) => name === text)
  if (!known && isThere) return { kind: 'path', path: text }
  if (!known && !isEntryName(text)) throw new UsageError(`There is no ${wanted} at ${text}`)
  const entry = await findEntry(places.data, text)
  if (entry.kind !== wanted)
    throw new UsageError(
      `${text} is a ${entry.kind}, and a ${wanted} is needed here (see cosface models list)`,
    )
  return { kind: 'catalogue', entry }
}

/** Files and contract of a model that is on this machine. */
export interface ModelFiles {
  readonly model: string
  readonly landmarks?: string
  readonly contract?: ContractOptions
}

/** The files of a named model; those of the catalogue are checked against their hashes. @throws DataError */
export async function filesOf(places: ModelPlaces, named: NamedModel): Promise<ModelFiles> {
  if (named.kind === 'path') return { model: named.path }
  const { entry } = named
  const at = async (role: 'model' | 'landmarks'): Promise<string | undefined> => {
    const file = entry.files.find((one) => one.role === role)
    if (file === undefined) return undefined
    await readModelFile(places.cache, entry, file)
    return modelFileAt(places.cache, file)
  }
  const [model, landmarks] = [await at('model'), await at('landmarks')]
  if (model === undefined) throw new UsageError(`${entry.name} has no file with the role model`)
  return {
    model,
    ...(landmarks === undefined ? {} : { landmarks }),
    ...(entry.contract === undefined ? {} : { contract: entry.contract }),
  }
}
