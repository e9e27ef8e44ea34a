/** @file A person of a gallery: who may be an answer, on what grounds, and until when. */
import { UsageError } from '../base/errors.ts'
import { shown } from '../base/errors.ts'

/** What a person agreed to. */
export interface Consent {
  /** Where the agreement is recorded: a number, an address, a file. */
  readonly record: string
  /** What the person's pictures may be used for. */
  readonly purpose: string
}

/** `merged` and `removed` can be undone until they are purged. */
export type PersonState = 'active' | 'merged' | 'removed'

/** A person; one without a name was found by clustering and is never an answer. */
export interface Person {
  readonly id: number
  /** Unique among active people. */
  readonly name: string | undefined
  readonly state: PersonState
  readonly tags: readonly string[]
  readonly consent?: Consent
  /** From this instant on the person is never an answer, as an ISO time. */
  readonly expires?: string
  /** An ISO time. */
  readonly created: string
}

const longestName = 200

/**
 * A name as it is stored: composed Unicode, single spaces, none around it.
 * @throws UsageError on an empty one, one over 200 characters, or one with control characters
 */
export function personName(given: string): string {
  const name = given.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (name === '' || name.length > longestName || /\p{Cc}/u.test(name)) {
    throw new UsageError(
      `Expected a person’s name of 1 to ${longestName} characters without control characters, got ${shown(given)}`,
    )
  }
  return name
}

/** Whether a person may be an answer at `now`. */
export function isAnswerable({ state, name, expires }: Person, now: Date): boolean {
  return state === 'active' && name !== undefined && !isExpired(expires, now)
}

/** Whether an expiry, an ISO time, has come. */
export function isExpired(expires: string | undefined, now: Date): boolean {
  return expires !== undefined && Date.parse(expires) <= now.getTime()
}

/**
 * An expiry as it is stored: an ISO time; a bare date ends with that day, UTC.
 * @throws UsageError on what is neither
 */
export function expiryTime(given: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(given)
  const time =
    isDate || /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(given) ? Date.parse(given) : NaN
  if (Number.isNaN(time))
    throw new UsageError(`Expected an expiry such as 2030-12-31 or 2030-12-31T12:00:00Z, got ${shown(given)}`)
  return new Date(isDate ? time + 24 * 3600 * 1000 : time).toISOString()
}
