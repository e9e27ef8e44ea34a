import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { openDraft, sweepDrafts } from './draft.ts'

/** Writes a file so that a reader sees the old content or the new, never a part; a device or FIFO is written to. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  await using draft = await openDraft(file)
  await draft.handle.writeFile(content)
  await draft.settle()
}

/**
 * Checks, before long work, that its result can be written to `file`; what killed commands left beside it is removed.
 * @throws UsageError where it cannot
 */
export async function checkPlace(file: string): Promise<void> {
  const folder = dirname(file)
  const above = await stat(folder).catch(() => undefined)
  if (above?.isDirectory() !== true)
    throw new UsageError(`${file} cannot be written: there is no folder ${folder}`)
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory() === true) throw new UsageError(`${file} is a folder; name a file in it`)
  await sweepDrafts(folder)
}
