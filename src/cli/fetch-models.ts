/** @file Fetching catalogue models on the command line: licence, origin and size first, then a yes, then the bytes. */
import { DataError, UsageError } from '../base/errors.ts'
import type { CatalogueEntry } from '../face/catalogue.ts'
import { entryBytes } from '../face/catalogue.ts'
import type { Context } from './command.ts'
import type { LateProgress } from './progress.ts'
import { progressOf } from './progress.ts'
import { bytesInWords } from './words.ts'

/** What somebody should know before a model comes onto the machine. */
export async function describeModels(context: Context, entries: readonly CatalogueEntry[]): Promise<void> {
  const { sourcesInWords } = await import('../node/models/model-cache.ts')
  for (const entry of entries) {
    context.output.progress(`${entry.name}, a ${entry.kind}: ${entry.title}`)
    context.output.progress(`  licence        ${entry.licence}`)
    context.output.progress(`  origin         ${entry.origin}`)
    context.output.progress(`  training data  ${entry.trainingData}`)
    context.output.progress(`  size           ${bytesInWords(entryBytes(entry))}`)
    for (const source of sourcesInWords(entry)) context.output.progress(`  from           ${source}`)
  }
}

/**
 * Makes sure that models are on this machine; nothing is fetched without a yes.
 * @returns whether they are there; false where somebody said no
 * @throws UsageError naming the one command to run where nobody can be asked
 */
export async function ensureModels(
  context: Context,
  entries: readonly CatalogueEntry[],
  yes: boolean,
): Promise<boolean> {
  const { entryState, fetchModels } = await import('../node/models/model-cache.ts')
  const { modelCache } = await import('../node/files/user-folders.ts')
  const cache = modelCache()
  const states = await Promise.all(entries.map((entry) => entryState(cache, entry)))
  const missing = entries.filter((_, at) => states[at] !== 'whole')
  if (missing.length === 0) return true
  await describeModels(context, missing)
  if (!yes) {
    const { agrees, canAsk } = await import('./ask.ts')
    const command = `cosface models add ${missing.map(({ name }) => name).join(' ')} --yes`
    if (!canAsk(context))
      throw new UsageError(`Nothing was fetched, because nobody can be asked here; to fetch it: ${command}`)
    if (!(await agrees('Fetch this?', context.signal))) return false
  }
  const shown = new Map<string, LateProgress>()
  const bar = (what: string): LateProgress => {
    const known = shown.get(what) ?? progressOf(context.output, what, 'kB')
    shown.set(what, known)
    return known
  }
  try {
    await fetchModels(cache, missing, {
      signal: context.signal,
      onProgress: (what, done, total) =>
        bar(what).update(Math.floor(done / 1e3), Math.ceil((total ?? done) / 1e3)),
      onRetry: (what, reason) => context.output.progress(`${what}: ${reason}; trying again`),
    })
  } catch (error) {
    if (!context.signal.aborted) throw error
    throw new DataError('Stopped; the same command goes on from what is there', { cause: error })
  } finally {
    for (const progress of shown.values()) progress[Symbol.dispose]()
  }
  return true
}
