/** @file Telling drawn faces from photographs, so that no report takes one for the other. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageKind } from '../../report/words.ts'

/** What the images of folders show: `synthFolder` leaves a mark in the folders it draws. */
export function imageKindOf(folders: readonly string[]): ImageKind {
  return folders.some((folder) => existsSync(join(folder, '.drawn.json'))) ? 'drawn faces' : 'photographs'
}
