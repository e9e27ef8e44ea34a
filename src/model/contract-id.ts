/** @file The id of a model: a hash of its weights and of what is done to pixels and features around it. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { bytesOf } from '../base/bytes.ts'
import { byCodePoint } from '../base/names.ts'
import { templateSize } from '../evaluate/features.ts'
import type { FlipRule } from '../evaluate/features.ts'
import type { OnnxFile } from '../onnx/decode.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ModelContract } from './contract.ts'

// 128 bits: nobody makes two models of one id by accident
const hexDigits = 32

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A hash of named weights: names, shapes and numbers, in the order of the names. */
export function weightsHash(weights: ReadonlyMap<string, Tensor>): string {
  return hashOf([...weights].map(([name, { shape, data }]) => ({ name, shape, bytes: bytesOf(data) })))
}

/** The same hash from a bundle's file; what the emitter adds to the weights has names that begin with a colon. */
export function bundleWeightsHash({ initializers }: Pick<OnnxFile, 'initializers'>): string {
  return hashOf(
    [...initializers]
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, { shape, bytes }]) => ({ name, shape, bytes })),
  )
}

interface Named {
  readonly name: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

const hashOf = (weights: readonly Named[]): string => {
  const hash = sha256.create()
  for (const { name, shape, bytes } of weights.toSorted((a, b) => byCodePoint(a.name, b.name))) {
    hash.update(utf8(`${JSON.stringify([name, shape])}\n`))
    hash.update(bytes)
  }
  return bytesToHex(hash.digest()).slice(0, hexDigits)
}

/** A hash of a whole file, where the weights cannot be told from the rest. */
export function fileHash(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes)).slice(0, hexDigits)
}

/** What a contract says besides what follows from it. */
export type ContractParts = Omit<ModelContract, 'schema' | 'id' | 'templateSize'>

/** A contract with its id and template size. */
export function contractOf(parts: ContractParts): ModelContract {
  const { weights, input, channels, mean, std, flip, alignmentPoints } = parts
  const preprocessing = JSON.stringify([
    weights,
    [input.height, input.width],
    channels,
    mean,
    std,
    flip,
    alignmentPoints?.map(({ x, y }) => [x, y]) ?? null,
  ])
  return {
    ...parts,
    schema: 'cosface-model/1',
    id: fileHash(utf8(preprocessing)),
    templateSize: templateSize(parts.embeddingSize, flip),
  }
}

/** The same model with another flip rule; its templates are others, and so is its id. */
export function withFlip(contract: ModelContract, flip: FlipRule): ModelContract {
  const { schema: _, id: __, templateSize: ___, ...parts } = contract
  return contractOf({ ...parts, flip })
}
