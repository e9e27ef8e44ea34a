/** @file Which benchmark a file or folder of pairs is, and its pairs: by its content, not by hopes about its name. */
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { FormatError, UsageError } from '../../base/errors.ts'
import { readAgeDbPairs } from '../../data/lists/agedb.ts'
import { parseCrossLfwPairs } from '../../data/lists/calfw.ts'
import type { CfpKind } from '../../data/lists/cfp.ts'
import { cfpFiles, readCfpPairs } from '../../data/lists/cfp.ts'
import { parseRfwPairs } from '../../data/lists/rfw.ts'
import { decodeText } from '../../data/lists/text.ts'
import { parseYtfSplits } from '../../data/lists/ytf.ts'
import type { PairList } from '../../evaluate/pairs.ts'
import { parsePairs } from '../../evaluate/pairs.ts'
import { isImageName } from './folder-walk.ts'
import { openFile, readWholeFile } from '../files/record-file.ts'

/** Benchmarks of pairs; `pairs` are LFW's lists and plain ones, `bin` a pack with its images. */
export type PairProtocol = 'pairs' | 'bin' | 'cfp-ff' | 'cfp-fp' | 'agedb' | 'calfw' | 'cplfw' | 'ytf' | 'rfw'

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true

const readBeginning = async (path: string): Promise<Uint8Array> => {
  await using file = await openFile(path)
  if (file.size === 0) throw new FormatError(path, 'the file is empty')
  return file.read(0, Math.min(400, file.size))
}

/** Whether a list has the header of LFW's View 2 (10 folds of 300) or of one of View 1's lists. */
export async function hasLfwHeader(path: string): Promise<boolean> {
  const start = new TextDecoder('latin1').decode(await readBeginning(path))
  return /^(?:10\s+300|1100|500)[ \t]*[\r\n]/.test(start)
}

/**
 * What `path` is: a folder with CFP's split, a pickled pack, a MATLAB file, or text told by its first lines. CALFW and CPLFW have one
 * format; the file's name decides between them, and it makes no difference to the figures.
 * @throws UsageError where it cannot be told, FormatError for an empty file
 */
export async function guessPairProtocol(path: string): Promise<PairProtocol> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new UsageError(`There is no file or folder ${path}`)
  if (found.isDirectory()) {
    const [first] = cfpFiles('fp')
    if (first !== undefined && (await isFile(join(path, first))))
      throw new UsageError(`${path} is CFP, which has two protocols; say cfp-ff or cfp-fp`)
    throw new UsageError(
      `${path} is a folder; expected a list of pairs, a .bin file, or CFP's folder with \`Protocol\``,
    )
  }
  const bytes = await readBeginning(path)
  const start = new TextDecoder('latin1').decode(bytes)
  if (start.startsWith('MATLAB 5.0') || start.startsWith('MATLAB 7.3')) return 'agedb'
  if (bytes[0] === 0x80 || /^[(\]}c][^ \t]{0,3}\n?[(lp\]]/.test(start)) return 'bin'
  // a damaged pack: its reader says what is wrong with it
  if (extname(path).toLowerCase() === '.bin') return 'bin'
  const [line = '', second = ''] = start.split(/\r?\n/)
  if (/^split\b.*,/i.test(line)) return 'ytf'
  const isHalf = (text: string): boolean => {
    const [image = '', number = '', ...more] = text.trim().split(/\s+/)
    return isImageName(image) && /^\d{1,9}$/.test(number) && more.length === 0
  }
  if (isHalf(line) && isHalf(second)) return /cplfw/i.test(basename(path)) ? 'cplfw' : 'calfw'
  return 'pairs'
}

const readText = async (path: string): Promise<string> => decodeText(await readWholeFile(path), path)

const cfp = (path: string, kind: CfpKind): Promise<PairList> =>
  readCfpPairs(kind, (file) => readText(join(path, file)))

const readers: {
  readonly [P in Exclude<PairProtocol, 'bin'>]: (path: string) => Promise<PairList>
} = {
  pairs: async (path) => parsePairs(await readText(path), path),
  'cfp-ff': (path) => cfp(path, 'ff'),
  'cfp-fp': (path) => cfp(path, 'fp'),
  agedb: async (path) => readAgeDbPairs(await readWholeFile(path), path),
  calfw: async (path) => parseCrossLfwPairs(await readText(path), path, 'calfw'),
  cplfw: async (path) => parseCrossLfwPairs(await readText(path), path, 'cplfw'),
  ytf: async (path) => parseYtfSplits(await readText(path), path),
  rfw: async (path) => parseRfwPairs(await readText(path), path, basename(path).replace(/_pairs\.txt$/, '')),
}

/** A form of files of pairs by its name; undefined for another. */
export function pairProtocolNamed(name: string | undefined): PairProtocol | undefined {
  if (name === 'bin') return name
  const isReader = (key: string | undefined): key is keyof typeof readers =>
    key !== undefined && Object.hasOwn(readers, key)
  return isReader(name) ? name : undefined
}

/**
 * The pairs of a benchmark, guessed from the file where `protocol` is not given. A `.bin` holds its images itself: see `openBin`.
 * @throws UsageError, FormatError
 */
export async function readPairList(path: string, protocol?: PairProtocol): Promise<PairList> {
  const chosen = protocol ?? (await guessPairProtocol(path))
  if (chosen === 'bin') throw new UsageError(`${path} is a pack with its own images, no list of names`)
  return readers[chosen](path)
}
