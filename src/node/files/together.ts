/**
 * @file Several files that take their places together: a note says which drafts belong where, so that a command killed
 * between two of them is completed by the next one that locks the folder.
 */
import { readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Draft, isOwnEntry, openDraft, togetherName } from './draft.ts'

const pairsIn = (text: string): readonly (readonly [string, string])[] => {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return []
  return value.flatMap((pair: unknown): (readonly [string, string])[] => {
    if (!Array.isArray(pair)) return []
    const [draft, name]: unknown[] = pair
    if (typeof draft !== 'string' || typeof name !== 'string') return []
    // names in this folder alone, whoever wrote the note
    return isOwnEntry(draft) && basename(draft) === draft && basename(name) === name && name !== '..'
      ? [[draft, name]]
      : []
  })
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Completes what a killed command had begun to put in place. */
export async function completeTogether(folder: string): Promise<void> {
  const note = join(folder, togetherName)
  const text = await readFile(note, 'utf8').catch(() => undefined)
  if (text === undefined) return
  for (const [draft, name] of pairsIn(text)) {
    await rename(join(folder, draft), join(folder, name)).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  }
  await rm(note, { force: true })
}

/**
 * Puts finished drafts in their places, which all lie in `folder`. The first is the file by which readers find the others:
 * it is away while they change, so that nobody reads old and new together.
 */
export async function settleTogether(folder: string, drafts: ReadonlyMap<string, Draft>): Promise<void> {
  const [first, ...others] = drafts
  if (first === undefined) return
  const [name, main] = first
  const note = join(folder, togetherName)
  {
    await using draft = await openDraft(note)
    const pairs = [...others, first].map(([file, { path }]) => [basename(path), file])
    await draft.handle.writeFile(JSON.stringify(pairs))
    await draft.settle()
  }
  await rm(join(folder, name), { force: true })
  for (const [, draft] of others) await draft.settle()
  await main.settle()
  await rm(note, { force: true })
}
