/** @file The audit log: who did what and when, in a chain of hashes, with ids and never names. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** What can be done to a gallery. */
export const auditActions = [
  'create',
  'enrol',
  'rename',
  'name cluster',
  'cluster',
  'tag',
  'consent',
  'merge',
  'split',
  'move',
  'remove',
  'undo',
  'purge',
  'link',
  'unlink',
  'identify',
  'verify',
  'export',
  'import',
  'reembed',
  'switch model',
  'change scoring',
  'rotate key',
  'restore',
] as const

export type AuditAction = (typeof auditActions)[number]

/** A line of the log. */
export interface AuditEntry {
  /** From 1 on, without a gap. */
  readonly number: number
  /** An ISO time. */
  readonly at: string
  /** Who did it: a user’s or a service’s name, as the caller gives it. */
  readonly who: string
  readonly action: AuditAction
  /** Ids of people and references. */
  readonly subjects: readonly number[]
  /** The SHA-256 of this line and of the hash before it. */
  readonly hash: string
}

/** Where the log ends, kept outside it. */
export interface AuditHead {
  readonly gallery: string
  readonly number: number
  readonly hash: string
}

const firstHash = '0'.repeat(64)

const hashOf = (before: string, { number, at, who, action, subjects }: Omit<AuditEntry, 'hash'>): string =>
  bytesToHex(sha256(new TextEncoder().encode(JSON.stringify([before, number, at, who, action, subjects]))))

/** The entry that follows `last`. */
export function nextEntry(
  last: AuditEntry | undefined,
  entry: Omit<AuditEntry, 'hash' | 'number'>,
): AuditEntry {
  const numbered = { ...entry, number: (last?.number ?? 0) + 1 }
  return { ...numbered, hash: hashOf(last?.hash ?? firstHash, numbered) }
}

/** What a check of the log came to; `fault` is the first thing that is wrong. */
export interface AuditCheck {
  readonly entries: number
  readonly last: AuditEntry | undefined
  readonly fault?: string
}

/**
 * Follows the chain from the first entry on. `head`, kept outside, shows that the end was not cut off: entries may have
 * come after it, but it must lie on the chain.
 */
export async function checkAudit(
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  head: AuditHead | undefined,
): Promise<AuditCheck> {
  let last: AuditEntry | undefined
  let headSeen = false
  for await (const entry of entries) {
    const expected = (last?.number ?? 0) + 1
    const count = { entries: expected - 1, last }
    if (entry.number !== expected)
      return {
        ...count,
        fault: `entry ${expected} is missing: entry ${entry.number} follows ${expected - 1}`,
      }
    if (entry.hash !== hashOf(last?.hash ?? firstHash, entry))
      return { ...count, fault: `entry ${expected} was changed: it does not fit its hash` }
    if (head?.number === entry.number) {
      if (head.hash !== entry.hash)
        return {
          ...count,
          fault: `entry ${expected} or one before it was changed: its hash is not the one kept outside`,
        }
      headSeen = true
    }
    last = entry
  }
  const count = { entries: last?.number ?? 0, last }
  if (head !== undefined && head.number > 0 && !headSeen)
    return {
      ...count,
      fault: `the end is missing: the log has ${count.entries} entries, the head kept outside says ${head.number}`,
    }
  return count
}
