/** @file Finding the images under a folder that holds one folder per identity. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { counted } from '../../base/words.ts'

/** What was found. */
export interface FolderScan {
  readonly folder: string
  /** Ordered by name; each with its images, paths relative to `folder` with `/`, ordered. */
  readonly identities: readonly { readonly name: string; readonly images: readonly string[] }[]
  /** Places that could not be read, links that lead nowhere or in circles, and folders without images, in words. */
  readonly problems: readonly string[]
  /** Files that are no images by their names: extension → number. */
  readonly otherFiles: ReadonlyMap<string, number>
}

const imageExtensions: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp'])

/** Whether a file name is one of an image that is read. */
export function isImageName(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase())
}

const expectedShape = 'expected one folder per identity with its images inside, like FOLDER/anna/1.jpg'

interface Findings {
  /** Path → what is wrong there, in words. */
  readonly problems: Map<string, string>
  readonly otherFiles: Map<string, number>
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

const ignored = (name: string): boolean => name.startsWith('.') || name === '__MACOSX'

/** The images under `folder`/`relative`, sub-folders included, as paths relative to `folder`. */
const imagesUnder = async (
  folder: string,
  relative: string,
  above: readonly string[],
  findings: Findings,
): Promise<string[]> => {
  const path = join(folder, relative)
  let real: string
  let entries
  try {
    real = await realpath(path)
    if (above.includes(real)) {
      findings.problems.set(path, `${path} links back to a folder it lies in; it was left out`)
      return []
    }
    entries = await readdir(path, { withFileTypes: true })
  } catch (cause) {
    findings.problems.set(path, `${path} could not be read (${codeOf(cause)})`)
    return []
  }
  const found: string[] = []
  for (const entry of entries) {
    if (ignored(entry.name)) continue
    const inner = `${relative}/${entry.name}`
    const kind = entry.isSymbolicLink() ? await kindOfTarget(join(folder, inner), findings) : kindOf(entry)
    if (kind === 'folder') found.push(...(await imagesUnder(folder, inner, [...above, real], findings)))
    else if (kind === 'file') {
      if (isImageName(entry.name)) found.push(inner)
      else countOther(entry.name, findings)
    }
  }
  return found
}

/** All images under a folder at any depth, as paths relative to it by code point, and what was left out, in words. */
export async function imagesBelow(
  folder: string,
): Promise<{ readonly images: readonly string[]; readonly problems: readonly string[] }> {
  const findings: Findings = { problems: new Map(), otherFiles: new Map() }
  const found = await imagesUnder(folder, '', [], findings)
  return {
    images: found.map((path) => path.slice(1)).toSorted(byCodePoint),
    problems: [...findings.problems.values()],
  }
}

type Kind = 'file' | 'folder' | 'other'

const kindOf = (entry: { isFile(): boolean; isDirectory(): boolean }): Kind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other'

const kindOfTarget = async (path: string, findings: Findings): Promise<Kind> => {
  try {
    return kindOf(await stat(path))
  } catch (cause) {
    findings.problems.set(path, `${path} is a link that leads nowhere (${codeOf(cause)})`)
    return 'other'
  }
}

const countOther = (name: string, findings: Findings): void => {
  const extension = extname(name).toLowerCase() || 'no extension'
  findings.otherFiles.set(extension, (findings.otherFiles.get(extension) ?? 0) + 1)
}

/**
 * Scans `folder`: each folder in it is an identity, and every JPEG, PNG or WebP file below that, at any depth, an image
 * of it. Hidden files are passed over, links followed, circles of links broken. Order is by code point.
 * @throws UsageError where the folder is missing or no folder; DataError where it holds no identities with images
 */
export async function scanFolder(folder: string): Promise<FolderScan> {
  const findings: Findings = { problems: new Map(), otherFiles: new Map() }
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT') throw new UsageError(`There is no folder ${folder}`, { cause })
    if (code === 'ENOTDIR') throw new UsageError(`${folder} is no folder; ${expectedShape}`, { cause })
    throw new DataError(`${folder} could not be read (${code})`, { cause })
  }
  const real = await realpath(folder)
  const names: string[] = []
  let loose = 0
  for (const entry of entries) {
    if (ignored(entry.name)) continue
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink() ? await kindOfTarget(path, findings) : kindOf(entry)
    if (kind === 'folder') names.push(entry.name)
    else if (kind === 'file') {
      if (isImageName(entry.name)) loose += 1
      else countOther(entry.name, findings)
    }
  }
  names.sort(byCodePoint)
  const images = await mapBounded(names, 16, async (name) =>
    (await imagesUnder(folder, name, [real], findings)).toSorted(byCodePoint),
  )
  const identities = names
    .map((name, index) => ({ name, images: images[index] ?? [] }))
    .filter((identity) => identity.images.length > 0)
  if (identities.length === 0) throw nothingFound(folder, names.length, loose, findings)
  // of a folder that could not be read it is not known
  const empty = names.filter(
    (name, index) => images[index]?.length === 0 && !findings.problems.has(join(folder, name)),
  )
  const remarks = [
    ...(loose > 0
      ? [`${counted(loose, 'image')} directly in ${folder}, in no identity's folder, left out`]
      : []),
    ...(empty.length > 0 ? [emptyRemark(folder, empty)] : []),
  ]
  return {
    folder,
    identities,
    problems: [...findings.problems.values(), ...remarks].toSorted(byCodePoint),
    otherFiles: findings.otherFiles,
  }
}

const emptyRemark = (folder: string, names: readonly string[]): string =>
  `${counted(names.length, 'folder')} in ${folder} without any image: ${names.slice(0, 5).join(', ')}` +
  (names.length > 5 ? ', …' : '')

const nothingFound = (folder: string, folders: number, loose: number, findings: Findings): DataError => {
  if (loose > 0 && folders === 0) {
    return new DataError(`${folder} holds ${counted(loose, 'image')} but no folders; ${expectedShape}`)
  }
  const others = [...findings.otherFiles]
    .toSorted((a, b) => byCodePoint(a[0], b[0]))
    .map(([extension, count]) => `${count} × ${extension}`)
  const [problem] = findings.problems.values()
  const instead =
    problem !== undefined
      ? `; ${problem}`
      : others.length > 0
        ? `, only other files (${others.join(', ')}); JPEG, PNG and WebP are read`
        : ''
  if (folders === 0 && others.length === 0 && problem === undefined) {
    return new DataError(`${folder} is empty; ${expectedShape}`)
  }
  return new DataError(`No images were found in ${folder}${instead}; ${expectedShape}`)
}
