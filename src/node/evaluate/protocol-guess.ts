/** @file Which protocol is meant: as asked, else what the files unmistakably are, with the reason to be said aloud. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import type { Given, Looked } from '../../evaluate/protocols/protocol.ts'
import { benchmarkNamed, filesInWords, recognise } from '../../evaluate/protocols/registry.ts'
import { guessPairProtocol, hasLfwHeader } from '../faces/pair-list-file.ts'

/** A protocol, how its pairs are stored, and why it was taken where nobody named it. */
export interface ChosenProtocol {
  readonly protocol: string
  /** What the file of pairs is, where there is one. */
  readonly container?: string
  readonly because?: string
}

const templateList = /_face_tid_mid\.txt$/

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true

const look = (pairs: string): Looked => ({
  holds: async (path) => (await stat(join(pairs, path)).catch(() => undefined))?.isFile() === true,
  templateList: async () => {
    for (const place of [join(pairs, 'meta'), pairs]) {
      const names = await readdir(place).catch((): string[] => [])
      const found = names.sort(byCodePoint).find((name) => templateList.test(name))
      if (found !== undefined) return found
    }
    return undefined
  },
  container: () => guessPairProtocol(pairs),
  hasLfwHeader: () => hasLfwHeader(pairs),
})

/** How the pairs of a benchmark that was asked for are stored. */
const containerOf = async (asked: string, pairs: string): Promise<string | undefined> => {
  const { container, alsoIn = [], unlooked = false } = benchmarkNamed(asked).benchmark
  if (container === undefined || unlooked || (await isFolder(pairs))) return container
  const found = await guessPairProtocol(pairs)
  if (found === container || alsoIn.includes(found)) return found === 'bin' ? found : container
  throw new UsageError(`--protocol ${asked} does not fit: ${pairs} is ${filesInWords(found)}`)
}

/** @throws UsageError where nothing was asked for and the files do not tell, or where they tell otherwise */
export async function chooseProtocol(asked: string | undefined, inputs: Given): Promise<ChosenProtocol> {
  const { pairs } = inputs
  if (asked !== undefined) {
    const container = pairs === undefined ? undefined : await containerOf(asked, pairs)
    return { protocol: asked, ...given({ container }) }
  }
  const found = await recognise(inputs, look(pairs ?? ''))
  if (found === undefined)
    throw new UsageError(
      'Expected --pairs with a list of pairs, or --images with a folder to draw pairs from, or --protocol with one that needs neither, got nothing',
    )
  const { benchmark, ...rest } = found
  return { protocol: benchmark, ...rest }
}
