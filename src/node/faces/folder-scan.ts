/** @file Finding the images under a folder that holds one folder per identity. */
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { groupBy } from '../../base/groups.ts'
import { byCodePoint, folderOf } from '../../base/names.ts'
import { reasonOf } from '../../base/system-errors.ts'
import { agreeing, counted, firstFive } from '../../base/words.ts'
import { imageFormatsAnd } from '../../image/header.ts'
import type { LeftOut } from './folder-walk.ts'
import {
  codeOf,
  countOther,
  imagesUnder,
  isImageName,
  isPassedOver,
  kindOfEntry,
  leftOutNotes,
  nothingLeftOut,
  otherFilesInWords,
} from './folder-walk.ts'

/** One person's folder. */
export interface ScannedIdentity {
  /** The folder's path relative to the one that was scanned, with `/`. */
  readonly name: string
  /** Paths relative to the folder that was scanned, with `/`, ordered. */
  readonly images: readonly string[]
}

/** What was found. */
export interface FolderScan {
  readonly folder: string
  /** Ordered by name. */
  readonly identities: readonly ScannedIdentity[]
  /** What was left out, in words: places that could not be read, links that lead nowhere, other files, folders without images. */
  readonly notes: readonly string[]
}

/** How a folder of people is read. */
export interface ScanOptions {
  /** How many folders down the people's own lie: 1 for `FOLDER/anna`, 2 for `FOLDER/train/anna`. @defaultValue 1, and an error where people seem to lie deeper */
  readonly depth?: number
}

const expectedShape = 'expected one folder per identity with its images inside, like FOLDER/anna/1.jpg'

/**
 * Scans `folder`: each folder in it (or `depth` folders down) is an identity, and every image below that, at any depth, is of it.
 * Hidden files are passed over, links followed, circles of links broken. Order is by code point.
 * @throws UsageError where the folder is missing or no folder; DataError where it holds no identities with images, or where its
 * folders hold folders of images and `depth` does not say which of them are people
 */
export async function scanFolder(folder: string, { depth }: ScanOptions = {}): Promise<FolderScan> {
  const leftOut = nothingLeftOut(folder)
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT') throw new UsageError(`There is no folder ${folder}`, { cause })
    if (code === 'ENOTDIR') throw new UsageError(`${folder} is no folder; ${expectedShape}`, { cause })
    throw new DataError(`${folder} could not be read (${reasonOf(cause)})`, { cause })
  }
  const real = await realpath(folder)
  const names: string[] = []
  let loose = 0
  for (const entry of entries) {
    if (isPassedOver(entry.name)) continue
    const kind = await kindOfEntry(entry, join(folder, entry.name), leftOut)
    if (kind === 'folder') names.push(entry.name)
    else if (kind === 'file') {
      if (isImageName(entry.name)) loose += 1
      else countOther(entry.name, leftOut)
    }
  }
  names.sort(byCodePoint)
  const images = await mapBounded(names, 16, async (name) =>
    (await imagesUnder(name, [real], leftOut)).toSorted(byCodePoint),
  )
  if (images.every((own) => own.length === 0)) throw nothingFound(names.length, loose, leftOut)
  if (depth === undefined) refuseNested(folder, names, images)
  const people = groupBy(images.flat(), (path) => personFolder(path, depth ?? 1))
  const looseImages = loose + (people.get('')?.length ?? 0)
  people.delete('')
  if (people.size === 0)
    throw new DataError(
      `${folder} has no images ${depth} folders down (--depth ${depth}); it has ${images.flat()[0] ?? ''}`,
    )
  // of a folder that could not be read it is not known
  const empty = names.filter(
    (name, index) => images[index]?.length === 0 && !leftOut.problems.has(join(folder, name)),
  )
  const remarks = [
    ...(looseImages > 0
      ? [`${counted(looseImages, 'image')} in ${folder} in no identity's folder, left out`]
      : []),
    ...(empty.length > 0 ? [emptyRemark(folder, empty)] : []),
  ]
  return {
    folder,
    identities: [...people]
      .map(([name, own]) => ({ name, images: own }))
      .toSorted((a, b) => byCodePoint(a.name, b.name)),
    notes: leftOutNotes(leftOut, remarks),
  }
}

/** The first `depth` folders of a path; empty where it has fewer. */
const personFolder = (path: string, depth: number): string => {
  const parts = path.split('/')
  return parts.length > depth ? parts.slice(0, depth).join('/') : ''
}

/** Folders that hold no image themselves but several folders of images: sets of people, as it seems, or people with parts. */
const refuseNested = (
  folder: string,
  names: readonly string[],
  images: readonly (readonly string[])[],
): void => {
  const nested = names.flatMap((name, i) => {
    const inner = [...new Set(images[i]?.map(folderOf) ?? [])]
    return inner.length < 2 || inner.includes(name) ? [] : [{ name, inner }]
  })
  const [first] = nested
  if (first === undefined) return
  const depths = nested.flatMap(({ inner }) => inner.map((path) => path.split('/').length))
  const deeper = depths.reduce((least, each) => Math.min(least, each), Infinity)
  const listed = firstFive(nested.map(({ name, inner }) => `${name} (${inner.length})`))
  throw new DataError(
    `${folder} holds ${agreeing(nested.length, 'a folder', 'folders')} of folders with images: ${listed}; ` +
      `who is a person? If ${firstFive(first.inner.map((path) => path.slice(first.name.length + 1)))} are people, ` +
      `give ${join(folder, first.name)} alone, or all of them with --depth ${deeper}; ` +
      `if ${first.name} is one person, add --depth 1`,
  )
}

const emptyRemark = (folder: string, names: readonly string[]): string =>
  `${counted(names.length, 'folder')} in ${folder} without any image: ${firstFive(names)}`

const nothingFound = (folders: number, loose: number, leftOut: LeftOut): DataError => {
  const { folder } = leftOut
  if (loose > 0 && folders === 0) {
    return new DataError(`${folder} holds ${counted(loose, 'image')} but no folders; ${expectedShape}`)
  }
  const others = otherFilesInWords(leftOut)
  const [problem] = leftOut.problems.values()
  const instead =
    problem !== undefined
      ? `; ${problem}`
      : others !== ''
        ? `, only other files (${others}); ${imageFormatsAnd} are read`
        : ''
  if (folders === 0 && others === '' && problem === undefined) {
    return new DataError(`${folder} is empty; ${expectedShape}`)
  }
  return new DataError(`No images were found in ${folder}${instead}; ${expectedShape}`)
}
