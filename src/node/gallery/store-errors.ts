/** @file What a database complains of, in one sentence for a person. */
import { DataError } from '../../base/errors.ts'

/** What a driver says of a failure, beside its message. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether SQLite refused because somebody else writes. */
export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') === true || messageOf(error).includes('database is locked')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Code, or the beginning of one → what happened and what to do; nothing was written in any of these cases. */
const sqliteSentences: readonly (readonly [string, string])[] = [
  [
    'SQLITE_BUSY',
    'is in use by another process that does not let go; nothing was changed, try again when that has ended',
  ],
  [
    'SQLITE_FULL',
    'could not be written because the disk is full; nothing was changed, make room and try again',
  ],
  [
    'SQLITE_IOERR',
    'could not be read or written (the disk failed or is full); nothing was changed, check the disk',
  ],
  [
    'SQLITE_READONLY',
    'may only be read; nothing was changed, give this user the right to write to the file and its folder',
  ],
  ['SQLITE_NOTADB', 'is no gallery: the file is no SQLite database'],
  ['SQLITE_CORRUPT', 'is damaged; run cosface gallery check, and put back a backup'],
  ['SQLITE_CANTOPEN', 'cannot be opened: check that the folder exists and may be written'],
]

const postgresSentences: readonly (readonly [string, string])[] = [
  [
    '53100',
    'could not be written because the server’s disk is full; nothing was changed, make room and try again',
  ],
  ['53300', 'has no connection free: too many clients; try again later'],
  ['28', 'does not let this user in: check user and password'],
  ['3D000', 'does not exist: create the database first'],
  ['42501', 'may not be changed by this user: it needs the right to create tables in the database'],
  ['57P', 'went away: the server was stopped; what was acknowledged is kept, try again when it runs'],
  ['25006', 'may only be read: the server is a standby'],
  ['08', 'cannot be reached: the connection broke; what was acknowledged is kept, try again'],
  ['ECONNREFUSED', 'cannot be reached: no server answers there'],
  ['ENOENT', 'cannot be reached: there is no such socket'],
  ['ENOTFOUND', 'cannot be reached: there is no host of this name'],
  ['ETIMEDOUT', 'cannot be reached: the server does not answer'],
  ['ECONNRESET', 'cannot be reached: the connection broke; what was acknowledged is kept, try again'],
]

/** An error of the database as a sentence about the store `name`; any other as it is. */
export function storeError(name: string, error: unknown): unknown {
  const code = codeOf(error)
  const message = messageOf(error)
  const found =
    [...sqliteSentences, ...postgresSentences].find(([beginning]) => code?.startsWith(beginning)) ??
    // what the drivers say without a code
    (/unable to open|ConnectionFailed/i.test(message)
      ? sqliteSentences.find(([beginning]) => beginning === 'SQLITE_CANTOPEN')
      : /Connection terminated|timeout exceeded when trying to connect/.test(message)
        ? postgresSentences.find(([beginning]) => beginning === '08')
        : undefined)
  return found === undefined ? error : new DataError(`The gallery ${name} ${found[1]}`, { cause: error })
}
