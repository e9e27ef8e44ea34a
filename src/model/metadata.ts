/** @file The contract as it lies in an ONNX file's metadata. */
import { z } from 'zod'
import { FormatError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { contractOf } from './contract-id.ts'
import { largestSide } from './contract.ts'
import type { ModelContract } from './contract.ts'

const metadataKey = 'cosface.contract'

const count = z.int().min(1).max(65_536)
const side = z.int().min(1).max(largestSide)
const hash = z.string().regex(/^[0-9a-f]{32}$/)

const contractSchema = z.object({
  schema: z.literal('cosface-model/1'),
  id: hash,
  weights: hash,
  input: z.object({ height: side, width: side }),
  channels: z.enum(['rgb', 'bgr']),
  mean: z.number(),
  std: z.number().positive(),
  flip: z.enum(['concat', 'sum', 'none']),
  embeddingSize: count,
  templateSize: count,
  alignmentPoints: z.array(z.object({ x: z.number(), y: z.number() })).optional(),
  license: z.string().optional(),
  training: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})

/** The metadata that carries a contract. */
export function contractMetadata(contract: ModelContract): Readonly<Record<string, string>> {
  return { [metadataKey]: JSON.stringify(contract) }
}

const failed = (file: string, reason: string, cause?: unknown): FormatError =>
  new FormatError(file, `the model's contract ${reason}`, undefined, cause === undefined ? {} : { cause })

const jsonOf = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw failed(file, 'is no JSON', cause)
  }
}

/**
 * The contract in a model's metadata; undefined where there is none.
 * @throws FormatError where there is one that cannot be right: unreadable, incomplete, or edited so that the id is off
 */
export function readContract(
  metadata: Readonly<Record<string, string>>,
  file: string,
): ModelContract | undefined {
  const text = metadata[metadataKey]
  if (text === undefined) return undefined
  const parsed = contractSchema.safeParse(jsonOf(text, file))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw failed(
      file,
      `is not understood: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      parsed.error,
    )
  }
  const { alignmentPoints, license, training, ...fixed } = parsed.data
  const contract = contractOf({
    ...fixed,
    ...given({ alignmentPoints, license, training }),
  })
  if (contract.id !== fixed.id || contract.templateSize !== fixed.templateSize) {
    throw failed(file, 'was changed after it was written: its id does not follow from it')
  }
  return contract
}
