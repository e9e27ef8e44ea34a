/** @file Tensors in PyTorch pickles: which storage, where in it, in which strides; read as row-major float32. */
import { FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { checkSpan } from '../../base/random-access.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { sizeOf, stridesOf } from '../../tensor/tensor.ts'
import type { PickleValue } from '../pickle/values.ts'
import { asCount, asItems, asText } from '../pickle/values.ts'
import type { ElementType } from './torch-checkpoint-elements.ts'
import { elementTypes, storageTypes } from './torch-checkpoint-elements.ts'

/** What a checkpoint's pickle may name beside plain data and NumPy. */
export const torchNames: readonly string[] = [
  'torch._utils _rebuild_tensor',
  'torch._utils _rebuild_tensor_v2',
  'torch._utils _rebuild_tensor_v3',
  'torch._utils _rebuild_parameter',
  'torch Size',
  'torch device',
  'torch.storage UntypedStorage',
  'torch UntypedStorage',
  ...storageTypes.keys(),
  ...elementTypes.keys(),
]

/** A storage by its key; `type` is absent where the tensor tells it. */
export interface StorageReference {
  readonly key: string
  readonly type?: ElementType
  /** Elements, or bytes where `type` is absent. */
  readonly count: number
}

/** A tensor that has not been read yet. */
export interface TensorReference {
  readonly storage: string
  readonly type: ElementType
  /** Elements of the storage. */
  readonly count: number
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

const isCall = (value: PickleValue | undefined): value is Extract<PickleValue, { kind: 'call' }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'call'

const nameOf = (value: PickleValue | undefined): string | undefined =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'global'
    ? value.name
    : undefined

/** The storage a value refers to. @throws FormatError for any other reference */
export function asStorageReference(value: PickleValue | undefined, file: string): StorageReference {
  const isPersistent =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'persistent'
  const [mark, typeName, key, , count, view] = (isPersistent ? asItems(value.id) : undefined) ?? []
  const name = nameOf(typeName)
  const text = asText(key)
  if (asText(mark) !== 'storage' || name === undefined || text === undefined)
    throw new FormatError(file, 'expected a tensor to refer to a storage')
  if (view !== undefined && view !== null) throw new FormatError(file, 'views of storages are not read')
  const type = storageTypes.get(name)
  if (type === undefined && !name.endsWith(' UntypedStorage'))
    throw new FormatError(file, `storages of the kind ${name} are not read`)
  return { key: text, count: asCount(count, file, 'a length'), ...given({ type }) }
}

const counts = (value: PickleValue | undefined, file: string, what: string): number[] => {
  const items =
    asItems(value) ?? (isCall(value) && value.name === 'torch Size' ? asItems(value.args[0]) : undefined)
  if (items === undefined || items.length > 32) throw new FormatError(file, `expected ${what} as a tuple`)
  return items.map((item) => asCount(item, file, what))
}

/** The tensor a value stands for, or undefined where it is none. @throws FormatError where it does not fit its storage */
export function asTensorReference(value: PickleValue | undefined, file: string): TensorReference | undefined {
  let call = isCall(value) ? value : undefined
  if (call?.name === 'torch._utils _rebuild_parameter') {
    const [inner] = call.args
    call = isCall(inner) ? inner : undefined
  }
  if (call === undefined || !/^torch\._utils _rebuild_tensor(_v2|_v3)?$/.test(call.name)) return undefined
  const [storageValue, offsetValue, sizeValue, strideValue] = call.args
  const storage = asStorageReference(storageValue, file)
  const type =
    storage.type ??
    call.args.map((arg) => elementTypes.get(nameOf(arg) ?? '')).find((found) => found !== undefined)
  if (type === undefined) throw new FormatError(file, 'a tensor lacks its element type')
  const count = storage.type === undefined ? Math.floor(storage.count / type.size) : storage.count
  const offset = asCount(offsetValue, file, 'an offset')
  const shape = counts(sizeValue, file, 'a shape')
  const strides = counts(strideValue, file, 'strides')
  if (strides.length !== shape.length)
    throw new FormatError(file, `a tensor has ${shape.length} lengths and ${strides.length} strides`)
  const size = sizeOf(shape)
  const last = shape.reduce((at, length, axis) => at + (length - 1) * (strides[axis] ?? 0), offset)
  // a stride of 0 repeats elements: a small file must not stand for a large tensor
  if (size > 0 && (last >= count || size > count))
    throw new FormatError(
      file,
      `a tensor [${shape.join(', ')}] does not fit its storage of ${count} elements`,
    )
  return { storage: storage.key, type, count, offset, shape, strides }
}

/** Reads a tensor whose storage begins at `start`, as float32. @throws FormatError where the file ends before */
export async function readTensor(
  file: RandomAccessFile,
  start: number,
  reference: TensorReference,
): Promise<Tensor> {
  const { type, shape, strides, offset } = reference
  const size = sizeOf(shape)
  if (size === 0) return { shape, data: new Float32Array(0) }
  const span = shape.reduce((reach, length, axis) => reach + (length - 1) * (strides[axis] ?? 0), 1)
  checkSpan(file, start + offset * type.size, span * type.size, 'a tensor')
  const bytes = await file.read(start + offset * type.size, span * type.size)
  const data = new Float32Array(size)
  const isRowMajor =
    span === size && stridesOf(shape).every((stride, axis) => shape[axis] === 1 || stride === strides[axis])
  if (isRowMajor && type.name === 'float32') {
    new Uint8Array(data.buffer).set(bytes)
    return { shape, data }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // the fastest first
  const axes = shape.map((length, axis) => ({ length, stride: strides[axis] ?? 0, at: 0 })).reverse()
  let from = 0
  for (let i = 0; i < size; i++) {
    data[i] = type.read(view, from * type.size)
    for (const axis of axes) {
      from += axis.stride
      if (++axis.at < axis.length) break
      from -= axis.stride * axis.length
      axis.at = 0
    }
  }
  return { shape, data }
}
