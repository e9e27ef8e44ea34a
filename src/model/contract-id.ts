/** @file The id of a model: a hash of its weights and of what is done to pixels and features around it. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { bytesOf } from '../base/bytes.ts'
import { byCodePoint } from '../base/names.ts'
import { templateSize } from '../evaluate/features.ts'
import type { FlipRule } from '../evaluate/features.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ModelContract } from './contract.ts'

// 128 bits: nobody makes two models of one id by accident
const hexDigits = 32

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A hash of named weights: names, shapes and numbers, in the order of the names. */
export function weightsHash(weights: ReadonlyMap<string, Tensor>): string {
  const hash = sha256.create()
  for (const [name, { shape, data }] of [...weights].sort(([a], [b]) => byCodePoint(a, b))) {
    hash.update(utf8(`${JSON.stringify([name, shape])}\n`))
    hash.update(bytesOf(data))
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
