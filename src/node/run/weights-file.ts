/** @file Weights from elsewhere, whatever their file: PyTorch checkpoints and safetensors, told apart by their first bytes. */
import { FormatError } from '../../base/errors.ts'
import { openSafetensorsWeights } from '../../data/torch/safetensors-weights.ts'
import type { CheckpointTensor } from '../../data/torch/torch-checkpoint.ts'
import { openTorchCheckpoint } from '../../data/torch/torch-checkpoint.ts'
import { openFile } from '../files/record-file.ts'

/** Named tensors of an open file; reading one gives float32. */
export interface WeightsFile extends AsyncDisposable {
  readonly format: 'zip' | 'legacy' | 'safetensors'
  readonly tensors: ReadonlyMap<string, CheckpointTensor>
}

/** Opens `.pth`, `.pt`, `.ckpt` or `.safetensors`. Nothing in it is run. @throws DataError, FormatError */
export async function openWeights(path: string): Promise<WeightsFile> {
  const file = await openFile(path)
  const close = (): Promise<void> => Promise.resolve(file[Symbol.asyncDispose]())
  try {
    if (file.size === 0) throw new FormatError(path, 'the file is empty')
    // safetensors begins with the length of a JSON object
    const isSafetensors = file.size > 8 && (await file.read(8, 1))[0] === 0x7b
    if (!isSafetensors) return { ...(await openTorchCheckpoint(file)), [Symbol.asyncDispose]: close }
    const tensors = await openSafetensorsWeights(file)
    if (tensors.size === 0) throw new FormatError(path, 'the file holds no tensors')
    return { format: 'safetensors', tensors, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
