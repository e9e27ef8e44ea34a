import { DataError } from '../../base/errors.ts'
import { counted, withCommas } from '../../base/words.ts'
import type { UnreadableImage } from '../../data/dataset.ts'

/** Checks that no more than a share `limit` of `total` images cannot be read. @throws DataError naming the first */
export function checkUnreadable(found: readonly UnreadableImage[], total: number, limit: number): void {
  const [first] = found
  if (first === undefined || found.length <= limit * total) return
  throw new DataError(
    `${withCommas(found.length)} of ${counted(total, 'image')} cannot be read, more than the allowed ` +
      `${Number((limit * 100).toPrecision(3))} %; the first: ${first.id} ${first.reason}. ` +
      'Repair or remove them, or allow more by --max-unreadable',
  )
}
