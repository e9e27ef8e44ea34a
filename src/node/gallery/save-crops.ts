/** @file Stored crops as files, for people to look at. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gallery } from '../../gallery/gallery.ts'

/** Writes the crops of references to `folder`, named by their numbers. @returns how many there were */
export async function saveCrops(
  gallery: Gallery,
  references: readonly number[],
  folder: string,
): Promise<number> {
  await mkdir(folder, { recursive: true })
  let saved = 0
  for (const reference of references) {
    const crop = await gallery.crop(reference)
    if (crop === undefined) continue
    await writeFile(join(folder, `${reference}.png`), crop)
    saved++
  }
  return saved
}
