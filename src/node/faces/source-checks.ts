/** @file What every kind of source of faces is checked for. */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { counted } from '../../base/words.ts'

/** Why no identity is left of those found in `paths`. */
export function nobodyLeft(
  paths: readonly string[],
  found: number,
  { minImages = 1, acceptedBy = 'the list' }: { readonly minImages?: number; readonly acceptedBy?: string },
): DataError {
  const where = paths.join(', ')
  return found === 0
    ? new DataError(`None of the names in ${acceptedBy} is an identity in ${where}`)
    : new DataError(
        `None of the ${counted(found, 'identity', 'identities')} in ${where} has at least ` +
          `${counted(minImages, 'image')}; add images or lower --min-images`,
      )
}

/**
 * The same faces twice would be every person twice, held apart from themselves.
 * @param placeOf the file or folder a source is told apart by
 * @throws UsageError
 */
export async function checkDifferent(
  paths: readonly string[],
  placeOf: (path: string, index: number) => Promise<string> = async (path) => path,
): Promise<void> {
  const seen = new Map<string, string>()
  for (const [i, path] of paths.entries()) {
    const place = await placeOf(path, i)
    const real = await realpath(place).catch(() => resolve(place))
    const before = seen.get(real)
    if (before !== undefined)
      throw new UsageError(
        path === before ? `${path} is given twice` : `${before} and ${path} are one set; give it once`,
      )
    seen.set(real, path)
  }
}
