/** @file Which protocol is meant: as asked, else what the files unmistakably are, with the reason to be said aloud. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { pairProtocols, type ProtocolName } from '../../evaluate/protocol/record.ts'
import type { PairProtocol } from '../faces/pair-list-file.ts'
import { guessPairProtocol, hasLfwHeader } from '../faces/pair-list-file.ts'

/** What the protocol is judged from. */
export interface ProtocolInputs {
  /** A list of pairs, a pack, or a benchmark's folder. */
  readonly pairs?: string
  readonly randomPairs?: number
  readonly distractors?: string
  readonly gallery?: string
  readonly images?: string
}

/** A protocol, how its pairs are stored, and why it was taken where nobody named it. */
export interface ChosenProtocol {
  readonly protocol: ProtocolName
  /** What the file of pairs is, where there is one. */
  readonly container?: PairProtocol
  readonly because?: string
}

const reasons: Readonly<Record<PairProtocol, string>> = {
  pairs: 'a list of pairs',
  bin: 'a pickled pack of images',
  'cfp-ff': 'CFP’s folder',
  'cfp-fp': 'CFP’s folder',
  agedb: 'a MATLAB file of splits',
  calfw: 'a list of two lines for each pair',
  cplfw: 'a list of two lines for each pair',
  ytf: 'a list of videos with splits',
}

const templateList = /_face_tid_mid\.txt$/

/** The list of templates in a benchmark's folder, where it has one. */
const templateListIn = async (folder: string): Promise<string | undefined> => {
  for (const place of [join(folder, 'meta'), folder]) {
    const names = await readdir(place).catch((): string[] => [])
    const found = names.sort(byCodePoint).find((name) => templateList.test(name))
    if (found !== undefined) return found
  }
  return undefined
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true

const guessTemplates = (path: string, list: string): ChosenProtocol => {
  const letter =
    /ijb[-_]?([bc])/i.exec(list)?.[1]?.toLowerCase() ?? /ijb[-_]?([bc])/i.exec(path)?.[1]?.toLowerCase()
  if (letter === undefined)
    throw new UsageError(`${path} is a template benchmark by its ${list}; say which, --protocol ijbb or ijbc`)
  return { protocol: letter === 'b' ? 'ijbb' : 'ijbc', because: `${path} holds ${list}` }
}

const guess = async ({
  pairs,
  randomPairs,
  distractors,
  gallery,
  images,
}: ProtocolInputs): Promise<ChosenProtocol> => {
  if (distractors !== undefined) return { protocol: 'megaface', because: '--distractors is given' }
  if (gallery !== undefined) return { protocol: 'identify', because: '--gallery is given' }
  if (randomPairs !== undefined) return { protocol: 'pairs' }
  if (pairs === undefined && images !== undefined)
    return { protocol: 'pairs', because: `no --pairs is given, so pairs are drawn from ${images}` }
  if (pairs === undefined)
    throw new UsageError(
      'Expected --pairs with a list of pairs, or --images with a folder to draw pairs from, or --protocol with one that needs neither, got nothing',
    )
  const list = (await isFolder(pairs)) ? await templateListIn(pairs) : undefined
  if (list !== undefined) return guessTemplates(pairs, list)
  const container = await guessPairProtocol(pairs)
  const because = `${pairs} is ${reasons[container]}`
  if (container === 'bin') {
    const named = packNames.find(([, pattern]) => pattern.test(basename(pairs)))?.[0]
    return named === undefined
      ? { protocol: 'bin', container, because }
      : { protocol: named, container, because: `${because} of that name` }
  }
  if (container === 'pairs' && (await hasLfwHeader(pairs)))
    return { protocol: 'lfw', container, because: `${pairs} has the header of LFW’s lists` }
  return { protocol: container, container, because }
}

/** What the usual packs are called; all are judged alike. */
const packNames: readonly (readonly [ProtocolName, RegExp])[] = [
  ['calfw', /^calfw\b/i],
  ['cplfw', /^cplfw\b/i],
  ['lfw', /^lfw\b/i],
  ['cfp-ff', /^cfp[-_]?ff\b/i],
  ['cfp-fp', /^cfp[-_]?fp\b/i],
  ['agedb', /^agedb(?:[-_]?30)?\b/i],
]

/** How the pairs of a protocol that was asked for are stored. */
const containerOf = async (asked: ProtocolName, pairs: string): Promise<PairProtocol | undefined> => {
  const own: Readonly<Partial<Record<ProtocolName, PairProtocol>>> = {
    lfw: 'pairs',
    pairs: 'pairs',
    bin: 'bin',
    'cfp-ff': 'cfp-ff',
    'cfp-fp': 'cfp-fp',
    agedb: 'agedb',
    calfw: 'calfw',
    cplfw: 'cplfw',
    ytf: 'ytf',
  }
  const wanted = own[asked]
  if (wanted === undefined || wanted === 'ytf' || (await isFolder(pairs))) return wanted
  const found = await guessPairProtocol(pairs)
  if (found === wanted) return wanted
  if (found === 'bin' && asked !== 'pairs' && pairProtocols.includes(asked)) return 'bin'
  // the two halves of CALFW's and CPLFW's lists look alike
  if (found === 'calfw' && wanted === 'cplfw') return wanted
  if (found === 'cplfw' && wanted === 'calfw') return wanted
  throw new UsageError(`--protocol ${asked} does not fit: ${pairs} is ${reasons[found]}`)
}

/** @throws UsageError where nothing was asked for and the files do not tell, or where they tell otherwise */
export async function chooseProtocol(
  asked: ProtocolName | undefined,
  inputs: ProtocolInputs,
): Promise<ChosenProtocol> {
  if (asked === undefined) return guess(inputs)
  const container = inputs.pairs === undefined ? undefined : await containerOf(asked, inputs.pairs)
  return { protocol: asked, ...given({ container }) }
}
