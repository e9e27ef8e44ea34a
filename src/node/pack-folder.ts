/** @file The encoded images of `folder/identity/file.jpg`, as they lie, for packing into one file. */
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { DataError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'

/** One image file; `path` is relative to the folder, with `/`. */
export interface FolderImage {
  readonly path: string
  readonly identity: number
}

export interface FolderImages {
  readonly identities: readonly string[]
  /** Ordered by identity, then by code point of the file name. */
  readonly images: readonly FolderImage[]
}

const imageEndings = new Set(['.jpg', '.jpeg', '.png', '.webp'])

/** Lists the images of a folder of identities. @throws DataError where there is none */
export async function listFolderImages(folder: string): Promise<FolderImages> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new DataError(`Expected a folder of identities, cannot read ${folder}`, { cause: error })
  })
  const names = found
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  const identities: string[] = []
  const images: FolderImage[] = []
  for (const name of names.sort(byCodePoint)) {
    const files = (await readdir(join(folder, name), { withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .filter((file) => imageEndings.has(extname(file).toLowerCase()))
      .sort(byCodePoint)
    if (files.length === 0) continue
    for (const file of files) images.push({ path: `${name}/${file}`, identity: identities.length })
    identities.push(name)
  }
  if (images.length === 0) throw new DataError(`Expected ${folder}/identity/image.jpg, found no images there`)
  return { identities, images }
}
