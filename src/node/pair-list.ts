/** @file A list of pairs with its images found in a folder. */
import { readFile } from 'node:fs/promises'
import { UsageError } from '../base/errors.ts'
import { decodeText } from '../data/lists-text.ts'
import type { PairSet } from '../evaluate/pair.ts'
import { parsePairs } from '../evaluate/pairs.ts'
import { resolvePairs } from '../evaluate/resolve-pairs.ts'
import { scanFolder } from './folder-scan.ts'

/** The pairs of `file` among the images under `folder`. @throws UsageError, FormatError, DataError */
export async function readPairSet(file: string, folder: string): Promise<PairSet> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new UsageError(`The list of pairs ${file} could not be read`, { cause })
  })
  const list = parsePairs(decodeText(bytes, file), file)
  const scan = await scanFolder(folder)
  return resolvePairs(
    list,
    scan.identities.flatMap(({ images }) => images),
  )
}
