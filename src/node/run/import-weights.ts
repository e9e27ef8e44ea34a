/** @file A file of weights from elsewhere as a model file of ours. */
import { basename } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import type { ModelContract } from '../../model/contract.ts'
import type { ContractOptions } from '../../model/foreign.ts'
import type { ImportOptions, MappedWeights } from '../../model/import.ts'
import { importWeights } from '../../model/import.ts'
import { checkPlace, replaceFile } from '../files/replace-file.ts'
import { openWeights } from './weights-file.ts'

/** What became of a file of weights. */
export interface ImportedModel extends Pick<MappedWeights, 'backbone' | 'unused'> {
  readonly file: string
  readonly contract: ModelContract
  /** `zip` and `legacy` are PyTorch's. */
  readonly format: 'zip' | 'legacy' | 'safetensors'
  /** Whose names the weights have. */
  readonly naming: string
  /** Whether the naming says how its authors feed their images. */
  readonly knownInput: boolean
}

/** Reads `.pth`, `.pt`, `.ckpt` or `.safetensors` and writes the model. @throws DataError, FormatError, UsageError; then nothing is written */
export async function importModel(
  path: string,
  file: string,
  options: Omit<ImportOptions, 'source'> = {},
): Promise<ImportedModel> {
  await checkPlace(file)
  await using weights = await openWeights(path)
  const {
    bytes,
    contract,
    weights: mapped,
  } = await importWeights(weights.tensors, {
    ...options,
    source: basename(path),
  })
  await replaceFile(file, bytes)
  return {
    file,
    contract,
    format: weights.format,
    naming: mapped.naming.name,
    knownInput: mapped.naming.input !== undefined,
    backbone: mapped.backbone,
    unused: mapped.unused,
  }
}

/** Whether a file's name says that it holds weights without their network. */
export const isWeightsFile = (path: string): boolean => /\.(?:pth|pt|ckpt|safetensors)$/i.test(path)

/**
 * A file of weights as the bytes of a model, for one use; nothing is written.
 * @throws UsageError where neither the names nor `contract` say how images enter it; DataError, FormatError
 */
export async function weightsAsModel(path: string, contract: ContractOptions = {}): Promise<Uint8Array> {
  await using opened = await openWeights(path)
  const { bytes, weights } = await importWeights(opened.tensors, { ...contract, source: basename(path) })
  if (weights.naming.input === undefined && contract.channels === undefined && contract.mean === undefined)
    throw new UsageError(
      `${path} does not say how images enter it, nor do the names in it; say it with --channels, --mean and --std`,
    )
  return bytes
}
