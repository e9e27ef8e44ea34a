/** @file A file of weights from elsewhere as a model file of ours. */
import { basename } from 'node:path'
import type { ModelContract } from '../../model/contract.ts'
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
