/** @file Every image below a folder, and the one place that counts what is left out and says so. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { byCodePoint } from '../../base/names.ts'
import { reasonOf } from '../../base/system-errors.ts'
import { counted } from '../../base/words.ts'
import { imageEndings, imageFormatsAnd } from '../../image/header.ts'

/** What was left out while looking through a folder. */
export interface LeftOut {
  readonly folder: string
  /** Path → what is wrong there, in words. */
  readonly problems: Map<string, string>
  /** Files that are no images by their names: ending → number. */
  readonly otherFiles: Map<string, number>
}

/** Nothing left out so far. */
export function nothingLeftOut(folder: string): LeftOut {
  return { folder, problems: new Map(), otherFiles: new Map() }
}

const endings: ReadonlySet<string> = new Set(imageEndings)

/** Whether a file name is one of an image that is read. */
export function isImageName(name: string): boolean {
  return endings.has(extname(name).toLowerCase())
}

/** Names that nobody means: hidden files, and what macOS packs into archives. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX'
}

/** What a system call failed with, for a sentence. */
export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}

type Kind = 'file' | 'folder' | 'other'

interface Entry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

const kindOf = (entry: Pick<Entry, 'isFile' | 'isDirectory'>): Kind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other'

/** What an entry at `path` is; links are followed, and one that leads nowhere is noted. */
export async function kindOfEntry(entry: Entry, path: string, leftOut: LeftOut): Promise<Kind> {
  if (!entry.isSymbolicLink()) return kindOf(entry)
  try {
    return kindOf(await stat(path))
  } catch (cause) {
    leftOut.problems.set(path, `${path} is a link that leads nowhere (${reasonOf(cause)})`)
    return 'other'
  }
}

/** Counts a file that is no image by its name. */
export function countOther(name: string, { otherFiles }: LeftOut): void {
  const ending = extname(name).toLowerCase() || 'no ending'
  otherFiles.set(ending, (otherFiles.get(ending) ?? 0) + 1)
}

/** The images under the folder `relative` of `leftOut.folder`, sub-folders included, as paths relative to that folder. */
export async function imagesUnder(
  relative: string,
  above: readonly string[],
  leftOut: LeftOut,
): Promise<string[]> {
  const { folder, problems } = leftOut
  const path = join(folder, relative)
  let real: string
  let entries
  try {
    real = await realpath(path)
    if (above.includes(real)) {
      problems.set(path, `${path} links back to a folder it lies in; it was left out`)
      return []
    }
    entries = await readdir(path, { withFileTypes: true })
  } catch (cause) {
    problems.set(path, `${path} could not be read (${reasonOf(cause)})`)
    return []
  }
  const found: string[] = []
  for (const entry of entries) {
    if (isPassedOver(entry.name)) continue
    const inner = relative === '' ? entry.name : `${relative}/${entry.name}`
    const kind = await kindOfEntry(entry, join(folder, inner), leftOut)
    if (kind === 'folder')
      for (const image of await imagesUnder(inner, [...above, real], leftOut)) found.push(image)
    else if (kind === 'file') {
      if (isImageName(entry.name)) found.push(inner)
      else countOther(entry.name, leftOut)
    }
  }
  return found
}

/** `2 × .bmp, 1 × .txt`: other files by their endings. */
export function otherFilesInWords({ otherFiles }: Pick<LeftOut, 'otherFiles'>): string {
  return [...otherFiles]
    .toSorted((a, b) => byCodePoint(a[0], b[0]))
    .map(([ending, count]) => `${count} × ${ending}`)
    .join(', ')
}

/** What was left out, a sentence each, for terminals, pages and JSON alike. */
export function leftOutNotes(leftOut: LeftOut, remarks: readonly string[] = []): readonly string[] {
  const total = [...leftOut.otherFiles.values()].reduce((sum, count) => sum + count, 0)
  const problems = [...leftOut.problems.values(), ...remarks].toSorted(byCodePoint)
  return total === 0
    ? problems
    : [
        ...problems,
        `${counted(total, 'file')} in ${leftOut.folder} left out (${otherFilesInWords(leftOut)}): only ${imageFormatsAnd} are read`,
      ]
}

/** All images under a folder at any depth, as paths relative to it by code point, and what was left out, in words. */
export async function imagesBelow(
  folder: string,
): Promise<{ readonly images: readonly string[]; readonly notes: readonly string[] }> {
  const leftOut = nothingLeftOut(folder)
  const found = await imagesUnder('', [], leftOut)
  return { images: found.toSorted(byCodePoint), notes: leftOutNotes(leftOut) }
}
