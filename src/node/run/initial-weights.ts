/** @file What `train --init` begins with: the network of a run, of a model of ours, or of others' weights; the class head starts anew. */
import { stat } from 'node:fs/promises'
import { DataError } from '../../base/errors.ts'
import type { CheckpointTensor } from '../../data/torch/torch-checkpoint.ts'
import { paperNormalisation } from '../../image/normalise.ts'
import type { MappedWeights } from '../../model/import.ts'
import { foldNormalisation, mapWeights } from '../../model/import.ts'
import { readContract } from '../../model/metadata.ts'
import { readOnnx } from '../../onnx/decode.ts'
import { chosenCheckpoint, readWeights } from './checkpoint-store.ts'
import { readWholeFile } from '../files/record-file.ts'
import { openWeights } from './weights-file.ts'

/** Weights to begin with, and the network they fix. */
export type InitialWeights = Pick<MappedWeights, 'backbone' | 'size' | 'embeddingSize' | 'parameters'>

const named = (name: string, shape: readonly number[], data: Float32Array): [string, CheckpointTensor] => [
  name,
  { shape, dtype: 'float32', read: async () => ({ shape, data }) },
]

const ofModel = async (path: string): Promise<InitialWeights> => {
  const onnx = readOnnx(await readWholeFile(path), path)
  const contract = readContract(onnx.metadata, path)
  if (contract === undefined)
    throw new DataError(
      `${path} is no model of ours: its weights have no place in our networks. Import its checkpoint instead`,
    )
  const tensors = new Map(
    [...onnx.initializers]
      .filter(([name, { dtype }]) => !name.startsWith(':') && dtype === 'float32')
      .map(([name, { shape, bytes }]) => named(name, shape, new Float32Array(bytes.slice().buffer))),
  )
  const mapped = await mapWeights(tensors, { size: contract.input })
  return { ...mapped, parameters: foldNormalisation(mapped.parameters, contract) }
}

const ofRun = async (run: string): Promise<InitialWeights> => {
  const chosen = await chosenCheckpoint(run, 'best')
  if (chosen === undefined) throw new DataError(`${run} holds no checkpoint to begin with`)
  const { record, weights } = await readWeights(run, chosen.iteration)
  const tensors = new Map([...weights].map(([name, { shape, data }]) => named(name, shape, data)))
  return mapWeights(tensors, { size: record.config.size })
}

/**
 * Reads a run folder (its best checkpoint), a model of ours (`.onnx`) or weights of others (`.pth`, `.pt`, `.ckpt`, `.safetensors`).
 * @throws DataError, FormatError as those are read, and where they fit none of our networks
 */
export async function readInitialWeights(path: string): Promise<InitialWeights> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) return ofRun(path)
  if (/\.onnx$/i.test(path)) return ofModel(path)
  await using file = await openWeights(path)
  const mapped = await mapWeights(file.tensors)
  return {
    ...mapped,
    parameters: foldNormalisation(mapped.parameters, mapped.naming.input ?? paperNormalisation),
  }
}
