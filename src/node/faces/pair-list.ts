/** @file A list of pairs with its images found in a folder. */
import type { PairSet } from '../../evaluate/pair.ts'
import { findPairImages } from './pair-images.ts'
import type { PairProtocol } from './pair-list-file.ts'
import { readPairList } from './pair-list-file.ts'

/** The pairs of `file`, of any benchmark, among the images under `folder`. @throws UsageError, FormatError, DataError */
export async function readPairSet(file: string, folder: string, protocol?: PairProtocol): Promise<PairSet> {
  return (await findPairImages(await readPairList(file, protocol), folder)).set
}
