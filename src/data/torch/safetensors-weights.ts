/** @file Weights in a safetensors file, of any element type, as float32; each tensor is read when it is asked for. */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { openSafetensors } from '../../tensor/safetensors.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { safetensorsTypes } from './torch-checkpoint-elements.ts'
import type { CheckpointTensor } from './torch-checkpoint.ts'

/** Named tensors; `file` must stay open. @throws FormatError */
export async function openSafetensorsWeights(
  file: RandomAccessFile,
): Promise<ReadonlyMap<string, CheckpointTensor>> {
  const { entries, dataStart } = await openSafetensors(file)
  const tensors = new Map<string, CheckpointTensor>()
  for (const { name, dtype, shape, start, end } of entries) {
    const type = safetensorsTypes.get(dtype)
    if (type === undefined) throw new FormatError(file.name, `${name} has the type ${dtype}`)
    const read: CheckpointTensor['read'] = async () => {
      const bytes = await file.read(dataStart + start, end - start)
      const data = new Float32Array(sizeOf(shape))
      if (type.name === 'float32') new Uint8Array(data.buffer).set(bytes)
      else {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        for (let i = 0; i < data.length; i++) data[i] = type.read(view, i * type.size)
      }
      return { shape, data }
    }
    tensors.set(name, { shape, dtype: type.name, read })
  }
  return tensors
}
