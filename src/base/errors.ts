/** @file One sentence shape for every complaint: what was expected, what was got, where. */

/** A file does not hold what its format demands; names the file, the byte offset and the reason. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly file: string
  readonly offset: number | undefined
  readonly reason: string

  constructor(file: string, reason: string, offset?: number, options?: ErrorOptions) {
    super(`${file}${offset === undefined ? '' : ` (byte ${offset})`}: ${reason}`, options)
    this.file = file
    this.offset = offset
    this.reason = reason
  }
}

/**
 * The caller asked for something that cannot be: a wrong option, a wrong value. Options are named in backticks by their field, as the
 * library's user calls them; the command line writes them as they are typed there and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** Whether the person typed fields, too, as in a config file. */
  readonly inFields: boolean

  constructor(message: string, { inFields = false, ...options }: UsageErrorOptions = {}) {
    super(message, options)
    this.inFields = inFields
  }
}

export interface UsageErrorOptions extends ErrorOptions {
  /** @defaultValue false */
  readonly inFields?: boolean
}

/** The input is readable but cannot carry the work asked of it (too few people, missing images). Exit code 1. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** A part this machine lacks, with the command that supplies it. Exit code 1. */
export class MissingPartError extends Error {
  override readonly name = 'MissingPartError'
}

/** The text of a value as it appears in an error message: short, quoted if it is a string. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value)
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** A `UsageError` of the project's sentence shape: ``Expected `margin` to be a number in [0, 2], got 2.5``. */
export function unexpected(name: string, wanted: string, got: unknown): UsageError {
  return new UsageError(`Expected \`${name}\` to be ${wanted}, got ${shown(got)}`)
}
