/** @file A verification result on one line. */
import type { VerificationResult } from '../evaluate/result.ts'
import { accuracyWithError } from '../report/words.ts'

/** Accuracy with its uncertainty. */
export function verdict(result: VerificationResult): string {
  return `accuracy ${accuracyWithError(result)}`
}
