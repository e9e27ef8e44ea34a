/**
 * @file PyTorch checkpoints (`.pth`, `.pt`, `.ckpt`), zip and legacy format, as named tensors. Nothing in them is run; a file
 * that holds more than data is refused by the name of what it wanted.
 */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { checkSpan } from '../../base/random-access.ts'
import { counted } from '../../base/words.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { numpyNames } from '../pickle/numpy.ts'
import type { PickleValue } from '../pickle/values.ts'
import { asDict, asItems, asText } from '../pickle/values.ts'
import { readPickle } from '../pickle/pickle.ts'
import type { TensorReference } from './torch-checkpoint-tensor.ts'
import { asStorageReference, asTensorReference, readTensor, torchNames } from './torch-checkpoint-tensor.ts'
import { locateZipEntry, readZipDirectory, torchScript } from './torch-checkpoint-zip.ts'

/** A tensor of a checkpoint; reading it gives float32, whatever it is stored as. */
export interface CheckpointTensor {
  readonly shape: readonly number[]
  /** PyTorch's name of the element type it is stored as. */
  readonly dtype: string
  read(): Promise<Tensor>
}

export interface TorchCheckpoint {
  readonly format: 'zip' | 'legacy'
  /** By path in the file: nested names joined by dots; `''` for a file that is one tensor. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>
}

const content = {
  allowed: [...torchNames, ...numpyNames],
  instead: 'of a model saved whole, save its state_dict() alone',
}
const pickleLimit = 2 ** 28
const depthLimit = 8
const visitLimit = 1_000_000
const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001

/** The tensors below a value, by path; dicts and lists are walked, anything else is passed over. */
const collect = (root: PickleValue, file: string): Map<string, TensorReference> => {
  const found = new Map<string, TensorReference>()
  let visits = 0
  const visit = (value: PickleValue, path: string, depth: number): void => {
    if (++visits > visitLimit) throw new FormatError(file, 'the checkpoint is nested too widely')
    const tensor = asTensorReference(value, file)
    if (tensor !== undefined) {
      found.set(path, tensor)
      return
    }
    if (depth > depthLimit) return
    const below = (name: string): string => (path === '' ? name : `${path}.${name}`)
    for (const [name, inner] of asDict(value) ?? []) visit(inner, below(name), depth + 1)
    asItems(value)?.forEach((inner, i) => visit(inner, below(String(i)), depth + 1))
  }
  visit(root, '', 0)
  return found
}

type Locate = (reference: TensorReference) => Promise<number>

const named = (
  file: RandomAccessFile,
  format: TorchCheckpoint['format'],
  root: PickleValue,
  locate: Locate,
): TorchCheckpoint => {
  const tensors = new Map<string, CheckpointTensor>()
  for (const [name, reference] of collect(root, file.name)) {
    tensors.set(name, {
      shape: reference.shape,
      dtype: reference.type.name,
      read: async () => readTensor(file, await locate(reference), reference),
    })
  }
  if (tensors.size === 0) throw new FormatError(file.name, 'the checkpoint holds no tensors')
  return { format, tensors }
}

const readZip = async (file: RandomAccessFile): Promise<TorchCheckpoint> => {
  const entries = await readZipDirectory(file)
  const data = [...entries.values()].find(({ name }) => /(^|\/)data\.pkl$/.test(name))
  if (data === undefined)
    throw new FormatError(file.name, 'the zip file has no data.pkl; it is no PyTorch checkpoint')
  const folder = data.name.slice(0, -'data.pkl'.length)
  if (entries.has(`${folder}constants.pkl`)) throw new FormatError(file.name, torchScript)
  const order = entries.get(`${folder}byteorder`)
  if (order !== undefined && order.length < 16) {
    const text = new TextDecoder().decode(await file.read(await locateZipEntry(file, order), order.length))
    if (text !== 'little')
      throw new FormatError(file.name, `expected little-endian numbers, got ${text}-endian ones`)
  }
  if (data.length > pickleLimit) throw new FormatError(file.name, 'data.pkl is too long')
  const bytes = await file.read(await locateZipEntry(file, data), data.length)
  const { value } = readPickle(bytes, { ...content, file: `${file.name} ${data.name}`, persistent: true })
  return named(file, 'zip', value, async ({ storage, type, count }) => {
    const entry = entries.get(`${folder}data/${storage}`)
    if (entry === undefined) throw new FormatError(file.name, `the storage ${storage} is missing`)
    if (entry.length < count * type.size)
      throw new FormatError(
        file.name,
        `the storage ${storage} has ${entry.length} bytes, expected ${count * type.size}`,
      )
    return locateZipEntry(file, entry)
  })
}

/** Bytes of every storage that anything refers to. */
const storageSizes = (root: PickleValue, file: string): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>()
  const seen = new Set<PickleValue>()
  const waiting = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value))
      continue
    seen.add(value)
    if (value.kind === 'persistent') {
      const { key, type, count } = asStorageReference(value, file)
      const size = count * (type?.size ?? 1)
      if ((sizes.get(key) ?? size) !== size) throw new FormatError(file, `the storage ${key} has two lengths`)
      sizes.set(key, size)
      continue
    }
    if ('items' in value) for (const item of value.items) waiting.push(item)
    if ('entries' in value) for (const [key, entry] of value.entries) waiting.push(key, entry)
    if (value.kind !== 'call') continue
    for (const arg of value.args) waiting.push(arg)
    if (value.state !== undefined) waiting.push(value.state)
  }
  return sizes
}

/** Pickles one after another: a magic number, a version, the machine, the content, the storages' keys; then their bytes. */
const readLegacy = async (file: RandomAccessFile): Promise<TorchCheckpoint> => {
  const bytes = await file.read(0, Math.min(file.size, pickleLimit))
  let offset = 0
  const next = (persistent = false): PickleValue => {
    const { value, end } = readPickle(bytes, { ...content, file: file.name, persistent, offset })
    offset = end
    return value
  }
  if (next() !== legacyMagic)
    throw new FormatError(file.name, 'the pickle does not begin as a PyTorch checkpoint does', 0)
  const version = next()
  if (version !== legacyProtocol)
    throw new FormatError(file.name, `expected the version 1001 of PyTorch's format`)
  if (asDict(next())?.get('little_endian') === false)
    throw new FormatError(file.name, 'expected little-endian numbers, got big-endian ones')
  const root = next(true)
  const keys = (asItems(next()) ?? []).map(asText)
  const sizes = storageSizes(root, file.name)
  const starts = new Map<string, number>()
  for (const key of keys) {
    const size = key === undefined ? undefined : sizes.get(key)
    if (key === undefined || size === undefined)
      throw new FormatError(file.name, `nothing refers to the storage ${key ?? 'without a name'}`, offset)
    checkSpan(file, offset, 8 + size, `the storage ${key}`)
    starts.set(key, offset + 8)
    offset += 8 + size
  }
  if (offset !== file.size)
    throw new FormatError(
      file.name,
      `${counted(file.size - offset, 'byte')} after the end of the last storage`,
      offset,
    )
  return named(file, 'legacy', root, async ({ storage }) => {
    const start = starts.get(storage)
    if (start === undefined) throw new FormatError(file.name, `the storage ${storage} is missing`)
    return start
  })
}

/**
 * Opens a checkpoint; tensors are read when asked for, so `file` must stay open.
 * @throws FormatError for damage, other formats, and by name for whatever is more than data
 */
export async function openTorchCheckpoint(file: RandomAccessFile): Promise<TorchCheckpoint> {
  if (file.size < 4)
    throw new FormatError(file.name, file.size === 0 ? 'the file is empty' : 'the file is too short')
  const [first, second, third, fourth] = await file.read(0, 4)
  if (first === 0x50 && second === 0x4b && third === 3 && fourth === 4) return readZip(file)
  if (first === 0x80) return readLegacy(file)
  throw new FormatError(file.name, 'expected a PyTorch checkpoint: a zip file, or a pickle', 0)
}
