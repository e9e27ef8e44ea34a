/** @file `evaluate --check-contract`: whether the model is fed as it wants to be, said in one sentence. */
import { join } from 'node:path'
import type { ContractGuess } from '../evaluate/contract-guess.ts'
import type { Pair } from '../evaluate/pair.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import type { BinPairs } from '../node/faces/bin-file.ts'
import { checkContract } from '../node/evaluate/contract-guess.ts'
import { decodeImage, readImage } from '../node/faces/decode.ts'
import type { Context } from './command.ts'
import { progressOf } from './progress.ts'

/** Where the pairs that were judged have their images. */
export interface CheckedPairs {
  readonly pairs: readonly Pair[]
  readonly images?: string
  readonly pack?: Pick<BinPairs, 'encoded'>
}

/** Tries other contracts on 200 of the pairs and says what came of it; the result just printed stays as it is. */
export async function sayContractCheck(
  { output, signal }: Context,
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  { pairs, images = '', pack }: CheckedPairs,
): Promise<ContractGuess> {
  using progress = progressOf(output, 'trying other contracts', 'images')
  const guess = await checkContract(
    model,
    pairs,
    async (name) =>
      pack === undefined
        ? readImage(join(images, name), decodeImage)
        : decodeImage(pack.encoded(Number(name)), name),
    { signal, onProgress: progress.update },
  )
  if (guess.better === undefined) output.progress(guess.sentence)
  else output.warn(guess.sentence)
  return guess
}
