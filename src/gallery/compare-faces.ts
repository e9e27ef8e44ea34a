/** @file Two faces: are they the same person? */
import { UsageError } from '../base/errors.ts'
import { cosine } from '../evaluate/features.ts'
import { originDifference } from '../face/embedding-origin.ts'
import type { Probe } from './answers.ts'

/** The cosine of two faces of one origin. @throws UsageError where the origins differ */
export function compareFaces(first: Probe, second: Probe): number {
  const other = originDifference(first.origin, second.origin)
  if (other !== undefined)
    throw new UsageError(
      `The two embeddings were made with the ${other.part} ${other.first} and ${other.second}; they cannot be compared`,
    )
  return cosine(first.embedding, 0, second.embedding, 0, first.embedding.length)
}
