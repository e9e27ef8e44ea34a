/** @file What a system call failed with, in words: `ENOENT` is nobody's language. */

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'it exists already',
  EACCES: 'it may not be read or written by this user',
  EPERM: 'the system does not allow it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in circles',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EXDEV: 'it lies on another disk',
  EFBIG: 'the file is too large for the disk',
  EIO: 'the disk reports a fault',
  ENODEV: 'there is no such device',
  ENXIO: 'there is no such device',
  EINVAL: 'the system refuses it',
  ECONNREFUSED: 'nothing answers at that address',
  ECONNRESET: 'the connection was broken off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host’s address cannot be found out now',
  ETIMEDOUT: 'it took too long to answer',
  EADDRINUSE: 'the port is in use',
}

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined

/** Why a system call failed, in words; of other errors their message. */
export function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  const known = code === undefined ? undefined : words[code]
  return known ?? (cause instanceof Error ? cause.message : String(cause))
}

/**
 * A sentence without the system's codes: `ENOENT: no such file or directory, open 'x'` becomes `x: there is no such file or folder`,
 * and a lone code its words.
 */
export function withoutCodes(text: string): string {
  return text
    .replaceAll(
      /\b(E[A-Z_]{3,12}): [a-z ,-]{1,60}?, [a-z]{2,12}(?: '([^']{1,4096})'(?: -> '([^']{1,4096})')?)?/g,
      (all: string, code: string, from?: string, to?: string) => {
        const reason = words[code]
        if (reason === undefined) return all
        const place = to ?? from
        return place === undefined ? reason : `${place}: ${reason}`
      },
    )
    .replaceAll(/\bE[A-Z_]{3,12}\b/g, (code: string) => words[code] ?? code)
}
