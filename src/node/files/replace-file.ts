import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../../base/errors.ts'

/** Writes a file so that a reader sees the old content or the new, never a part. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.partial`
  const handle = await open(draft, 'w')
  try {
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Checks, before long work, that its result can be written to `file`. @throws UsageError where it cannot */
export async function checkPlace(file: string): Promise<void> {
  const folder = dirname(file)
  const above = await stat(folder).catch(() => undefined)
  if (above?.isDirectory() !== true)
    throw new UsageError(`${file} cannot be written: there is no folder ${folder}`)
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory() === true) throw new UsageError(`${file} is a folder; name a file in it`)
}
