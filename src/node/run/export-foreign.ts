/** @file A model from elsewhere written again with its contract in it, so that it need not be said any more. */
import { readFile } from 'node:fs/promises'
import { DataError, UsageError } from '../../base/errors.ts'
import { bundleWeightsHash, contractOf } from '../../model/contract-id.ts'
import type { ModelContract } from '../../model/contract.ts'
import { openEmbeddingModel } from '../../model/embedder.ts'
import type { ContractOptions } from '../../model/foreign.ts'
import { contractMetadata, readContract } from '../../model/metadata.ts'
import { readOnnx, withMetadata } from '../../onnx/decode.ts'
import { openModel } from './model-file.ts'
import { openDriver } from '../session/open-driver.ts'
import { checkPlace, replaceFile } from '../files/replace-file.ts'

/**
 * Writes `path`, an ONNX model without a contract, to `out` with the contract given for it or lying beside it. Weights and operations
 * stay as they are; the new file must give the same embedding as the old one.
 * @throws UsageError where it has a contract or none is given, DataError, FormatError where it is no embedding model
 */
export async function exportForeign(
  path: string,
  out: string,
  contract: ContractOptions = {},
): Promise<ModelContract> {
  await checkPlace(out)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UsageError(`There is no model at ${path}`, { cause })
  })
  const onnx = readOnnx(bytes, path)
  if (readContract(onnx.metadata, path) !== undefined)
    throw new UsageError(`${path} carries its contract already; it need not be exported`)
  const { driver } = await openDriver()
  await using _driver = driver
  await using model = await openModel(path, { contract, driver })
  const { schema: _, id: __, templateSize: ___, ...parts } = model.contract
  const own = contractOf({ ...parts, weights: bundleWeightsHash(onnx) })
  const written = withMetadata(bytes, { ...onnx.metadata, ...contractMetadata(own) }, path)
  await using again = await openEmbeddingModel(driver, written, out, { device: 'cpu', threads: 1 })
  const { height, width } = own.input
  const pixels = Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i))
  const [before, after] = [await model.embed(pixels, 1), await again.embed(pixels, 1)]
  const off = before.findIndex(
    (value, i) => !(Math.abs(value - (after[i] ?? NaN)) <= 1e-4 * (1 + Math.abs(value))),
  )
  if (off >= 0)
    throw new DataError(
      `${out} would not give the embeddings of ${path} (${before[off]} became ${after[off]}); nothing was written`,
    )
  await replaceFile(out, written)
  return own
}
